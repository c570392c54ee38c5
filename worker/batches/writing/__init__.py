"""Writing: records become a file for people, as CSV, XLSX or JSONL: by its name.

comma_separated, workbook, json_lines   a format each: write(stream, titles, records), record by record
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from config.wording import quoted
from worker import ids
from worker.batches.writing import comma_separated, json_lines, workbook

Write = Callable[[BinaryIO, Sequence[str], Iterable[Sequence[object]]], int]
FORMATS: Mapping[str, Write] = {  # suffix -> how such a file is written; each returns the number of records
    ".csv": comma_separated.write,
    ".xlsx": workbook.write,
    ".jsonl": json_lines.write,
}


class CantWrite(Exception):
    """The file can't be written, and why; nothing of it is left behind."""


class WontFit(CantWrite):
    """Not into this format, however often it is tried."""


def save(
    path: Path,
    titles: Sequence[str],
    records: Iterable[Sequence[object]],
    *,
    never: Path | None = None,
    through_links: bool = True,
    mode: int = 0o666,
) -> int:
    """Write a file as a whole or not at all; how many records it has.

    It is written beside its place and moved there, so neither an interruption nor a full disk leaves half of one. What was
    there is replaced, but never `never`: the batch's own input. A link is followed; without `through_links` it is what is
    replaced. `mode` is that of the file, as far as the umask allows. Raises CantWrite, and what `records` raises.
    """
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise CantWrite(
            f"{path} can't be written: its name ends in none of {quoted(FORMATS)}; the ending says the format."
        )
    try:
        if never is not None and path.exists() and never.exists() and path.samefile(never):
            raise CantWrite(f"{path} is the batch's own file; name another, it is not written over.")
        if path.exists() and not path.is_file():
            raise CantWrite(f"{path} can't be written: it is no file; name one.")
        with _replacing(Path(os.path.realpath(path)) if through_links else path, mode) as stream:
            return write(stream, titles, records)
    except workbook.DoesNotFit as fault:
        raise WontFit(f"{path} can't be written: {fault}") from None
    except OSError as fault:
        raise CantWrite(f"{path} can't be written: {fault.strerror or fault}.") from None


@contextmanager
def _replacing(path: Path, mode: int) -> Iterator[BinaryIO]:
    beside = path.with_name(f".{ids.new_id()}.part")
    try:
        with open(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
