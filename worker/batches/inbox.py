"""The inbox: a folder that is watched. A file that is put there is run as a batch, and its results are written beside it.

A file is taken once it has not changed for a round, so that none is read while it is written. Which files were taken the ledger
knows, by path, size and time of change; so a restart takes up what was not read to its end, and nothing is filed twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from worker.ledger import batches
from worker.ledger.batches import Batch, BatchState
from worker.operators import Person

READ = frozenset({".csv", ".tsv", ".xlsx", ".jsonl", ".ndjson", ".json"})
RESULTS, FAULT = ".results", ".fault.txt"
MOVING = frozenset({State.WAITING, State.SENDING})
CLERK = Person("inbox")
_logger = log.named(__name__)


@dataclass
class Inbox:
    """What was seen in the folder. All of it may be forgotten: then files are looked at again, and results written again."""

    seen: dict[Path, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    def take(self, bridge: Bridge, send: Callable[[list[Found]], None], stopping: Callable[[], bool]) -> None:
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
            if is_still and origin not in self.done:
                self._work(bridge, path, origin, send, stopping)

    def _work(
        self, bridge: Bridge, path: Path, origin: str, send: Callable[[list[Found]], None], stopping: Callable[[], bool]
    ) -> None:
        batch = bridge.ledger.read(lambda tx: batches.newest_of(tx, origin))
        try:
            if batch is None or (batch.read_at is None and batch.state is not BatchState.CANCELLED):
                batch = _run(bridge, path, origin, send, stopping)
            if batch is not None:
                self._write(bridge, path, origin, batch)
        except (NotABatch, writing.CantWrite) as fault:
            _logger.warning("a file of the inbox can't be used", file=storable(path.name))
            _say(_beside(path, FAULT), f"{fault}\n")
            self.done.add(origin)

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
    bridge: Bridge, path: Path, origin: str, send: Callable[[list[Found]], None], stopping: Callable[[], bool]
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
