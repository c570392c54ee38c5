"""The demo's story: what is sent, what is seen, and in the end what was not."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import click

from worker import clock, ids, shown, shown_candidates, sources
from worker.cli.demo import postings
from worker.cli.demo.house import House
from worker.domain.request import GenerationRequest, State
from worker.ledger import listing
from worker.ledger.results import StoredResult

JOBS = 5
PATIENCE_SECONDS = 300.0
MOST_CHARACTERS = 20_000


@dataclass
class Seen:
    """What has been told already."""

    created: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    results: set[str] = field(default_factory=set)


def tell(house: House, speed: float, ends: float | None) -> list[str]:
    """Send, watch, check. Returns the steps that were not seen before `ends`, a `time.monotonic`."""
    click.echo(f"The bridge and a sandbox of TalentSprout run on this machine. Pages: {house.url}\n")
    missing = _send(house)
    pace = "" if speed == 1 else f", {speed:g} times as fast (--speed)"
    click.echo(f"\nInterviews, at the pace that TalentSprout allows{pace}:")
    seen = Seen()
    until = time.monotonic() + PATIENCE_SECONDS if ends is None else ends
    while time.monotonic() < until and _missing(seen) + _untold(house):
        _watch(house, seen)
        time.sleep(0.1)
    return [*missing, *_missing(seen), *_told_to_recruiting(house), *_check(house)]


def _send(house: House) -> list[str]:
    click.echo("An applicant tracking system announces jobs:")
    first = postings.greenhouse(postings.GREENHOUSE_ID, "Night-shift care assistant", postings.NIGHT_SHIFT)
    long = postings.greenhouse(postings.LONG_ID, "Regional driver", postings.too_long())
    short = postings.greenhouse(postings.SHORT_ID, "Barista", "<p>Make good coffee.</p>")
    steps = (
        ("a signed Greenhouse job post", "careers", first, True, (200, False)),
        ("the same delivery again", "careers", first, True, (200, True)),
        ("a forged one", "careers", postings.greenhouse(1, "Forged", postings.NIGHT_SHIFT), False, (401, None)),
        ("one with a description that is too long", "careers", long, True, (200, False)),
        ("one with a description that is too short", "careers", short, True, (200, False)),
        ("three jobs from a web form", "forms", postings.FORM, True, (202, False)),
    )
    missing = []
    for words, source, body, genuine, expected in steps:
        answer = _deliver(house, source, json.dumps(body).encode(), genuine=genuine)
        click.echo(f"  {words:<42} {_told(*answer)}")
        if answer != expected:
            missing.append(f"{words}: expected {expected}, got {answer}")
    return missing


def _told(status: int, duplicate: bool | None) -> str:
    if duplicate is None:
        return f"{status}: refused, nothing stored"
    return f"{status}: known already, nothing doubled" if duplicate else f"{status}: stored"


def _deliver(house: House, name: str, body: bytes, *, genuine: bool) -> tuple[int, bool | None]:
    source = house.bridge.settings.sources[name]
    headers = sources.named(source.kind).sign(body, source, delivery_id=ids.new_id(), now=clock.wall())
    sent = body if genuine else body.replace(b"Forged", b"Changed")
    request = urllib.request.Request(f"{house.url}/webhooks/{name}", data=sent, headers=headers)  # noqa: S310 - http on loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http on loopback
            return answer.status, json.load(answer)["duplicate"]
    except urllib.error.HTTPError as refusal:
        return refusal.code, None


def _watch(house: House, seen: Seen) -> None:
    filters = listing.Filters()
    found = house.bridge.ledger.read(lambda tx: listing.requests_page(tx, filters, 50, None)).items
    for request in reversed(found):
        if request.state is State.CREATED and request.id not in seen.created:
            seen.created.add(request.id)
            click.echo(f"  ✓ {request.label}  {request.title:<28} {_link(house, request)}")
        if request.state is State.HELD and request.id not in seen.held:
            seen.held.add(request.id)
            click.echo(f"  ✋ {request.label}  {request.title:<28} held: {_reason(house, request)}")
    arrived = house.bridge.ledger.read(lambda tx: listing.results_page(tx, filters, 50, None)).items
    for result in reversed(arrived):
        if result.id not in seen.results:
            if not seen.results:
                click.echo("\nCandidates finish, and their results come back:")
            seen.results.add(result.id)
            click.echo(f"  ★ {_score(result)}")


def _link(house: House, request: GenerationRequest) -> str:
    return str(house.bridge.ledger.read(lambda tx: shown.one_request(tx, request, house.bridge.timing))["share_link"])


def _reason(house: House, request: GenerationRequest) -> str:
    return str(house.bridge.ledger.read(lambda tx: shown.one_request(tx, request, house.bridge.timing))["reason"])


def _score(found: StoredResult) -> str:
    person, passed = found.result.candidate.name or "somebody", shown_candidates.passed(found)
    verdict = {True: "passed", False: "below the mark", None: "no mark"}[passed]
    return f"{person:<20} {found.result.score:.0f} of 100, mark {found.passing_score or 0:.0f}: {verdict}  ({found.result.title})"


def _untold(house: House) -> list[str]:
    """What the recruiting team's own system has not heard of yet."""
    told, wanted = house.heard.counts(), {"interview": JOBS, "result": JOBS, "request": 1}
    return [
        f"{count} messages about an {noun} (heard: {told[noun]})"
        for noun, count in wanted.items()
        if told[noun] < count
    ]


def _told_to_recruiting(house: House) -> list[str]:
    told, heard = house.heard.counts(), house.heard
    click.echo(
        f"\nThe recruiting team's own system was told, each message signed and once: {told['interview']} links, "
        f"{told['result']} results, {told['request']} that needs a person."
    )
    missing = _untold(house)
    if heard.refused or heard.repeats:
        missing.append(f"every message signed and once (refused: {heard.refused}, repeated: {heard.repeats})")
    return missing


def _missing(seen: Seen) -> list[str]:
    missing = []
    if len(seen.created) < JOBS:
        missing.append(f"{JOBS} interviews (seen: {len(seen.created)})")
    if len(seen.held) < 1:
        missing.append("the description that is too short, held")
    if len(seen.results) < JOBS:
        missing.append(f"{JOBS} results (seen: {len(seen.results)})")
    return missing


def _check(house: House) -> list[str]:
    """The sandbox's own record is the judge."""
    calls = [call for call in _asked(house, "record", "requests") if call["tier"] == "ai"]
    made = [call for call in calls if call["executed"]]
    refused = sum(call["status"] == 429 for call in calls)
    click.echo(f"\nThe sandbox's own record: {len(made)} interviews made, {refused} times over the limit.")
    missing = []
    if len(made) != JOBS or len({call["label"] for call in made}) != JOBS:
        missing.append(f"exactly {JOBS} interviews in the sandbox's record (there are {len(made)})")
    if refused:
        missing.append("a pace within the limit")
    texts = [str(one["interview"]["job_description"]) for one in _asked(house, "interviews", "interviews")]
    if max(map(len, texts), default=0) > MOST_CHARACTERS or not any("Regional driver" in text for text in texts):
        missing.append("the long description, condensed")
    return missing


def _asked(house: House, name: str, items: str) -> list[dict[str, Any]]:
    found = house.sandbox.ask(name)[items]
    assert isinstance(found, list), "the control plane answers so"
    return found
