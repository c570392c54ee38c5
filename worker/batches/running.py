"""A run: each row of a file through the one door, in chunks, each chunk a transaction of its own.

Whatever ends a run (a person, a kill, the power), what it has filed stays filed; the file run again goes on with its batch and
files nothing twice. Nothing is kept in memory of the rows that are done.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice

from worker import filing
from worker.assembly import Bridge
from worker.batches.checking import Found, chunks, faulty, known_requests, takes
from worker.batches.deciding import follow
from worker.batches.judging import Faulty, Judge, Wanted
from worker.batches.pace import Pace
from worker.batches.rows import Row, Sheet
from worker.domain.request import Content, GenerationRequest
from worker.ledger import batch_marks, batch_rows, batches, interviews, requests
from worker.ledger.batch_rows import StoredRow
from worker.ledger.batches import Batch, BatchState, NewBatch
from worker.ledger.connection import LedgerFault, Tx
from worker.ledger.requests import NewRequest
from worker.operators import Person, Refusal, mend
from worker.policy import verdicts
from worker.policy.verdicts import Verdict

JUDGED_AT_ONCE = 50  # where rows are judged within the transaction, too
KEPT_AT_ONCE = 250  # rows that are only noted
LOOKED_AT = 100  # of the first rows of a file, to know its batch again


class Stopped(Exception):
    """Somebody cancelled the batch while its file was read."""


@dataclass(frozen=True)
class Run:
    """One reading of one file into one batch. `goes_on`: the batch as it was, where it was there before."""

    batch: str
    number: int
    who: Person
    goes_on: Batch | None


@dataclass(frozen=True)
class Judged:
    """A chunk of rows, and those of them that can be filed, made ready before a transaction begins."""

    rows: Sequence[Wanted | Faulty]
    ready: Sequence[tuple[Wanted, NewRequest]]

    @classmethod
    def of(cls, now: Run, rows: Sequence[Wanted | Faulty]) -> "Judged":
        """For one run."""
        wanted = [one for one in rows if isinstance(one, Wanted)]
        of_batch = [replace(one.submission, identity=one.identity, batch=now.batch) for one in wanted]
        return cls(rows, [(one, filing.ready(new, one.digest)) for one, new in zip(wanted, of_batch, strict=True)])


def begin(bridge: Bridge, sheet: Sheet, judge: Judge, who: Person, origin: str | None) -> Run:
    """A new batch, or the one that has this content, or that of this place, if one of the file's first rows is in it.

    At once from several processes, too: the first makes the batch, the others wait for it and go on with it.
    """
    columns = tuple((title, sheet.columns.get(title)) for title in sheet.titles)
    new = NewBatch(sheet.name, origin, judge.owner, who.name, columns)
    first = [judge.judge(row) for row in islice(sheet.each(), LOOKED_AT)]
    wanted = [one for one in first if isinstance(one, Wanted)]
    content = None if sheet.content is None else batch_marks.CONTENT + sheet.content

    def joined(tx: Tx) -> tuple[str, Batch | None]:
        marks = [mark for mark in (content, origin) if mark is not None]
        held = batch_marks.held(tx, judge.owner, marks)
        batch = _known(tx, held.get(content or ""), held.get(origin or ""), wanted)
        made = batches.create(tx, new) if batch is None else batch.id
        batch_marks.give(tx, judge.owner, marks, made)
        return made, batch

    made, batch = bridge.ledger.write(joined)
    if batch is not None and batch.following:
        follow(bridge.ledger, batch.id)  # a decision from before this run; it must not meet what this run files
    return Run(made, bridge.ledger.write(lambda tx: batches.begin(tx, made, new)), who, batch)


def run(bridge: Bridge, sheet: Sheet, judge: Judge, now: Run) -> Iterator[Sequence[Found]]:
    """File every row; what became of each chunk is yielded once it is committed. Raises NotABatch and Stopped.

    Chunks are noted, and the end is written: if the power fails before, the file is run again, and its rows are known or not.
    """
    pace = Pace(bridge.ledger)
    with _saying_so(bridge, now):
        for chunk in pace.chunks(sheet.each()):
            judged = Judged.of(now, [judge.judge(row) for row in chunk])
            yield pace.file(lambda tx, rows=judged: _read_on(tx, bridge, now, rows))  # type: ignore[misc]  # bound now


def keep_unfiled(bridge: Bridge, sheet: Sheet, now: Run) -> None:
    """Note every row, to be filed by a worker, which may begin at once. Raises NotABatch."""

    def unit(tx: Tx, rows: Sequence[StoredRow]) -> None:
        batches.go_on_reading(tx, now.batch)
        batch_rows.keep(tx, now.batch, now.number, rows)

    with _saying_so(bridge, now):
        for chunk in chunks(sheet.each(), KEPT_AT_ONCE):
            rows = [_unfiled(row) for row in chunk]
            bridge.ledger.write(lambda tx, some=rows: unit(tx, some))  # type: ignore[misc]  # bound now


def file_kept(bridge: Bridge, batch_id: str, stopping: Callable[[], bool] = lambda: False) -> Iterator[list[Found]]:
    """File the rows that were noted; from several workers at once, if need be."""
    organizations = frozenset(bridge.settings.organizations)

    def unit(tx: Tx) -> list[Found]:
        batch = batches.get(tx, batch_id, lock=True)  # before its rows: whoever cancels it locks in the same order
        assert batch is not None, "batches are never deleted"
        number, rows = batch_rows.unfiled(tx, batch_id, JUDGED_AT_ONCE)
        if batch.state is BatchState.CANCELLED or not rows:
            return []
        judge = Judge(organizations, batch.organization)
        now = Run(batch_id, number, Person(batch.actor or "bridge"), batch)
        return _file_chunk(tx, bridge, now, Judged.of(now, [judge.judge(written(one)) for one in rows]))

    while not stopping() and (found := bridge.ledger.note(unit)):
        yield found


def written(stored: StoredRow) -> Row:
    """The file's row again."""
    return Row(**{"number": stored.number, "cells": {}, "extra": {}, **stored.written})


@contextmanager
def _saying_so(bridge: Bridge, now: Run) -> Iterator[None]:
    """The end of a run is written, and that it was broken off; of who is killed it shows after a minute."""
    try:
        yield
    except BaseException:
        with suppress(LedgerFault):
            bridge.ledger.write(lambda tx: batches.stop_reading(tx, now.batch, now.number))
        raise
    bridge.ledger.write(lambda tx: batches.end(tx, now.batch, now.number))


def _known(tx: Tx, by_content: str | None, by_place: str | None, first: Sequence[Wanted]) -> Batch | None:
    """The batch of this very content, else that of its place: if it has rows of this file, or none yet."""
    if by_content is not None:
        return batches.get(tx, by_content)
    if by_place is None:
        return None
    ids = {kept.request.id for kept in known_requests(tx, first).values()}
    is_same = batch_rows.any_of(tx, by_place, ids) or not batch_rows.has_some(tx, by_place)
    return batches.get(tx, by_place) if is_same else None


def _read_on(tx: Tx, bridge: Bridge, now: Run, judged: Judged) -> list[Found]:
    batches.go_on_reading(tx, now.batch)
    return _file_chunk(tx, bridge, now, judged)


def _file_chunk(tx: Tx, bridge: Bridge, now: Run, judged: Judged) -> list[Found]:
    batch = batches.get(tx, now.batch, lock=True)
    assert batch is not None, "batches are never deleted"
    if batch.state is BatchState.CANCELLED:
        raise Stopped(batch.decided_by or "somebody")
    filed = filing.file_ready(tx, [new for _, new in judged.ready])
    answers = {one.row.number: answer for (one, _), answer in zip(judged.ready, filed, strict=True)}
    above: dict[str, int] = {}
    found = [
        faulty(one) if isinstance(one, Faulty) else _found(tx, bridge, now, one, answers[one.row.number], above)
        for one in judged.rows
    ]
    batch_rows.keep(tx, now.batch, now.number, [_stored(one) for one in found])
    return found


def _found(tx: Tx, bridge: Bridge, now: Run, one: Wanted, answer: filing.Answer, above: dict[str, int]) -> Found:
    """What the door's answer means for a row; `above` are the rows of this chunk that lead to a request."""
    request = answer.request
    row = None
    if not isinstance(answer, filing.Filed):
        row = above.get(request.id) or batch_rows.first_with(tx, now.batch, now.number, [request.id]).get(request.id)
    if row is not None:
        if requests.content_digest_of(tx, request.id) == one.digest:
            return Found(one.row, Verdict.SAME, verdicts.same(row), one, request, same_as=row)
        text = verdicts.conflict_within(one.identity.shown, row)
        return Found(one.row, Verdict.CONFLICT, text, one, request, same_as=row)
    if isinstance(answer, filing.Conflict):
        found = _mended(tx, bridge, now, one, request)
    elif isinstance(answer, filing.AlreadyFiled):
        link = interviews.links(tx, [request.interview_id]).get(request.interview_id) if request.interview_id else None
        found = Found(one.row, Verdict.KNOWN, verdicts.known(request, link), one, request, link)
    else:
        condensing = one.condensing()
        found = Found(one.row, Verdict.NEW, verdicts.new(condensing), one, request, condensing=condensing)
    if found.verdict in verdicts.ACCEPTED:
        above[request.id] = one.row.number
    return found


def _mended(tx: Tx, bridge: Bridge, now: Run, one: Wanted, known: GenerationRequest) -> Found:
    """Another text under a known id: a held request takes it, any other keeps its own."""
    if not takes(known):
        return Found(one.row, Verdict.CONFLICT, verdicts.conflict(known), one, known)
    wanted = one.submission
    content = Content(wanted.text, wanted.options, wanted.about)
    try:
        mended = mend(tx, now.who, known.id, filing.title_of(wanted), content, bridge.timing.quarantine)
    except Refusal as refusal:
        return Found(one.row, Verdict.CONFLICT, str(refusal), one, known)
    condensing = one.condensing()
    return Found(one.row, Verdict.MENDS, verdicts.mends(known, condensing), one, mended, condensing=condensing)


def _stored(one: Found) -> StoredRow:
    accepted = one.request is not None and one.verdict in verdicts.ACCEPTED
    request_id = one.request.id if accepted and one.request else None
    return StoredRow(one.row.number, one.verdict, one.text, request_id, one.same_as, _as_written(one.row))


def _unfiled(row: Row) -> StoredRow:
    return StoredRow(row.number, None, None, None, None, _as_written(row))


def _as_written(row: Row) -> dict[str, object]:
    told = {"cells": row.cells, "extra": row.extra, "name": row.name, "fault": row.fault}
    return {name: value for name, value in told.items() if value not in (None, {})}
