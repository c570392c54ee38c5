"""Files that are handed out: no cell that came from outside is run by the program that opens it."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from worker.batches import results, writing
from worker.batches.cells import guarded, unguarded
from worker.batches.reading import open_sheet

STARTS = set("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
RISKY = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "'=1",
    "''=1",
    "'",
    "''",
    "'a",
]


@pytest.mark.parametrize("value", RISKY)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_s27_no_cell_of_a_file_of_results_is_run_as_a_formula(tmp_path: Path, value: str, suffix: str) -> None:
    """A cell that begins like a formula gets `'` before it, in CSV and XLSX, titles too; read again, the value is the same."""
    path = tmp_path / f"out{suffix}"
    titles = results.titles(["job_description", value])
    writing.save(path, titles, [["Care", value, *[""] * 5]])

    for cell in raw_cells(path):
        assert cell[:1] not in STARTS
    (row,) = open_sheet(path).each()
    assert next(iter(row.extra.values())) == value


def raw_cells(path: Path) -> list[str]:
    """As another program reads them."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [cell for record in csv.reader(file) for cell in record]
    return [str(cell) for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows() for cell in row]


@given(st.text(st.one_of(st.sampled_from("'=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20 a,;\""), st.characters())))
@example("'" * 5 + "=")
def test_s27_every_text_is_found_again_behind_its_guard(value: str) -> None:
    """Whatever a cell says, guarded it begins with no formula's character, and unguarded it is what it was."""
    assert unguarded(guarded(value)) == value
    assert guarded(value)[:1] not in STARTS
