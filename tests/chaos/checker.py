"""After the storm: wait until everything rests, then hold what the other side has written down against the ledger."""

import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.chaos.person import Truthful
from tests.chaos.senders import Ats
from tests.chaos.town import LIMIT, WINDOW_SECONDS, Town
from tests.chaos.witness import BREACHES, Books, books, label_of
from worker.domain.request import State
from worker.ledger import listing
from worker.ledger.connection import LedgerFault
from worker.ledger.events import EventState

AT_REST = frozenset({State.CREATED})  # somebody resolves what is held or unknown, and nobody cancels here
FRESH_JOB = "1000000"
FRESH_SECONDS = 90.0
PROMPT_SECONDS = 0.05  # half of the pace's margin: who was on the way for longer was held up by a deed of ours


@dataclass(frozen=True)
class Findings:
    """Every list must be empty."""

    lost: list[str]
    ghosts: list[str]
    doubled: list[str]
    over_budget: list[str]
    stuck: list[str]
    wrong_results: list[str]
    unhealthy: list[str]

    def sound(self) -> bool:
        """Nothing was found."""
        return not any(vars(self).values())


def settle(town: Town, ats: Ats, person: Truthful, seconds: float) -> str:
    """Wait until everything rests, at most for so long; returns what does not rest then. Keeps the houses running meanwhile."""
    ends = time.monotonic() + seconds
    unrest = "nothing could be read"
    while unrest and time.monotonic() < ends:
        town.look_after()
        with suppress(LedgerFault):
            person.look()
            unrest = _unrest(town, ats)
        time.sleep(0.5)
    return unrest


def _unrest(town: Town, ats: Ats) -> str:
    counts = town.bridge.ledger.read(listing.event_counts)  # first: what is read meanwhile shows as requests
    held = books(town)
    open_ends = {
        "events to read": sum(number for (_, state), number in counts.items() if state is EventState.STORED),
        "requests under way": sum(one.state not in AT_REST for one in held.requests),
        "acknowledged events to store": len(set(ats.acked) - held.events),
        "results to match": len(_wrong_results(held)),
        "completions to deliver": sum(not one["done"] for one in held.deliveries),
    }
    return ", ".join(f"{number} {what}" for what, number in open_ends.items() if number)


def check(town: Town, ats: Ats, person: Truthful) -> Findings:
    """What was promised and does not hold."""
    held = books(town)
    return Findings(
        lost=_lost(held, ats),
        ghosts=_ghosts(held, ats),
        doubled=_doubled(held),
        over_budget=_over_budget(held),
        stuck=[f"{one.label} is {one.state}" for one in held.requests if one.state not in AT_REST],
        wrong_results=_wrong_results(held),
        unhealthy=_unhealthy(town, ats, person),
    )


def _lost(held: Books, ats: Ats) -> list[str]:
    """Acknowledged events that are not there, or led to no request; interviews that nobody has stored."""
    filed = {one.job_id for one in held.requests}
    breached = {one["interview_id"] for one in held.executed if one["fault"] in BREACHES}
    return [
        *(f"{one} was acknowledged and is no event" for one in sorted(set(ats.acked) - held.events)),
        *(f"job {job} has no request" for job in sorted(set(ats.acked.values()) - filed)),
        *(
            f"interview {one['interview_id']} of {one['label']} ({one['fault'] or 'no fault'}) is not stored"
            for one in held.executed
            if one["interview_id"] not in held.interviews | breached
        ),
    ]


def _ghosts(held: Books, ats: Ats) -> list[str]:
    """Interviews that were never made, events that were never sent, requests of nobody."""
    jobs = Counter(one.job_id for one in held.requests)
    return [
        *sorted(held.interviews - {one["interview_id"] for one in held.executed}),
        *(f"{one} was never sent" for one in sorted(held.events - ats.sent)),
        *(f"job {job} has {number} requests" for job, number in jobs.items() if number > 1),
    ]


def _doubled(held: Books) -> list[str]:
    """One interview for a request, and one more for each time that the vendor broke its word about an error."""
    made = Counter(label_of(one) for one in held.executed)
    breaches = Counter(label_of(one) for one in held.executed if one["fault"] in BREACHES)
    return [
        f"{label}: {number}, and {breaches[label]} breaches"
        for label, number in made.items()
        if number > 1 + breaches[label]
    ]


def _over_budget(held: Books) -> list[str]:
    """By our own stamps, and by arrivals: of those, only calls that nobody held up on their way."""
    stamps = {one.label: one.sent_at for one in held.attempts if one.sent_at is not None}
    prompt = [one["head_at"] for one in held.calls if _travelled(one, stamps) < PROMPT_SECONDS]
    return [
        *_bursts("sent", [one.timestamp() for one in stamps.values()]),
        *_bursts("arrived", prompt),
    ]


def _travelled(call: dict[str, Any], stamps: dict[str, datetime]) -> float:
    sent = stamps.get(str(call["label"]))
    return float("inf") if sent is None else float(call["head_at"]) - sent.timestamp()


def _bursts(what: str, moments: list[float]) -> list[str]:
    ordered = sorted(moments)
    spans = [(later - first, first) for first, later in zip(ordered, ordered[LIMIT:], strict=False)]
    return [f"{LIMIT + 1} {what} within {span:.3f} s" for span, _ in spans if span < WINDOW_SECONDS]


def _wrong_results(held: Books) -> list[str]:
    """Each completion that was acknowledged is one result, matched with the interview that it is about."""
    found = {(one.result.event, one.result.session_id): one for one in held.results}
    breached = {one["interview_id"] for one in held.executed if one["fault"] in BREACHES}
    wrong = [f"{len(held.results) - len(found)} results stand there twice"] * (len(found) != len(held.results))
    for told in held.deliveries:
        if not any(200 <= one["status"] < 300 for one in told["tries"]):
            continue
        kept = found.get((told["event"], told["session_id"]))
        if kept is None:
            wrong.append(f"session {told['session_id']} was acknowledged and is not there")
        elif kept.interview_id != told["interview_id"] and told["interview_id"] not in breached:
            wrong.append(f"session {told['session_id']} is with {kept.interview_id}, not {told['interview_id']}")
        elif kept.contradicted:
            wrong.append(f"session {told['session_id']} is said to contradict itself")
    sent = {(told["event"], told["session_id"]) for told in held.deliveries}
    return wrong + [f"session {session} was never sent" for event, session in found if (event, session) not in sent]


def _unhealthy(town: Town, ats: Ats, person: Truthful) -> list[str]:
    """Ready, nothing that doctor calls a fault, and something fresh goes all the way through."""
    wrong = [] if town.is_ready() else ["/readyz is not 200"]
    argv = [sys.executable, "-m", "worker.cli", "--config", str(town.path), "doctor", "--json"]
    doctor = subprocess.run(argv, capture_output=True, text=True, cwd=town.folder, check=False)
    checks = json.loads(doctor.stdout or '{"checks": []}')["checks"]
    wrong += [f"doctor: {one['name']}: {one['sentence']}" for one in checks if one["state"] == "fail"]
    wrong += [f"doctor says nothing: {doctor.stderr[-500:]}"] * (not checks)
    ats.send_one(FRESH_JOB)
    ends = time.monotonic() + FRESH_SECONDS
    while not _went_through(town):
        if time.monotonic() > ends:
            return [*wrong, f"a fresh job has no result within {FRESH_SECONDS:g} s"]
        town.look_after()
        person.look()  # a fault that nobody has met yet may meet this one
        time.sleep(0.3)
    return wrong


def _went_through(town: Town) -> bool:
    """From a webhook to the result of a candidate."""
    held = books(town)
    made = {one.interview_id for one in held.requests if one.job_id == FRESH_JOB and one.state is State.CREATED}
    return bool(made & {one.interview_id for one in held.results})
