"""Files of results: the input's columns, five more, and no value that runs; whole or not there at all."""

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from worker.batches import results, writing
from worker.batches.reading import open_sheet
from worker.batches.results import Result
from worker.batches.writing import CantWrite, workbook

MADE = Result("i-1", "https://www.talentsprout.ai/interview/i-1", "created", "", "r-1")
FORMATS = [".csv", ".xlsx", ".jsonl"]


@pytest.fixture
def target(tmp_path: Path) -> Callable[[str], Path]:
    return lambda suffix: tmp_path / f"out{suffix}"


def filled(path: Path, source: Path, result: Result = MADE) -> None:
    sheet = open_sheet(source)
    writing.save(
        path, results.titles(sheet.titles), (results.values(sheet, row, result) for row in sheet.each()), never=source
    )


def test_our_columns_follow_the_inputs_under_names_of_their_own() -> None:
    ours = ["interview_id", "share_link", "state", "reason", "request_id"]
    assert results.titles(["jd"]) == ["jd", *ours]
    assert results.titles(["State", "jd", "reason", "sprout_reason"]) == [
        "State", "jd", "reason", "sprout_reason",
        "interview_id", "share_link", "sprout_state", "sprout_sprout_reason", "request_id",
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_column_of_the_input_comes_back(tmp_path: Path, target: Callable[[str], Path], suffix: str) -> None:
    source = tmp_path / "jobs.csv"
    source.write_text(
        'Team;JD;Nr;state\n=North;"Care\n- at ""night""";0017;open\n"  South ";Cook;;\n', encoding="utf-8"
    )
    filled(target(suffix), source)
    again = open_sheet(target(suffix))
    assert [(row.cells, {key: value for key, value in row.extra.items() if value}) for row in again.each()] == [
        (
            {"job_description": 'Care\n- at "night"'},
            {"Team": "=North", "Nr": "0017", "state": "open", **shown(MADE, state="sprout_state")},
        ),
        ({"job_description": "Cook"}, {"Team": "  South ", **shown(MADE, state="sprout_state")}),
    ]


def shown(result: Result, **renamed: str) -> dict[str, str]:
    return {renamed.get(column, column): value for column in results.COLUMNS if (value := getattr(result, column))}


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.text(st.sampled_from("'=+-@ \t\r\n,;\"_x0041\ufffe\x01&<]>"), max_size=12),
    st.integers(-(10**18), 10**18),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=5), suffix=st.sampled_from(FORMATS))
def test_whatever_is_written_is_read_again(
    target: Callable[[str], Path], rows: list[tuple[object, object]], suffix: str
) -> None:
    titles = results.titles(["note", "job_description"])
    assert writing.save(target(suffix), titles, ([note, "Care", note_2, *[""] * 4] for note, note_2 in rows)) == len(
        rows
    )
    found = [(row.extra["note"], row.extra["interview_id"]) for row in open_sheet(target(suffix)).each()]
    if suffix == ".csv":
        assert found == [tuple(map(as_text, row)) for row in rows]
    else:
        assert [tuple(map(as_number, row)) for row in found] == [
            tuple(map(as_number, map(as_text, row))) for row in rows
        ]


def as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def as_number(said: str) -> object:
    """1.0 of JSON and of Python is 1 in a sheet."""
    try:
        return float(said)
    except ValueError:
        return said


def test_another_program_reads_our_workbook(target: Callable[[str], Path]) -> None:
    text = "Zürich \u4f60 \U0001f600 <b>&amp; \x01 _x0041_\r\nend "
    titles = [f"column {number}" for number in range(30)]
    writing.save(target(".xlsx"), titles, [[text, 12, 12.5, True, 2**60, [1, "a"], None, *range(23)]])
    header, row = CalamineWorkbook.from_path(target(".xlsx")).get_sheet_by_index(0).iter_rows()
    assert header == titles
    assert row[1:7] == [12, 12.5, True, str(2**60), '[1, "a"]', ""]
    assert str(row[0]).replace("_x0001_", "\x01").replace("_x005F_", "_") == text
    assert row[7:] == list(range(23))


def test_a_cell_of_a_workbook_holds_so_much_and_says_what_was_cut(target: Callable[[str], Path]) -> None:
    fits, too_long = "\U0001f600" * (workbook.LONGEST_CELL // 2), "\U0001f600" * (workbook.LONGEST_CELL // 2 + 1)
    writing.save(target(".xlsx"), ["job_description", "note"], [[fits, too_long]])
    (row,) = open_sheet(target(".xlsx")).each()
    assert row.cells["job_description"] == fits
    assert row.extra["note"].endswith(workbook.CUT)
    assert len(row.extra["note"].encode("utf-16-le")) // 2 in (workbook.LONGEST_CELL, workbook.LONGEST_CELL - 1)


def test_the_same_records_are_the_same_bytes(target: Callable[[str], Path]) -> None:
    for suffix in FORMATS:
        first, second = io.BytesIO(), io.BytesIO()
        for stream in (first, second):
            assert writing.FORMATS[suffix](stream, ["a"], [["b"], ["c"]]) == 2
            assert not stream.closed
        assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_interruption_leaves_what_was_there_and_nothing_else(target: Callable[[str], Path], suffix: str) -> None:
    def records() -> Iterator[list[str]]:
        yield ["a"]
        raise KeyboardInterrupt

    target(suffix).write_text("before")
    with pytest.raises(KeyboardInterrupt):
        writing.save(target(suffix), ["jd"], records())
    assert target(suffix).read_text() == "before"
    assert list(target(suffix).parent.iterdir()) == [target(suffix)]
    writing.save(target(suffix), ["jd"], [["a"]])
    assert target(suffix).read_bytes() != b"before"


def test_the_batchs_own_file_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "jobs.csv"
    source.write_text("jd\nCare\n")
    link = tmp_path / "link.csv"
    link.symlink_to(source)
    for path in (source, link, tmp_path / "." / "jobs.csv"):
        with pytest.raises(CantWrite, match="is the batch's own file; name another"):
            filled(path, source)
    assert source.read_text() == "jd\nCare\n"


def test_what_can_not_be_written_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder.csv").mkdir()
    for path, said in {
        tmp_path / "out.ods": 'its name ends in none of ".csv", ".xlsx" or ".jsonl"',
        tmp_path / "gone" / "out.csv": "No such file or directory",
        tmp_path / "folder.csv": "it is no file; name one",
    }.items():
        with pytest.raises(CantWrite) as refusal:
            writing.save(path, ["a"], [["b"]])
        assert said in str(refusal.value)
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    writing.save(tmp_path / "out.xlsx", ["a"], [["b"]])
    with pytest.raises(CantWrite, match=r"it has more than 1 rows, which is all a sheet holds; write CSV or JSONL\."):
        writing.save(tmp_path / "out.xlsx", ["a"], [["b"]] * 2)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_large_file_needs_little_memory(target: Callable[[str], Path], suffix: str) -> None:
    tracemalloc.start()
    records = (["A nurse " + "x" * 2_000, number] for number in range(5_000))
    assert writing.save(target(suffix), ["jd", "id"], records) == 5_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 << 20


def test_a_link_that_leads_nowhere_and_a_name_that_is_too_long_are_said(tmp_path: Path) -> None:
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    for path in (tmp_path / ("a" * 300 + ".csv"), loop / "jobs.csv"):
        with pytest.raises(CantWrite, match="can't be written"):
            writing.save(path, ["id"], [])
    assert writing.save(loop, ["id"], []) == 0
