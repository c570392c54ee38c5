"""Applications that an event names by ids alone: noted as what is to be asked, asked for, and what the answer says followed.

Who it is, only the event's bytes say: they are read again for each call, and once they are gone nobody is asked for. An answer is
as new as its question, so it counts however late or early its event arrived. It is kept nowhere but in the application.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from config.settings import Source
from worker import sources
from worker.domain.event import CandidateReachedStage, Ignored
from worker.domain.fields import Unreadable
from worker.domain.received import Received
from worker.events import announcing, applying
from worker.ledger import application_fetches, candidates, events, tombstones
from worker.ledger.connection import Tx
from worker.ledger.events import StoredEvent
from worker.ledger.fetches import Fetch, What, Wish
from worker.outbound import Answer
from worker.policy import subjects
from worker.policy.subjects import Names

SUPERSEDED = "A newer event told of this application before it was asked for; see that one."
GONE = "The ATS says that it knows this application no more."
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Named:
    """An application to be asked for, under the name that its source has for it. `alone`: the event says nothing else."""

    key: str
    said: CandidateReachedStage
    alone: bool


@dataclass(frozen=True)
class Heard:
    """What an answer says of an application, and everybody whom it names."""

    key: str
    said: CandidateReachedStage | Ignored
    names: Names


def checked(said: CandidateReachedStage, source: Source, *, alone: bool) -> Named:
    """`said`, if its source can be asked for it. Raises Unreadable."""
    if said.key is None:
        raise Unreadable("the event names no application, and no candidate for a job")
    sources.asking(source).ask_application(said, source)
    return Named(said.key, said, alone)


def note(tx: Tx, source: Source, event: StoredEvent, named: Named) -> str:
    """It is to be asked for. Of several events about one application the newest is asked for."""
    subject = application_fetches.subject(tx, named.key)
    about = (What.APPLICATION, subject, event.id, event.received_at, named.alone)
    announcing.wish(tx, Wish(source.name, source.organization, *about), SUPERSEDED)
    return "Where the application stands is being asked for."


def named(tx: Tx, source: Source, claimed: Fetch) -> Named | None:
    """Whom a fetch is about; None once the bytes that say it are gone. Raises Unreadable where they say it no more."""
    received = None if claimed.event_id is None else events.received(tx, claimed.event_id)
    if received is None:
        return None
    events_told = sources.named(source.kind).read(received, source)
    for said in (one for one in events_told if isinstance(one, CandidateReachedStage)):
        if said.key is not None and application_fetches.subject(tx, said.key) == claimed.subject:
            return Named(said.key, said, claimed.alone)
    raise Unreadable("the event does not name the application that is to be asked for")


def heard(source: Source, named: Named, answer: Answer, asked_at: datetime) -> Heard:
    """What an answer says. Raises Unreadable, also for one about somebody else."""
    said = sources.asking(source).fetched_application(answer.status, answer.body, named.said, source)
    names = subjects.mentioned(Received(NO_HEADERS, answer.body, asked_at))
    for one in subjects.of_events([named.said, said]):
        names |= one
    if isinstance(said, Ignored):
        return Heard(named.key, said, names)
    if said.key != named.key:
        raise Unreadable("it is about something else than the application that was asked for")
    if not said.is_whole:
        raise Unreadable("it does not say which job and which stage the application is at")
    return Heard(named.key, replace(said, moved_at=asked_at), names)


def follow(tx: Tx, source: Source, event: StoredEvent, heard: Heard) -> str:
    """Like an event that says all of it. Nothing is kept of somebody who was erased."""
    if tombstones.covers(tx, heard.names):
        candidates.strip(tx, [event.id])
        return candidates.ERASED
    if isinstance(heard.said, Ignored):
        return heard.said.reason
    return _reached(tx, source, event, heard.key, heard.said)


def leave(tx: Tx, source: Source, event: StoredEvent, claimed: Fetch) -> str:
    """The ATS has it no more: who is known here has left the stage, and of others nothing is noted."""
    about = named(tx, source, claimed)
    if about is None or not application_fetches.is_known(tx, source.name, claimed.subject):
        return f"{GONE} Nothing is noted of it."
    left = replace(about.said, is_active=False, stage_id=None, moved_at=tx.now())
    return f"{GONE} {_reached(tx, source, event, about.key, left)}"


def _reached(tx: Tx, source: Source, event: StoredEvent, key: str, said: CandidateReachedStage) -> str:
    told = applying.reach_stage(tx, source, event, key, said)
    if told == candidates.ERASED:
        candidates.strip(tx, [event.id])
    return told
