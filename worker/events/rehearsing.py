"""Rehearsing: what has arrived since some time, read with today's readers, rules and changes, in a ledger that is thrown away.

Nothing is sent, asked for or written to the real ledger. What waits is taken for made before the next event comes, as it usually
is; what is held for a person stays held. A posting whose text was fetched is rehearsed with the newest text that was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.settings import Source
from worker.domain.event import (
    Event,
    Ignored,
    Illegible,
    PostingAnnounced,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)
from worker.domain.fields import Unreadable
from worker.domain.posting import JobPosting
from worker.domain.request import State
from worker.events import following, reader
from worker.events.following import Readable
from worker.ledger import events, postings, rehearsals, requests
from worker.ledger.connection import Ledger, Tx
from worker.ledger.events import StoredEvent
from worker.ledger.rehearsals import Followed
from worker.policy import rules


class Effect(StrEnum):
    """What would become of one thing that an event says."""

    MADE = "made"
    HELD = "held"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    LEFT = "left"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"
    UNFETCHED = "unfetched"  # its text would have to be asked for, and never was


@dataclass(frozen=True)
class Rehearsed:
    """One of them. `sentence` is what the event would show."""

    event: StoredEvent
    effect: Effect
    sentence: str


class Rehearsal:
    """`real` is looked at; `scratch` is written to, and thrown away by whoever made it."""

    def __init__(self, real: Ledger, scratch: Ledger, configured: Mapping[str, Source], since: datetime) -> None:
        self._real, self._scratch, self._configured, self._since = real, scratch, configured, since

    def run(self, source: str | None) -> Iterator[Rehearsed]:
        """Everything that has arrived, in order."""
        after = ""
        while page := self._page(source, after):
            for event in page:
                yield from self._event(event)
            after = page[-1].id

    def _page(self, source: str | None, after: str) -> list[StoredEvent]:
        return self._real.look(lambda tx: rehearsals.arrived(tx, self._since, source, reader.COMPLETIONS, after))

    def _event(self, event: StoredEvent) -> Iterator[Rehearsed]:
        received = self._real.look(lambda tx: events.received(tx, event.id))
        if received is None:
            yield Rehearsed(
                event, Effect.IGNORED, "What it said was removed, for a person's sake or because its time was over."
            )
            return
        try:
            said = reader.told_by(self._scratch, event, received, self._configured)
        except Unreadable as fault:
            yield Rehearsed(event, Effect.UNREADABLE, f"It can't be read: {fault}.")
            return
        except Exception as fault:  # noqa: BLE001 - a bug in a reader is what a rehearsal is for
            yield Rehearsed(event, Effect.UNREADABLE, f"Its reader failed: {type(fault).__name__}.")
            return
        for one in said or [Ignored("It says nothing.")]:
            effect, sentence = self._meaning(event, one)
            yield Rehearsed(event, effect, sentence)

    def _meaning(self, event: StoredEvent, said: Event) -> tuple[Effect, str]:
        source = self._configured[event.source]
        match said:
            case PostingOpened(posting) | PostingChanged(posting):
                return self._open(source, event, Readable.of(posting, detect_language=source.detect_language))
            case PostingAnnounced():
                return self._announced(source, event, said)
            case PostingClosed():
                return self._close(source, event, said)
            case Ignored(reason):
                return Effect.IGNORED, reason
            case Illegible():
                return Effect.UNREADABLE, said.sentence
            case _:
                return Effect.IGNORED, "It says nothing of a posting."

    def _announced(self, source: Source, event: StoredEvent, said: PostingAnnounced) -> tuple[Effect, str]:
        known = None
        if said.job_id is not None:
            job_id = said.job_id
            known = self._real.look(lambda tx: postings.seen(tx, source.name, job_id))
        if known is None or not known.text:
            return Effect.UNFETCHED, "The ATS would be asked for it; no text of it is known here."
        posting = JobPosting(
            job_id=known.job_id,
            title=known.title,
            description=known.text,
            requisition_id=known.requisition_id,
            location=known.about.get("location"),
            department=known.about.get("department"),
            language=known.about.get("language"),
            company=known.about.get("company"),
            url=known.about.get("url"),
            changed_at=said.changed_at or event.received_at,
        )
        return self._open(source, event, Readable.of(posting, detect_language=source.detect_language))

    def _open(self, source: Source, event: StoredEvent, said: Readable) -> tuple[Effect, str]:
        posting = said.posting
        plan = rules.plan(source, posting, said.detected)
        self._take_along(source, posting.job_id, posting.title)

        def unit(tx: Tx) -> tuple[Effect, str]:
            before = _snapshot(tx, source.name, [posting.job_id])
            sentence = following.open_or_change(tx, source, event, said)
            if sentence != following.OVERTAKEN:
                rehearsals.note(
                    tx, Followed(source.name, posting.job_id, posting.title, plan.skip and plan.rule, plan.skip)
                )
            effect = _effect(before, _snapshot(tx, source.name, [posting.job_id]))
            if plan.skip is not None and sentence != following.OVERTAKEN:
                effect = Effect.SKIPPED
            _make(tx, source.name, posting.job_id)
            return effect, sentence

        return self._scratch.note(unit)

    def _close(self, source: Source, event: StoredEvent, said: PostingClosed) -> tuple[Effect, str]:
        jobs = [said.job_id] if said.job_id is not None else self._jobs(source.name, said.requisition_id or "")
        for job_id in jobs:
            self._take_along(source, job_id, "")

        def unit(tx: Tx) -> tuple[Effect, str]:
            before = _snapshot(tx, source.name, jobs)
            sentence = following.close(tx, source, event, said)
            return _effect(before, _snapshot(tx, source.name, jobs)), sentence

        return self._scratch.note(unit)

    def _jobs(self, source: str, requisition_id: str) -> list[str]:
        looked = self._real.look(lambda tx: rehearsals.jobs_of(tx, source, requisition_id))
        return sorted({*looked, *self._scratch.read(lambda tx: rehearsals.jobs_of(tx, source, requisition_id))})

    def _take_along(self, source: Source, job_id: str, title: str) -> None:
        """What was known of a posting before, once."""
        if self._scratch.read(lambda tx: rehearsals.is_followed(tx, source.name, job_id)):
            return
        known = self._real.look(lambda tx: rehearsals.before(tx, source.name, job_id, self._since))
        self._scratch.note(lambda tx: rehearsals.take_along(tx, Followed(source.name, job_id, title), known))


_Snapshot = dict[str, tuple[object, ...]]


def _snapshot(tx: Tx, source: str, jobs: list[str]) -> _Snapshot:
    found = [one for job_id in jobs for one, _ in rehearsals.requests_of(tx, source, job_id)]
    return {one.id: (one.state, one.title, one.rule, requests.content_digest_of(tx, one.id)) for one in found}


def _effect(before: _Snapshot, after: _Snapshot) -> Effect:
    changed = [(before.get(one), now) for one, now in after.items() if before.get(one) != now]
    if not changed:
        return Effect.LEFT
    then, now = changed[0]
    if now[0] is State.HELD:
        return Effect.HELD
    if now[0] is State.CANCELLED:
        return Effect.CANCELLED
    return Effect.MADE if then is None else Effect.CHANGED


def _make(tx: Tx, source: str, job_id: str) -> None:
    """As TalentSprout would, before the next event comes."""
    for one, _ in rehearsals.requests_of(tx, source, job_id):
        requests.move(tx, one.id, {State.WAITING}, State.CREATED, because=None)
