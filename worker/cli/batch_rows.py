"""A batch file: which columns it has, and what each row wants. CSV as spreadsheets write it.

The comma may be a semicolon, a tab or a bar; the encoding UTF-8, or what a byte order mark says. A file that can't be read as a
batch is refused as a whole; a row that can't be filed is told by its number, as a spreadsheet counts (the header is row 1).
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from config.interview import InterviewOptions
from config.wording import likely
from worker.cli.files import encoding

DELIMITERS = ",;\t|"
LARGEST_CELL = 5_000_000  # characters; Python's own limit is far below what a description in HTML may have
ID, TITLE, TEXT, ORGANIZATION = "id", "title", "job_description", "organization"
OTHERS = (ID, TITLE, ORGANIZATION, *InterviewOptions.keys())
FIELDS = (TEXT, *OTHERS)
SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("external_id", "job_id", "req_id", "reference", "ref", "requisition", "requisition_id"), ID),
    **dict.fromkeys(("job_title", "job", "name", "position", "role"), TITLE),
    **dict.fromkeys(("description", "job_ad", "jobdescription", "posting", "job_posting", "text", "content"), TEXT),
    **dict.fromkeys(("organisation", "org", "account"), ORGANIZATION),
    **dict.fromkeys(("language", "lang"), "languages"),
    **dict.fromkeys(("minutes", "duration_minutes"), "duration"),
    **dict.fromkeys(("pass_mark", "passing_mark", "pass_score"), "passing_score"),
    **dict.fromkeys(("video",), "require_video"),
    **dict.fromkeys(("attempts",), "max_attempts"),
    **dict.fromkeys(("access",), "access_type"),
    **dict.fromkeys(("redirect",), "redirect_url"),
    **dict.fromkeys(("personality",), "ai_personality"),
    **dict.fromkeys(("company",), "company_name"),
    **dict.fromkeys(("client",), "client_name"),
    **dict.fromkeys(("template",), "template_id"),
    **dict.fromkeys(("question",), "questions"),
}


class NotABatch(Exception):
    """The file as a whole can't be used; nothing of it is filed."""


@dataclass(frozen=True)
class Row:
    """One row's cells by field, without empty ones. `surplus`: cells beyond the header, which say that a quote is missing."""

    number: int
    cells: Mapping[str, str]
    surplus: int = 0


@dataclass(frozen=True)
class Sheet:
    """A file whose columns are understood. `ignored` are columns that mean nothing here."""

    path: Path
    delimiter: str
    columns: Sequence[str | None]
    ignored: Sequence[str]
    rows: int

    def each(self) -> Iterator[Row]:
        """Its rows, one by one; blank ones are left out."""
        with _opened(self.path) as file:
            for number, cells in islice(_records(file, self.delimiter), 1, None):
                named = zip(self.columns, cells, strict=False)
                known = {name: cell.strip() for name, cell in named if name is not None and cell.strip()}
                yield Row(number, known, max(len(cells) - len(self.columns), 0))


def read(path: Path) -> Sheet:
    """Look through the whole file, so that nothing is filed of one that breaks off. Raises NotABatch."""
    try:
        with _opened(path) as file:
            delimiter = _delimiter(file.readline())
            file.seek(0)
            records = _records(file, delimiter)
            head = next(records, None)
            if head is None:
                raise NotABatch(f"{path} is empty; its first row names the columns, and {TEXT} is one of them.")
            columns = _columns(path, head[1])
            count = sum(1 for _ in records)
    except OSError as fault:
        raise NotABatch(f"{path} can't be read: {fault.strerror}.") from None
    except UnicodeDecodeError as fault:
        raise NotABatch(f"{path} is not UTF-8 text (byte {fault.start + 1}); save it as CSV UTF-8.") from None
    except csv.Error as fault:
        raise NotABatch(f"{path} is not CSV: {fault}. Nothing was filed.") from None
    if not count:
        raise NotABatch(f"{path} has no row below its header.")
    ignored = [title for title, name in zip(head[1], columns, strict=True) if name is None and title.strip()]
    return Sheet(path, delimiter, columns, ignored, count)


def _opened(path: Path) -> TextIO:
    with path.open("rb") as file:
        start = file.read(4)
    return path.open(encoding=encoding(start), newline="")


def _records(file: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record that isn't blank, with its number: the header's is 1."""
    csv.field_size_limit(LARGEST_CELL)
    for number, cells in enumerate(csv.reader(file, delimiter=delimiter, strict=True), 1):
        if any(cell.strip() for cell in cells):
            yield number, cells


def _delimiter(header: str) -> str:
    """The one that makes most of the header's cells known; a comma where all are alike."""
    return max(DELIMITERS, key=lambda one: sum(_field(cell.strip('"\r\n ')) is not None for cell in header.split(one)))


def _columns(path: Path, titles: Sequence[str]) -> list[str | None]:
    columns = [_field(title) for title in titles]
    for name in {name for name in columns if name is not None}:
        if columns.count(name) > 1:
            both = " and ".join(f'"{title}"' for title, column in zip(titles, columns, strict=True) if column == name)
            raise NotABatch(f"{path}: {both} both mean {name}; rename or remove one of them.")
    if TEXT not in columns:
        found = ", ".join(f'"{title.strip()}"' for title in titles)
        raise NotABatch(f"{path} has no column {TEXT}; its first row says {found}. Others may be {', '.join(OTHERS)}.")
    return columns


def _field(title: str) -> str | None:
    name = re.sub(r"[^a-z0-9]+", "_", title.strip().lower()).strip("_")
    return name if name in FIELDS else SYNONYMS.get(name)


def meant(title: str) -> str | None:
    """The field that a column's title is a misspelling of, if it is near enough to one."""
    return likely(title, FIELDS)
