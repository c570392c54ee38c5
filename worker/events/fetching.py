"""Fetching: one question to an ATS's API, from its claim to what its answer led to.

claim   takes a lease; dying afterwards asks again once the lease has ended.
ask     happens outside of any transaction.
settle  applies the answer exactly as if a delivery had said it, and ends the fetch, in one transaction, while it is still ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from config.settings import Source
from worker import log, metrics, sources, steps
from worker.domain.asking import Asking
from worker.domain.call import Call, NotThere
from worker.domain.event import Event, PostingChanged, PostingClosed, PostingOpened
from worker.domain.fields import Unreadable
from worker.events import applications, calling, following, pages, reader
from worker.events.applications import Heard
from worker.events.calling import Failed
from worker.events.following import Readable
from worker.events.pages import Page
from worker.ledger import application_fetches, events, fetches, source_apis
from worker.ledger.connection import Ledger, LedgerFault, Tx
from worker.ledger.events import EventState, StoredEvent
from worker.ledger.fetches import Fetch, Later, What
from worker.outbound import Answer, Outbound
from worker.policy import asking, dating, reasons
from worker.policy.asking import Trouble

Meaning = Readable | PostingClosed | Heard
_logger = log.named(__name__)
GONE = "The ATS says that it knows this posting no more."
BYTES_GONE = "Nobody is asked for it any more: the bytes that named it are gone."
NOUNS = {What.POSTING: "text", What.APPLICATION: "application"}


@dataclass(frozen=True)
class Told:
    """What an answer says of the posting, or the application, that was asked for."""

    meanings: tuple[Meaning, ...]


@dataclass(frozen=True)
class Dropped:
    """Nobody was asked, and nobody will be; why."""

    sentence: str


Outcome = Told | Page | Failed | Dropped


@dataclass(frozen=True)
class Done:
    """A fetch was settled. `event_ids` are to be read; `organizations` may have got work."""

    event_ids: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


class Fetching:
    """Asks for one source after the other what is due. From any thread, and in several processes at once."""

    def __init__(self, ledger: Ledger, configured: Mapping[str, Source], outbound: Outbound, holder: str = "") -> None:
        self._ledger, self._configured, self._outbound, self._holder = ledger, configured, outbound, holder

    def one(self, name: str) -> Done | Later | None:
        """Ask what is due next of a source, and settle it; Later where none may be asked yet, None where nothing is due."""
        source = self._configured[name]
        claimed = self._ledger.write(lambda tx: fetches.claim(tx, name, sources.apart(source.kind), self._holder))
        if not isinstance(claimed, Fetch):
            return claimed
        steps.reached("after_fetch_claimed")
        try:
            outcome = self._asked(source, claimed)
            steps.reached("after_fetch_answered")
            done = self._settled(source, claimed, outcome)
        except LedgerFault:
            raise
        except Exception as fault:  # a bug in a reader must neither lose a posting nor ask for it for ever
            _logger.exception("an answer could not be read", source=name, what=claimed.what)
            done = self._settled(
                source, claimed, Failed(Trouble.UNREADABLE, f"Its reader failed: {type(fault).__name__}.")
            )
        steps.reached("after_fetch_settled")
        return done

    def _settled(self, source: Source, claimed: Fetch, outcome: Outcome) -> Done:
        done = self._ledger.write(partial(_settle, source=source, claimed=claimed, outcome=outcome))
        ended = outcome.trouble.value if isinstance(outcome, Failed) else "answered"
        metrics.FETCHES.labels(source=source.name, outcome=ended).inc()
        return done

    def _asked(self, source: Source, claimed: Fetch) -> Outcome:
        try:
            if claimed.what is What.APPLICATION:
                return self._asked_for_application(source, claimed)
            call = _call(source, claimed)
            now = self._ledger.read(lambda tx: tx.now())
            answer = calling.ask(self._outbound, source, call, now)
            return answer if isinstance(answer, Failed) else _understood(source, claimed, answer, now)
        except NotThere as fault:
            return Failed(Trouble.NOT_THERE, f"{fault}.")
        except Unreadable as fault:
            return Failed(Trouble.UNREADABLE, f"The answer can't be used: {fault}.")

    def _asked_for_application(self, source: Source, claimed: Fetch) -> Outcome:
        """Raises Unreadable."""
        named, now = self._ledger.read(lambda tx: (applications.named(tx, source, claimed), tx.now()))
        if named is None:
            return Dropped(BYTES_GONE)
        call = sources.asking(source).ask_application(named.said, source)
        answer = calling.ask(self._outbound, source, call, now)
        return answer if isinstance(answer, Failed) else Told((applications.heard(source, named, answer, now),))


def _call(source: Source, claimed: Fetch) -> Call:
    """Raises Unreadable where the source can't be asked, or a list goes on at another host."""
    if claimed.what is What.POSTING:
        return sources.fetching(source).ask(claimed.announced, source)
    kind = sources.listing(source)
    call = kind.page(claimed.asking, source)
    first = kind.page(Asking(claimed.subject or None, claimed.since), source)
    if _place(call) != _place(first):
        raise Unreadable("the next page leads to another host")
    return call


def _place(call: Call) -> tuple[str, str]:
    parts = urlsplit(call.url)
    return parts.scheme, parts.netloc


def _understood(source: Source, claimed: Fetch, answer: Answer, asked_at: datetime) -> Told | Page | Failed:
    """What takes time is done here, before a transaction begins. Raises Unreadable."""
    if claimed.what is What.POSTING:
        told = list(sources.fetching(source).fetched(answer.status, answer.body, claimed.announced, source))
        return Told(tuple(_meaning(dating.believed(one, asked_at), claimed.subject, source) for one in told))
    listed = sources.listing(source).listed(answer.status, answer.body, claimed.asking, source)
    if listed.next is not None and (listed.next == claimed.next or claimed.pages + 1 >= asking.MOST_PAGES):
        sentence = f"The answer can't be used: the list of postings does not end, after {claimed.pages + 1} pages."
        return Failed(Trouble.ENDLESS, sentence)
    return Page(listed, answer.body, asked_at)


def _meaning(event: Event, job_id: str, source: Source) -> Meaning:
    match event:
        case PostingOpened(posting) | PostingChanged(posting) if posting.job_id == job_id:
            return Readable.of(posting, detect_language=source.detect_language)
        case PostingClosed(found) if found == job_id:
            return event
        case _:
            raise Unreadable("it is about something else than the posting that was asked for")


def _settle(tx: Tx, *, source: Source, claimed: Fetch, outcome: Outcome) -> Done:
    if claimed.event_id is not None:
        events.get(tx, claimed.event_id, lock=True)  # before the fetch, as whoever reads the event does
    if not fetches.holds(tx, claimed):
        return Done()
    if isinstance(outcome, Failed):
        return _failed(tx, source, claimed, outcome)
    if isinstance(outcome, Dropped):
        return _ended(tx, source, claimed, outcome.sentence)
    source_apis.note_answer(tx, source.name)
    if isinstance(outcome, Page):
        return Done(tuple(pages.keep(tx, source, claimed, outcome)))
    return _finished(tx, source, claimed, outcome.meanings)


def _finished(tx: Tx, source: Source, claimed: Fetch, meanings: tuple[Meaning, ...], before: str = "") -> Done:
    event = _event(claimed)
    sentences = [before, *(_follow(tx, source, event, one) for one in meanings)]
    return _ended(tx, source, claimed, " ".join(filter(None, sentences)))


def _ended(tx: Tx, source: Source, claimed: Fetch, said: str) -> Done:
    fetches.finish(tx, claimed, said)
    _tell(tx, claimed, EventState.READ, said)
    return Done(organizations=(source.organization, *reader.elsewhere(source)))


def _follow(tx: Tx, source: Source, event: StoredEvent, meaning: Meaning) -> str:
    match meaning:
        case PostingClosed():
            return following.close(tx, source, event, meaning)
        case Heard():
            return applications.follow(tx, source, event, meaning)
        case Readable():
            return following.open_or_change(tx, source, event, meaning)


def _failed(tx: Tx, source: Source, claimed: Fetch, failed: Failed) -> Done:
    ever_answered, failures = _ever_answered(tx, claimed), claimed.failures + 1
    noun = NOUNS.get(claimed.what)  # none of a list, which is asked for whatever happens
    if noun is not None and asking.is_gone(failed.trouble, failures, ever_answered=ever_answered):
        return _gone(tx, source, claimed)
    if noun is not None and asking.gives_up(failed.trouble, failures, ever_answered=ever_answered):
        fetches.give_up(tx, claimed, failed.sentence)
        _tell(tx, claimed, EventState.UNREADABLE, f"The {noun} could not be fetched: {failed.sentence}")
        return Done()
    wait = asking.wait(failed.trouble, failures, failed.told)
    if failed.trouble is Trouble.ENDLESS:
        wait = max(wait, pages.every(source, claimed))
    due_at = tx.now() + wait
    fetches.again(tx, claimed, due_at, failed.sentence, anew=asking.begins_anew(failed.trouble, failures))
    _note_trouble(tx, source, claimed, failed, due_at)
    next_at = reasons.clock(due_at)
    _tell(tx, claimed, EventState.READ, f"The {noun} is not fetched yet. {failed.sentence} Next: {next_at}.")
    return Done()


def _ever_answered(tx: Tx, claimed: Fetch) -> bool:
    """Whether the API has answered such a question: a key that reads postings may get a 404 for every candidate."""
    if claimed.what is What.APPLICATION:
        return application_fetches.is_known(tx, claimed.source)
    api = source_apis.get(tx, claimed.source)
    return api is not None and api.succeeded_at is not None


def _gone(tx: Tx, source: Source, claimed: Fetch) -> Done:
    """The ATS knows it no more."""
    if claimed.what is What.APPLICATION:
        return _ended(tx, source, claimed, applications.leave(tx, source, _event(claimed), claimed))
    closed = PostingClosed(claimed.announced.job_id, claimed.announced.requisition_id, claimed.announced.changed_at)
    return _finished(tx, source, claimed, (closed,), GONE)


def _note_trouble(tx: Tx, source: Source, claimed: Fetch, failed: Failed, due_at: datetime) -> None:
    """As the trouble of the whole API, unless it is only of what was asked for."""
    is_closing = asking.closes(failed.trouble, of_candidate=claimed.what is What.APPLICATION)
    is_refusal = failed.trouble in asking.REFUSALS
    if failed.trouble in (Trouble.NOT_THERE, Trouble.ENDLESS) or (is_refusal and not is_closing):
        return
    closed_until = due_at if is_closing else None
    source_apis.note_trouble(tx, source.name, failed.sentence, closed_until=closed_until, refused=is_refusal)


def _event(claimed: Fetch) -> StoredEvent:
    """The event that announced it, as far as what follows needs it."""
    assert claimed.event_id is not None, "a posting or an application is asked for because an event told of it"
    assert claimed.event_at is not None, "likewise"
    return StoredEvent(
        claimed.event_id, claimed.source, claimed.organization, EventState.READ, None, 0, claimed.event_at
    )


def _tell(tx: Tx, claimed: Fetch, state: EventState, sentence: str) -> None:
    """The event says what became of it, unless it says other things too or is to be read anew."""
    if not claimed.alone or claimed.event_id is None:
        return
    event = events.get(tx, claimed.event_id)
    if event is not None and event.state in (EventState.READ, EventState.UNREADABLE):
        events.settle(tx, event.id, state, sentence)
