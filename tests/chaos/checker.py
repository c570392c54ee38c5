"""After the storm: a truthful person resolves what is unknown, and the sandbox's own record is held against the ledger."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.chaos.town import LIMIT, WINDOW_SECONDS, Town
from worker import operators
from worker.domain.request import GenerationRequest, State
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.events import EventState
from worker.ledger.listing import Filters
from worker.operators import Changes, Person, Refusal

PERSON = Person("the checker")
MOVING = frozenset({State.WAITING, State.SENDING, State.UNKNOWN})


@dataclass(frozen=True)
class Findings:
    """Every list must be empty."""

    lost: list[str]
    ghosts: list[str]
    doubled: list[str]
    over_budget: list[str]
    stuck: list[str]
    wrong_results: list[str]

    def sound(self) -> bool:
        """Nothing was found."""
        return not any(vars(self).values())


def settle(town: Town, seconds: float) -> int:
    """Wait until everything rests, resolving unknowns as a truthful person would. Returns how many were sent again."""
    again = 0
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = _requests(town)
        unread = town.bridge.ledger.read(listing.event_counts).get(("careers", EventState.STORED), 0)
        if not unread and not any(one.state in MOVING for one in found):
            return again
        for one in found:
            if one.state is State.UNKNOWN:
                again += _decide(town, one)
        time.sleep(0.5)
    return again


def check(town: Town, acked: dict[str, str]) -> Findings:
    """Hold the record of the other side against the ledger."""
    made = [one for one in calls(town) if one["executed"]]
    requests = {one.label: one for one in _requests(town)}
    by_job = {one.job_id for one in requests.values()}
    known = town.bridge.ledger.read(lambda tx: {one.interview.id for one in _all(tx, listing.interviews_page)})
    executed = Counter(one["label"].rpartition("-")[0] for one in made)
    exists = {one["interview_id"] for one in made}
    return Findings(
        lost=[job for job in acked if job not in by_job],
        ghosts=sorted(known - exists),
        doubled=[f"{label}: {count}" for label, count in executed.items() if count > 1],
        over_budget=_bursts(town),
        stuck=[f"{label} is {one.state}" for label, one in requests.items() if one.state in MOVING | {State.HELD}],
        wrong_results=_wrong_results(town, exists),
    )


def _decide(town: Town, one: GenerationRequest) -> int:
    """Looks in TalentSprout for the label: there, or not there."""
    mine = [call for call in calls(town) if call["executed"] and call["label"].rpartition("-")[0] == one.label]
    base_url = town.bridge.settings.organizations["acme"].base_url
    wait = town.bridge.settings.bridge.quarantine

    def unit(tx: Tx) -> int:
        if mine:
            link = base_url.replace("/api/v1", f"/interview/{mine[0]['interview_id']}")
            operators.adopt(tx, PERSON, one.id, link, base_url)
            return 0
        operators.retry(tx, PERSON, one.id, not_there=True, changes=Changes(), wait=wait)
        return 1

    try:
        return town.bridge.ledger.write(unit)
    except Refusal:
        return 0  # the quarantine is not over, or it has settled by itself


def _bursts(town: Town) -> list[str]:
    arrivals = sorted(one["head_at"] for one in calls(town))
    return [
        f"{LIMIT + 1} arrivals within {arrivals[i + LIMIT] - arrivals[i]:.3f} s"
        for i in range(len(arrivals) - LIMIT)
        if arrivals[i + LIMIT] - arrivals[i] < WINDOW_SECONDS
    ]


def _wrong_results(town: Town, exists: set[str]) -> list[str]:
    found = town.bridge.ledger.read(lambda tx: _all(tx, listing.results_page))
    sessions = Counter((one.result.event, one.result.session_id) for one in found)
    doubled = [f"{session}: {count} times" for (_, session), count in sessions.items() if count > 1]
    return doubled + [one.id for one in found if one.interview_id is not None and one.interview_id not in exists]


def calls(town: Town) -> list[dict[str, Any]]:
    """Generations in the sandbox's own record."""
    found = town.sandbox.ask("record")["requests"]
    assert isinstance(found, list)
    return [one for one in found if one["tier"] == "ai"]


def _requests(town: Town) -> list[GenerationRequest]:
    return town.bridge.ledger.read(lambda tx: _all(tx, listing.requests_page))


def _all(tx: Tx, page: Any) -> list[Any]:
    items: list[Any] = []
    cursor = None
    while True:
        found = page(tx, Filters(), listing.MOST, cursor)
        items.extend(found.items)
        cursor = found.next
        if cursor is None:
            return items
