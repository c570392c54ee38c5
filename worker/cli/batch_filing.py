"""Filing a batch: some rows in one transaction, each through the one door, so that a second run finds what the first filed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from config.settings import Organization
from config.wording import one_of, shown
from worker import filing
from worker.assembly import Bridge
from worker.cli import batch_rows, hinting, interview_options
from worker.cli.batch_rows import Row, Sheet
from worker.cli.submitting import conflict
from worker.descriptions import plain_text
from worker.domain.request import Kind
from worker.ledger import batches
from worker.ledger.connection import Tx
from worker.policy import identity, priority, reasons

AT_ONCE = 200  # rows in one transaction: some 30 ms, for which nobody else writes to an SQLite file


@dataclass(frozen=True)
class BadRow:
    """A row that is not filed, and why."""

    number: int
    reason: str


@dataclass(frozen=True)
class Accepted:
    """A row whose request exists; `new` where this run has filed it."""

    number: int
    request_id: str
    organization: str
    new: bool


Verdict = BadRow | Accepted


@dataclass
class Filing:
    """What has become of a file's rows so far. `batch` is the id of this run's batch, None while nothing new was filed."""

    batch: str | None = None
    accepted: list[Accepted] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)

    @property
    def new(self) -> int:
        """How many requests this run has filed."""
        return sum(one.new for one in self.accepted)

    @property
    def seen(self) -> int:
        """How many rows were looked at."""
        return len(self.accepted) + len(self.bad)


def file_rows(bridge: Bridge, sheet: Sheet, owner: Organization | None) -> Iterator[Filing]:
    """File every row of a sheet; what is known so far is yielded after each transaction.

    `owner` is whose the rows are that name no organization; without one, each must name its own.
    """
    done = Filing()
    hinted: set[str] = set()
    rows = sheet.each()
    while chunk := list(islice(rows, AT_ONCE)):
        judged = [(row.number, submission(bridge, row, owner)) for row in chunk]
        done.batch, verdicts = _file(bridge, sheet.path.name, done.batch, judged)
        done.accepted += [one for one in verdicts if isinstance(one, Accepted)]
        done.bad += [one for one in verdicts if isinstance(one, BadRow)]
        fresh = {one.organization for one in verdicts if isinstance(one, Accepted) and one.new} - hinted
        hinted |= fresh
        for organization in sorted(fresh):  # one hint each: the pump goes on by itself
            hinting.pump(bridge, organization)
        yield done


def submission(bridge: Bridge, row: Row, owner: Organization | None) -> filing.Submission | BadRow:
    """What a row wants, or what is wrong with it: looked at before a transaction begins."""
    cells = dict(row.cells)
    name = cells.pop(batch_rows.ORGANIZATION, None) or (owner.name if owner else None)
    brought, text = cells.pop(batch_rows.ID, None), plain_text.readable(cells.pop(batch_rows.TEXT, ""))
    if row.surplus:
        return BadRow(row.number, f"it has more cells than the header ({row.surplus} too many); is a quote missing?")
    if name is None or name not in bridge.settings.organizations:
        known = one_of(name or "", sorted(bridge.settings.organizations))
        found = "it names no organization" if name is None else f"the organization {shown(name)} is not configured"
        return BadRow(row.number, f"{found}; {known}.")
    if brought is not None and (wrong := identity.fault_of_brought(brought)) is not None:
        return BadRow(row.number, f"the id can't be used: {wrong}.")
    if (fault := filing.fault_of(Kind.GENERATE, text)) is not None:
        return BadRow(row.number, reasons.resting(fault))
    try:
        options = interview_options.from_texts(cells)
    except interview_options.BadOption as bad:
        return BadRow(row.number, str(bad))
    return filing.Submission(
        organization=name,
        text=text,
        title=cells.get(batch_rows.TITLE, ""),
        options=options,
        identity=identity.brought(brought) if brought else identity.of_content(Kind.GENERATE, text, options),
        priority=priority.BATCH,
    )


def _file(
    bridge: Bridge, name: str, batch: str | None, judged: Sequence[tuple[int, filing.Submission | BadRow]]
) -> tuple[str | None, list[Verdict]]:
    """One transaction. A batch is made with the first row that is new, so that a run that files nothing leaves none behind."""

    wanted = [one for _, one in judged if isinstance(one, filing.Submission)]

    def unit(tx: Tx) -> tuple[str | None, list[Verdict]]:
        of_batch = batch or (batches.create(tx, name) if filing.any_new(tx, wanted) else None)
        answers = iter(filing.file_many(tx, [replace(one, batch=of_batch) for one in wanted]))
        return of_batch, [one if isinstance(one, BadRow) else _verdict(number, next(answers)) for number, one in judged]

    return bridge.ledger.write(unit)


def _verdict(number: int, filed: filing.Answer) -> Verdict:
    request = filed.request
    if isinstance(filed, filing.Conflict):
        return BadRow(number, conflict(request))
    return Accepted(number, request.id, request.organization, isinstance(filed, filing.Filed))
