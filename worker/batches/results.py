"""Results: what became of a batch's rows, as the input's own columns and five more."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields

from worker.batches.rows import Row, Sheet

PREFIX = "sprout_"  # before a column of ours, where the input has one of that name


@dataclass(frozen=True)
class Result:
    """What became of a row; empty where there is nothing to say."""

    interview_id: str = ""
    share_link: str = ""
    state: str = ""
    reason: str = ""
    request_id: str = ""


COLUMNS = tuple(field.name for field in fields(Result))


def titles(of_input: Sequence[str]) -> list[str]:
    """The titles of a file of results: the input's, then ours, each under a name that the input does not use."""
    taken = {title.casefold() for title in of_input}
    ours = []
    for column in COLUMNS:
        while column.casefold() in taken:
            column = PREFIX + column
        ours.append(column)
    return [*of_input, *ours]


def are_results(header: Sequence[str]) -> bool:
    """Whether a header is that of a file of results: its last columns are ours."""
    known = [title.strip() for title in header]
    return len(known) >= len(COLUMNS) and known == titles(known[: -len(COLUMNS)])


def values(sheet: Sheet, row: Row, result: Result) -> list[object]:
    """One record of the file, in the order of `titles`: cells as the input's row says them, "" where it says nothing."""
    return [*_of_input(sheet, row), *astuple(result)]


def _of_input(sheet: Sheet, row: Row) -> Iterator[object]:
    left = dict(row.cells)  # of JSONL two titles may mean one field: its value comes once
    for title in sheet.titles:
        field = sheet.columns.get(title)
        yield row.extra.get(title, "") if field is None else left.pop(field, "")
