"""`sprout batch run`: a request for every row of a file. Interrupted and run again, it files nothing twice."""

import gc
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import click

from worker.batches import running, showing
from worker.batches.checking import Found
from worker.batches.rows import NotABatch
from worker.batches.running import Run
from worker.cli import batch_check, batch_opening, batch_watch, batch_words, hinting, opening, options, printing
from worker.cli.batch_opening import Given
from worker.cli.endings import Failure, Interrupted
from worker.cli.progress import Progress
from worker.domain.request import State
from worker.ledger import batches
from worker.ledger.batches import BatchState
from worker.ledger.connection import Tx
from worker.policy import verdicts
from worker.policy.verdicts import Verdict
from worker.shown import Shown

MOST_TOLD = 1000  # bad rows in the report; `batch export` has them all


@dataclass
class Report:
    """What a run has done so far; of its rows only the first bad ones."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    bad: list[Shown] = field(default_factory=list)
    hinted: set[str] = field(default_factory=set)

    @property
    def rows(self) -> int:
        """How many were looked at."""
        return sum(self.verdicts.values())

    @property
    def filed(self) -> int:
        """How many requests are new."""
        return self.verdicts[Verdict.NEW]

    @property
    def faulty(self) -> int:
        """How many rows were not filed."""
        return sum(count for verdict, count in self.verdicts.items() if verdict not in verdicts.ACCEPTED)


@click.command()
@batch_opening.options
@click.option("--dry-run", is_flag=True, help="Only check: the same as `batch check`.")
@click.option("--wait", is_flag=True, help="Wait until nothing of it moves any more.")
@options.as_json
@click.pass_context
def run(
    context: click.Context,
    file: str,
    organization: str | None,
    pairs: tuple[str, ...],
    dry_run: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """\b
    sprout batch run jobs.csv --wait
    sprout batch run jobs.xlsx --organization acme --json
    cat jobs.jsonl | sprout batch run -

    File a request for every row of a CSV, XLSX or JSONL file or of a folder of texts. Columns: job_description, and if wanted id,
    title, organization, kind and any optional field of an interview. Run it again after an interruption, or with more rows:
    nothing is filed twice.

    Ends with 0 if every row was filed (with --wait: has its interview), else with 1.
    """
    given = batch_opening.opened(file, organization, pairs, quiet=as_json)
    if dry_run:
        if batch_check.look(given, as_json=as_json).faulty:
            context.exit(1)
        return
    gc.freeze()  # as in a worker: no look through all that was imported while others wait for the ledger
    now = running.begin(given.bridge, given.sheet, given.judge, opening.person(), given.origin)
    done = _file(given, now)
    ended = batch_watch.until_at_rest(given.bridge, now.batch) if wait else _shown(given, now)
    _print(now, done, ended, as_json=as_json)
    if done.faulty or (wait and not batch_watch.is_whole(ended)):
        context.exit(1)


def _file(given: Given, now: Run) -> Report:
    done = Report()
    _say_how_it_begins(given, now)
    try:
        with Progress() as progress:
            for chunk in running.run(given.bridge, given.sheet, given.judge, now):
                _note(given, done, chunk)
                progress.tell(f"{batch_words.rows(done.rows)} looked at, {done.filed:,} filed.", "filing")
    except KeyboardInterrupt:
        sentence = (
            f"Interrupted: {batch_words.rows(done.rows)} were looked at, {done.filed:,} filed; those go on. "
            "Run the same command again: nothing is filed twice."
        )
        raise Interrupted(sentence, batch=now.batch) from None
    except NotABatch as fault:
        raise Failure("not_a_batch", f"{fault} {done.filed:,} rows were filed before.", batch=now.batch) from None
    except running.Stopped as stopped:
        sentence = f"The batch was cancelled by {stopped} while its file was read; the rows below were not filed."
        raise Failure("cancelled", sentence, batch=now.batch) from None
    return done


def _note(given: Given, done: Report, chunk: Sequence[Found]) -> None:
    for found in chunk:
        done.verdicts[found.verdict] += 1
        if found.verdict not in verdicts.ACCEPTED:
            printing.note(f"row {found.row.number}: {found.text}")
            if len(done.bad) < MOST_TOLD:
                done.bad.append({"row": found.row.number, "verdict": found.verdict, "reason": found.text})
    fresh = {one.request.organization for one in chunk if one.request and one.verdict in (Verdict.NEW, Verdict.MENDS)}
    for organization in sorted(fresh - done.hinted):  # one hint each: the pump goes on by itself
        hinting.pump(given.bridge, organization)
    done.hinted |= fresh


def _say_how_it_begins(given: Given, now: Run) -> None:
    batch, moment = given.bridge.ledger.read(lambda tx: (batches.get(tx, now.batch), tx.now()))
    if now.goes_on is not None and now.goes_on.is_read(moment):
        begun = f"batch {now.batch}, begun by {now.goes_on.actor}"
        printing.note(f"Joins {begun}: the same file is being read there, or was a minute ago. Each row is filed once.")
    elif now.goes_on is not None:
        printing.note(f"Goes on with batch {now.batch}, which has rows of this file.")
    if batch is not None and batch.state is BatchState.PAUSED:
        printing.note(f"The batch is paused by {batch.decided_by}: rows are filed, and sent once it is resumed.")


def _shown(given: Given, now: Run) -> Shown:
    def unit(tx: Tx) -> Shown:
        found = batches.get(tx, now.batch)
        assert found is not None, "batches are never deleted"
        return showing.batch(tx, found, given.bridge.timing)

    return given.bridge.ledger.read(unit)


def _print(now: Run, done: Report, ended: Shown, *, as_json: bool) -> None:
    if as_json:
        more = {
            "filed": done.filed,
            "already_filed": done.verdicts[Verdict.KNOWN] + done.verdicts[Verdict.SAME],
            "mended": done.verdicts[Verdict.MENDS],
            "bad": done.faulty,
            "bad_rows": done.bad,
        }
        printing.as_document(ended | more)
        return
    counts = ended["counts"]
    printing.lines([batch_words.of_run(done.rows, done.verdicts), f"Requests: {batch_words.of_states(counts)}."])
    if counts[State.HELD] or counts[State.UNKNOWN]:
        printing.note(f"What needs somebody: sprout batch show {now.batch}")
    going_on = ended["state"] not in ("done", "cancelled")
    printing.note(f"Next: sprout batch {'watch' if going_on else 'show'} {now.batch}")
    printing.note(f"      sprout batch export {now.batch} results.csv")
