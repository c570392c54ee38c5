"""The inbox: a folder that is watched. A file that is put there is run as a batch, and its results are written beside it.

A file is taken once it has not changed for a round, so that none is read while it is written. Which files were taken the ledger
knows, by path, size and time of change; so a restart takes up what was not read to its end, and nothing is filed twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from worker import log
from worker.assembly import Bridge
from worker.batches import exporting, origins, running, writing
from worker.batches.cells import storable
from worker.batches.checking import Found
from worker.batches.judging import Judge
from worker.batches.reading import open_sheet
from worker.batches.rows import ORGANIZATION, NotABatch, Sheet
from worker.domain.request import State
from worker.ledger import batch_marks, batches
from worker.ledger.batches import Batch, BatchState
from worker.operators import Person

READ = frozenset({".csv", ".tsv", ".xlsx", ".jsonl", ".ndjson", ".json"})
RESULTS, FAULT = ".results", ".fault.txt"
MOVING = frozenset({State.WAITING, State.SENDING})
CLERK = Person("inbox")
MOST_ROUNDS = 20  # sweeps between two tries to write results: five minutes
_logger = log.named(__name__)


@dataclass(frozen=True)
class Failed:
    """Results that could not be written: why, and how many rounds go by before they are tried again."""

    said: str
    rounds: int = 0
    left: int = 0


@dataclass
class Inbox:
    """What was seen in the folder. All of it may be forgotten: then files are looked at again, and results written again."""

    seen: dict[Path, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    failed: dict[str, Failed] = field(default_factory=dict)

    def take(self, bridge: Bridge, send: Callable[[Sequence[Found]], None], stopping: Callable[[], bool]) -> None:
        """One round: run what is ready, and write results that are due."""
        folder = bridge.settings.batches.inbox
        for path in _files(folder) if folder is not None else ():
            if stopping():
                return
            origin = _origin(path)
            if origin is None:
                continue
            is_still = self.seen.get(path) == origin
            self.seen[path] = origin
            if is_still and origin not in self.done and not self._is_left_for_now(origin):
                self._work(bridge, path, origin, send, stopping)

    def _work(
        self,
        bridge: Bridge,
        path: Path,
        origin: str,
        send: Callable[[Sequence[Found]], None],
        stopping: Callable[[], bool],
    ) -> None:
        batch, now = bridge.ledger.read(lambda tx: (batch_marks.batch_at(tx, origin), tx.now()))
        if batch is not None and batch.is_read(now):
            return  # by somebody else, or until just now by who was killed
        try:
            if batch is None or (batch.read_at is None and batch.state is not BatchState.CANCELLED):
                batch = _run(bridge, path, origin, send, stopping)
            if batch is not None:
                self._write(bridge, path, origin, batch)
        except (NotABatch, writing.WontFit) as fault:
            _logger.warning("a file of the inbox can't be used", file=storable(path.name))
            _say(_beside(path, FAULT), f"{fault}\n")
            self.done.add(origin)
        except writing.CantWrite as fault:
            self._put_off(path, origin, str(fault))

    def _put_off(self, path: Path, origin: str, why: str) -> None:
        """A full disk, a folder that may not be written: tried again, less and less often, and said where the reason is new."""
        before = self.failed.get(origin)
        if before is None or before.said != why:
            _logger.warning("results can't be written into the inbox; tried again", file=storable(path.name))
            _say(_beside(path, FAULT), f"{why} It is tried again.\n")
        rounds = 1 if before is None else min(before.rounds * 2, MOST_ROUNDS)
        self.failed[origin] = Failed(why, rounds, rounds)

    def _is_left_for_now(self, origin: str) -> bool:
        failed = self.failed.get(origin)
        if failed is None or not failed.left:
            return False
        self.failed[origin] = replace(failed, left=failed.left - 1)
        return True

    def _write(self, bridge: Bridge, path: Path, origin: str, batch: Batch) -> None:
        """When all rows are filed, and again when nothing moves any more."""
        counts = bridge.ledger.read(lambda tx: batches.counts(tx, batch.id))
        is_at_rest = not any(counts.get(state) for state in MOVING)
        if is_at_rest or origin not in self.written:
            writing.save(
                results_of(path),
                exporting.titles(batch),
                exporting.records(bridge, batch),
                never=path,
                through_links=False,
            )
            _say(_beside(path, FAULT), "")
            self.written.add(origin)
            self.failed.pop(origin, None)
        if is_at_rest:
            self.done.add(origin)


def results_of(path: Path) -> Path:
    """`jobs.csv` -> `jobs.csv.results.csv`, in the format of the file where results have it."""
    suffix = path.suffix.lower()
    return _beside(path, RESULTS + (suffix if suffix in writing.FORMATS else ".csv"))


def _files(folder: Path) -> Iterator[Path]:
    """Those that may be batches: no hidden ones, none that others still write, none of ours."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        is_ours = Path(path.stem).suffix == RESULTS
        is_hidden = path.name.startswith((".", "~$"))
        if path.suffix.lower() in READ and not is_ours and not is_hidden and path.is_file() and not path.is_symlink():
            yield path


def _origin(path: Path) -> str | None:
    """None where it is gone again."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return f"inbox:{origins.of(path)}:{found.st_size}:{found.st_mtime_ns}"


def _run(
    bridge: Bridge, path: Path, origin: str, send: Callable[[Sequence[Found]], None], stopping: Callable[[], bool]
) -> Batch | None:
    """None where it was not read to its end: this process stops, or somebody cancelled it."""
    sheet = open_sheet(path)
    now = running.begin(bridge, sheet, _judge(bridge, sheet), CLERK, origin)
    _logger.info("a file of the inbox is run", file=sheet.name, batch=now.batch)
    try:
        for chunk in running.run(bridge, sheet, _judge(bridge, sheet), now):
            send(chunk)
            if stopping():
                return None
    except running.Stopped:
        return None
    return bridge.ledger.read(lambda tx: batches.get(tx, now.batch))


def _judge(bridge: Bridge, sheet: Sheet) -> Judge:
    known = sorted(bridge.settings.organizations)
    if len(known) > 1 and ORGANIZATION not in sheet.columns.values():
        raise NotABatch(
            f"{sheet.name} has no column organization, and there are several: each row must name {', '.join(known)}."
        )
    return Judge(frozenset(known), known[0] if len(known) == 1 else None)


def _say(place: Path, sentence: str) -> None:
    """In place of what was said before. Whoever puts files there may have put links, too: none is followed.

    Where it can't be written (a long name, a folder that may only be read) the log has it, and the other files go on.
    """
    try:
        place.unlink(missing_ok=True)
        if sentence:
            with place.open("x", encoding="utf-8") as file:
                file.write(sentence)
    except OSError as fault:
        _logger.warning(
            "nothing can be written into the inbox",
            file=storable(place.name),
            fault=type(fault).__name__,
            said=sentence,
        )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
