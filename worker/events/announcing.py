"""Announcing: what an event says of postings that have to be asked for, noted as what is to be asked."""

from dataclasses import dataclass

from config.settings import Source
from worker import sources
from worker.domain.event import PostingAnnounced
from worker.ledger import events, fetches
from worker.ledger.connection import Tx
from worker.ledger.events import EventState, StoredEvent
from worker.ledger.fetches import FetchState, What, Wish
from worker.sources import Polls

SUPERSEDED = "A newer event announced this posting before its text was fetched; see that one."


@dataclass(frozen=True)
class Announced:
    """A posting to be asked for, or the postings of an account. `alone`: the event says nothing else."""

    said: PostingAnnounced
    alone: bool


def checked(said: PostingAnnounced, source: Source) -> PostingAnnounced:
    """`said`, if its source can be asked for it. Raises Unreadable."""
    if said.job_id is None and isinstance(sources.named(source.kind), Polls):
        return said
    sources.fetching(source).ask(said, source)
    return said


def note(tx: Tx, source: Source, event: StoredEvent, announced: Announced) -> str:
    """It is to be asked. Of several announcements of one posting the newest is asked for."""
    said, kind = announced.said, sources.named(source.kind)
    account = said.account or ""
    if isinstance(kind, Polls) and kind.BY_ACCOUNT and account:
        fetches.want_list(tx, source.name, source.organization, What.OPEN, account, now=False)
    if said.job_id is None:
        fetches.want_list(tx, source.name, source.organization, What.CHANGES, account, now=True)
        return "Some of its postings have changed; the API is asked which."
    about = (What.POSTING, said.job_id, event.id, event.received_at, announced.alone, said)
    wish(tx, Wish(source.name, source.organization, *about), SUPERSEDED)
    return f"The text of posting {said.job_id} is being fetched."


def wish(tx: Tx, wanted: Wish, superseded: str) -> None:
    """Have it asked for; an older event on whose behalf nobody is asked any more says `superseded`."""
    before = fetches.wish(tx, wanted)
    if before.state is not FetchState.WAITING or before.event_id in (None, wanted.event_id):
        return
    assert before.event_id is not None, "looked at above"
    older = events.get(tx, before.event_id)
    if before.alone and older is not None and older.state is EventState.READ:
        events.settle(tx, older.id, EventState.READ, superseded)
