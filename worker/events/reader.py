"""Reading: a stored event becomes what it means, once.

Tries are counted before the work, so an event that kills its reader is parked after three like one that can't be understood. A
reader that was mended later reads parked events again (`sprout events replay`); nothing is doubled by that. What is done here is
noted and not waited for: if the power fails before it is on the disk, the event, which is, is read once more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from config.settings import Source
from worker import log, sources, steps
from worker.domain.event import (
    CandidateReachedStage,
    Event,
    Ignored,
    Illegible,
    InterviewFinished,
    Ping,
    PostingAnnounced,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Unreadable
from worker.domain.received import Received
from worker.domain.result import CandidateResult
from worker.events import announcing, applications, applying, following, pages
from worker.events.announcing import Announced
from worker.events.applications import Named
from worker.ledger import blinding, candidates, events, results, tombstones
from worker.ledger.connection import Ledger, Tx
from worker.ledger.events import EventState, StoredEvent
from worker.policy import dating
from worker.sources import talentsprout

GONE = "Its bytes are gone: they were kept for as long as the organization wants it."
MOST_TRIES = 3
MOST_AT_ONCE = 50  # meanings in one transaction, so that a large delivery never holds up receipts and claims
MOST_SAID = 10  # sentences
COMPLETIONS = "talentsprout"
KEPT = {
    results.Kept.MATCHED: "The result is stored with its interview.",
    results.Kept.UNMATCHED: "The result is stored; its interview is not known yet.",
    results.Kept.REPEATED: "This result is known; nothing changed.",
    results.Kept.CONTRADICTED: "A result of this session is known and says something else; the first one stays, flagged.",
    results.Kept.ERASED: candidates.ERASED,
    results.Kept.DROPPED: "Nobody here made its interview, and the organization's policy is to drop such results.",
}
_logger = log.named(__name__)


@dataclass(frozen=True)
class Known:
    """A result that is kept only if its interview is ours."""

    result: CandidateResult


@dataclass(frozen=True)
class Applied:
    """An application under the name that its source has for it."""

    key: str
    said: CandidateReachedStage


Meaning = (
    following.Readable | Announced | PostingClosed | InterviewFinished | Known | Applied | Named | Ignored | Illegible
)


@dataclass(frozen=True)
class Read:
    """What became of an event, and the organizations whose work it may have added to."""

    state: EventState
    organizations: tuple[str, ...] = ()
    asks: bool = False  # whether an ATS has to be asked for something


def read(
    ledger: Ledger, configured: Mapping[str, Source], event_id: str, dropping: Collection[str] = frozenset()
) -> Read:
    """Read one event if it is still to be read. `dropping`: organizations that keep no result of a foreign interview."""
    begun = ledger.note(lambda tx: _begin(tx, event_id))
    if begun is None:
        return Read(EventState.READ)
    event, received = begun
    try:
        said = told_by(ledger, event, received, configured)
        meanings = [_prepared(one, configured.get(event.source), alone=len(said) == 1) for one in said]
    except Unreadable as fault:
        return _park(ledger, event, str(fault))
    except Exception as fault:  # a bug in a reader must not lose or repeat the event for ever
        _logger.exception("an event could not be read", event_id=event.id, source=event.source)
        if event.tries < MOST_TRIES:
            return Read(EventState.STORED)
        return _park(ledger, event, f"its reader failed: {type(fault).__name__}")
    done = _apply_all(ledger, event, [_under(one, event.organization in dropping) for one in meanings], configured)
    steps.reached("after_read")
    return done


def _begin(tx: Tx, event_id: str) -> tuple[StoredEvent, Received] | None:
    event = events.get(tx, event_id, lock=True)
    if event is None or event.state is not EventState.STORED:
        return None
    tries = events.count_try(tx, event_id)
    if tries > 1:
        blinding.check(tx)  # while a data key is missing, nothing is the event's fault: the try is not counted
    if tries > MOST_TRIES:
        events.settle(tx, event_id, EventState.UNREADABLE, f"It can't be read: its reader failed {MOST_TRIES} times.")
        return None
    received = events.received(tx, event_id)
    if received is None:
        events.settle(tx, event_id, EventState.IGNORED, GONE)
        return None
    if tombstones.mentioned(tx, received):
        candidates.strip(tx, [event_id])
        return None
    return StoredEvent(**{**event.__dict__, "tries": tries}), received


def told_by(ledger: Ledger, event: StoredEvent, received: Received, configured: Mapping[str, Source]) -> list[Event]:
    """What a delivery says, in order. Raises Unreadable."""
    if event.source == COMPLETIONS:
        return list(talentsprout.read(received))
    source = configured.get(event.source)
    if source is None:
        raise Unreadable(f"no [sources.{event.source}] is configured any more; configure it and replay the event")
    if pages.is_page(received):
        said = ledger.read(lambda tx: pages.said(tx, received, source))
    else:
        said = list(sources.named(source.kind).read(received, source))
    return [dating.believed(one, event.received_at) for one in said]


def _prepared(event: Event, source: Source | None, *, alone: bool) -> Meaning:
    """What takes time is done here, before a transaction begins. Raises Unreadable for what can't be followed yet."""
    match event:
        case PostingOpened(posting) | PostingChanged(posting):
            return following.Readable.of(posting, detect_language=source is not None and source.detect_language)
        case PostingAnnounced():
            assert source is not None, "only sources announce postings"
            return Announced(announcing.checked(event, source), alone)
        case Ping():
            return Ignored("A ping: the source tried whether somebody answers.")
        case CandidateReachedStage():
            return _applied(event, source, alone=alone)
        case _:
            return event


def _applied(said: CandidateReachedStage, source: Source | None, *, alone: bool) -> Applied | Named | Ignored:
    """The ATS's API is asked for the rest where candidates are invited at some stage. Raises Unreadable where it can't be."""
    if said.key is not None and said.is_whole:
        return Applied(said.key, said)
    if source is None or source.stage is None:
        return Ignored("It names a candidate's application by its id alone, and this source invites nobody.")
    return applications.checked(said, source, alone=alone)


def _under(meaning: Meaning, is_dropping: bool) -> Meaning:
    """A result, as the policy of its organization wants it read."""
    return Known(meaning.result) if is_dropping and isinstance(meaning, InterviewFinished) else meaning


def _apply_all(ledger: Ledger, event: StoredEvent, meanings: list[Meaning], configured: Mapping[str, Source]) -> Read:
    """The event is read in the transaction of its last meanings. Those before may be applied again: the door knows repeats."""
    parts = [meanings[start : start + MOST_AT_ONCE] for start in range(0, len(meanings), MOST_AT_ONCE)] or [[]]
    said: list[str] = []
    for part in parts[:-1]:
        said += ledger.note(lambda tx, part=part: _apply(tx, event, part, configured))  # type: ignore[misc]  # a default binds it
    idle = all(isinstance(meaning, Ignored) for meaning in meanings)
    is_whole = not any(isinstance(meaning, Illegible) for meaning in meanings)
    state = EventState.UNREADABLE if not is_whole else EventState.IGNORED if idle else EventState.READ

    def last(tx: Tx) -> Read:
        if not _is_unread(tx, event):
            return Read(EventState.READ)
        told = [*said, *(_apply_one(tx, event, meaning, configured) for meaning in parts[-1])]
        if candidates.ERASED in told:
            candidates.strip(tx, [event.id])
            return Read(EventState.IGNORED, (event.organization,))
        events.settle(tx, event.id, state, _summary(told))
        asks = any(isinstance(one, Announced | Named) for one in meanings)
        return Read(state, (event.organization, *elsewhere(configured.get(event.source))), asks)

    return ledger.note(last)


def elsewhere(source: Source | None) -> set[str]:
    """Where rules may have filed what a source says."""
    return set() if source is None else {one.to_organization for one in source.rules if one.to_organization}


def _apply(tx: Tx, event: StoredEvent, part: list[Meaning], configured: Mapping[str, Source]) -> list[str]:
    """Some of what an event says, unless another process has read it meanwhile."""
    if not _is_unread(tx, event):
        return []
    return [_apply_one(tx, event, meaning, configured) for meaning in part]


def _is_unread(tx: Tx, event: StoredEvent) -> bool:
    """Locked: nobody else reads it until this transaction ends."""
    current = events.get(tx, event.id, lock=True)
    return current is not None and current.state is EventState.STORED


def _summary(said: list[str]) -> str:
    """What lists show of an event: a delivery may hold thousands of postings."""
    sentences = list(dict.fromkeys(said))
    more = len(sentences) - MOST_SAID
    told = [*sentences[:MOST_SAID], *([f"And {more} more like these."] if more > 0 else [])]
    return " ".join(told) or "It says nothing."


def _apply_one(tx: Tx, event: StoredEvent, meaning: Meaning, configured: Mapping[str, Source]) -> str:
    match meaning:
        case Ignored(reason):
            return reason
        case Illegible():
            return meaning.sentence
        case InterviewFinished(result):
            return KEPT[results.keep(tx, event.organization, event.id, result)]
        case Known(result):
            return KEPT[results.keep(tx, event.organization, event.id, result, drop_foreign=True)]
        case Applied(key, said):
            return applying.reach_stage(tx, configured[event.source], event, key, said)
        case Named():
            return applications.note(tx, configured[event.source], event, meaning)
        case PostingClosed():
            return following.close(tx, configured[event.source], event, meaning)
        case Announced():
            return announcing.note(tx, configured[event.source], event, meaning)
        case following.Readable():
            return following.open_or_change(tx, configured[event.source], event, meaning)


def _park(ledger: Ledger, event: StoredEvent, reason: str) -> Read:
    sentence = f"It can't be read: {reason}."
    ledger.write(lambda tx: events.settle(tx, event.id, EventState.UNREADABLE, sentence))
    return Read(EventState.UNREADABLE)
