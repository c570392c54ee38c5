"""What a batch file holds, whatever its format: a sheet of rows, as the file says them. Nothing is judged here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from config.interview import InterviewOptions

ID, TITLE, TEXT, ORGANIZATION, KIND = "id", "title", "job_description", "organization", "kind"
FIELDS = (ID, TITLE, TEXT, ORGANIZATION, KIND, *InterviewOptions.keys())  # what a column can be read as


class NotABatch(Exception):
    """The file as a whole can't be used; nothing of it is filed. Says what is wrong, where, what was expected, what to do."""


@dataclass(frozen=True)
class Row:
    """One wanted interview.

    number  as a spreadsheet counts: the header is row 1; of JSONL the line, of a folder the file's position from 1
    cells   field -> str (CSV, folder); of XLSX and JSONL also int, float, bool and list; empty ones are left out
    extra   title -> text of the columns that mean nothing here; they come back in the file of results
    name    of a folder the file's name
    fault   why the row itself can't be read, as a sentence; what could be read of it is in `cells` and `extra`
    """

    number: int
    cells: Mapping[str, object]
    extra: Mapping[str, str]
    name: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A file whose columns are understood.

    name     as people are shown it: the file's name
    titles   of the input's columns, in order
    columns  title -> the field that it is read as
    ignored  titles that mean nothing here
    notes    what was guessed (delimiter, encoding, which sheet), one sentence each
    source   gives the rows anew at each call
    content  a digest of the bytes and of how they are understood; None where nobody took it
    """

    name: str
    titles: Sequence[str]
    columns: Mapping[str, str]
    ignored: Sequence[str]
    notes: Sequence[str]
    source: Callable[[], Iterator[Row]] = field(repr=False, compare=False)
    content: str | None = None

    def each(self) -> Iterator[Row]:
        """Its rows, one by one, in bounded memory; may be called more than once. Raises NotABatch where the file breaks off."""
        return self.source()
