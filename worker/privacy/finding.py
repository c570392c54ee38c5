"""Everything that is stored about one person.

Somebody is given by one name; what is found by it tells others (a result has a session, a candidate, an address, an external id),
and these find more, until nothing new is found. Results and applications are found by digests, deliveries by looking into each.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from worker import sources
from worker.assembly import Bridge
from worker.domain.event import Event
from worker.domain.fields import Unreadable
from worker.domain.received import Received
from worker.ledger import applicants, blinding, candidates, tombstones
from worker.ledger.blinding import Blinds
from worker.ledger.events import StoredEvent
from worker.ledger.results import StoredResult
from worker.policy import subjects
from worker.policy.subjects import Names, Spellings
from worker.sources import talentsprout

COMPLETIONS = "talentsprout"
MOST_ROUNDS = 5  # in which one name leads to another
FIRST = ""  # before every id


class Everybodys(ValueError):
    """The name that was given is the external id of a link that everybody uses, so it is no person's."""

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} is what a link gives to everybody who uses it, and names nobody; take an e-mail address."
        )


@dataclass
class Found:
    """What is stored about somebody. `until` is the id of the last delivery that was looked into."""

    names: Names
    results: dict[str, tuple[str, StoredResult]] = field(default_factory=dict)
    events: dict[str, tuple[StoredEvent, Received | None]] = field(default_factory=dict)
    until: str = FIRST


def find(bridge: Bridge, who: str) -> Found:
    """All about the person that `who`, an address or an id, names. Raises Everybodys."""
    if subjects.personal(who.strip()) is None:
        raise Everybodys(who.strip())
    blinds = bridge.ledger.write(blinding.of)
    found = Found(subjects.meant(who))
    for _ in range(MOST_ROUNDS):
        _look_for_rows(bridge, blinds, found)
        before = found.names
        _look_into_deliveries(bridge, found)
        if found.names == before:
            break
    _add_events_without_bytes(bridge, found)
    return found


def walk(bridge: Bridge, after: str = FIRST) -> Iterator[tuple[StoredEvent, Received]]:
    """Every delivery that is stored, the oldest first; each part in a short transaction."""
    while part := bridge.ledger.read(lambda tx, last=after: candidates.bodies(tx, last)):  # type: ignore[misc]  # a default binds it
        yield from part
        after = part[-1][0].id


def people_in(bridge: Bridge, event: StoredEvent, received: Received) -> list[Names]:
    """Whom a delivery tells of, as far as its source can be read."""
    try:
        return list(subjects.of_events(_said(bridge, event, received)))
    except Unreadable:
        return []
    except Exception:  # noqa: BLE001 - a bug in a reader must not keep anybody from being found: the rest of the look goes on
        return []


def _said(bridge: Bridge, event: StoredEvent, received: Received) -> list[Event]:
    if event.source == COMPLETIONS:
        return list(talentsprout.read(received))
    source = bridge.settings.sources.get(event.source)
    return [] if source is None else list(sources.named(source.kind).read(received, source))


def _look_for_rows(bridge: Bridge, blinds: Blinds, found: Found) -> None:
    """Results, and applications: where deliveries name ids alone, only what the ATS was asked leads from an address to them."""
    while True:
        wanted = tombstones.digests(blinds, found.names)
        rows = bridge.ledger.read(lambda tx, wanted=wanted: candidates.results_of(tx, wanted))  # type: ignore[misc]  # a default binds it
        found.results |= {one.id: (event_id, one) for event_id, one in rows}
        names = found.names
        for _, one in rows:
            names |= subjects.of_result(one.result)
        applied = bridge.ledger.read(lambda tx, names=names: applicants.of_person(tx, names))  # type: ignore[misc]  # likewise
        names = reduce(or_, map(subjects.of_application, applied), names)
        if names == found.names:
            return
        found.names = names


def _look_into_deliveries(bridge: Bridge, found: Found) -> None:
    spelled = Spellings.of(found.names)
    for event, received in walk(bridge):
        found.until = max(found.until, event.id)
        if subjects.may_mention(received, spelled):
            people = [one for one in people_in(bridge, event, received) if one.meet(found.names)]
            if people or subjects.mentioned(received).meet(found.names):
                found.events[event.id] = event, received
            if any(not found.names.has(one) for one in people):
                found.names = reduce(or_, people, found.names)
                spelled = Spellings.of(found.names)


def _add_events_without_bytes(bridge: Bridge, found: Found) -> None:
    """A result names its event; its bytes may be gone already."""
    wanted = {event_id for event_id, _ in found.results.values()} - found.events.keys()
    for event in bridge.ledger.read(lambda tx: list(candidates.events_named(tx, wanted))):
        found.events[event.id] = event, None
