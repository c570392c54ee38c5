"""CSV: as spreadsheets, databases and people write it."""

import csv
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.batches.reading import delimited, open_sheet
from worker.batches.rows import Row


def texts(path: Path, **options: str) -> list[object]:
    return [row.cells.get("job_description") for row in open_sheet(path, **options).each()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(written: Callable[..., Path], delimiter: str) -> None:
    sheet = open_sheet(written(f"id{delimiter}job_description\n1{delimiter}Care\n"))
    assert list(sheet.each()) == [Row(2, {"id": "1", "job_description": "Care"}, {})]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("foreign", [",", ";", "|"])
def test_a_quoted_title_may_hold_another_delimiter(written: Callable[..., Path], delimiter: str, foreign: str) -> None:
    header = delimiter.join([f'"a{foreign} b{foreign} c{foreign} d"', '"job_description"'])
    sheet = open_sheet(written(f'{header}\n"1{foreign} 2"{delimiter}"Care{foreign} day{foreign} night"\n'))
    assert [row.cells for row in sheet.each()] == [{"job_description": f"Care{foreign} day{foreign} night"}]


def test_a_lone_column_needs_no_delimiter(written: Callable[..., Path]) -> None:
    assert texts(written('job_description\n"Care, day and night"\nCare; at sea\n')) == [
        "Care, day and night",
        "Care; at sea",
    ]


def test_a_person_may_say_the_delimiter(written: Callable[..., Path], refused: Callable[..., str]) -> None:
    path = written("id:job_description\n1:Care\n")
    assert texts(path, delimiter=":") == ["Care"]
    assert "can't part cells" in refused(path, delimiter="::")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_excels_first_line_is_understood_with_every_line_end(written: Callable[..., Path], end: str) -> None:
    sheet = open_sheet(written(end.join(["sep=|", "id|jd", '1|"two', 'lines"', ""])))
    assert list(sheet.each()) == [Row(2, {"id": "1", "job_description": f"two{end}lines"}, {})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_the_encodings_of_spreadsheets_are_read(written: Callable[..., Path], encoding: str) -> None:
    sheet = open_sheet(written("job_description\nZürich – Käse\n".encode(encoding)))
    assert [row.cells for row in sheet.each()] == [{"job_description": "Zürich – Käse"}]
    assert any("Windows-1252" in note for note in sheet.notes) == (encoding == "cp1252")
    assert not any("--" in note for note in sheet.notes)  # it can't be told to a command


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_of_both_byte_orders_is_read(written: Callable[..., Path], order: str) -> None:
    assert texts(written("\ufeffjob_description\r\n\u4f60\u597d\r\n".encode(f"utf-16-{order}"))) == ["\u4f60\u597d"]


def test_a_person_may_say_the_encoding(written: Callable[..., Path], refused: Callable[..., str]) -> None:
    path = written("\ufeffjd\nПривет\n".removeprefix("\ufeff").encode("cp1251"))
    assert texts(path, encoding="cp1251") == ["Привет"]
    assert '"cp99" is not an encoding' in refused(path, encoding="cp99")
    assert texts(written("\ufeffjd\nü\n"), encoding="UTF8") == ["ü"]


def test_broken_utf_8_is_not_taken_for_another_encoding(
    written: Callable[..., Path], refused: Callable[..., str]
) -> None:
    said = refused(written("jd\nZürich\n".encode() + b"Z\xfcrich\n"))
    assert "jobs.csv is not UTF-8 text: byte 13 can't be read" in said
    assert said.endswith("Save it as CSV UTF-8.")


def test_a_byte_far_into_a_file_is_told_by_its_place(written: Callable[..., Path], refused: Callable[..., str]) -> None:
    before = "jd\n" + "ü" * 700_000  # more than one piece, the first of which ends within a letter
    assert f"byte {len(before.encode()) + 1} can't be read" in refused(written(before.encode() + b"\xff\n"))


def test_nul_characters_are_left_out_and_said(written: Callable[..., Path]) -> None:
    sheet = open_sheet(written("jd,id\nCa\0re,\0\n"))
    assert [row.cells for row in sheet.each()] == [{"job_description": "Care"}]
    assert "NUL characters in it are left out." in sheet.notes


def test_rows_are_numbered_as_a_spreadsheet_does_and_blank_ones_left_out(written: Callable[..., Path]) -> None:
    sheet = open_sheet(written('id,description\r\n1,"two\r\nlines"\r\n\r\n , \r\n5,e\r\n'))
    assert [(row.number, row.cells["id"]) for row in sheet.each()] == [(2, "1"), (5, "5")]
    assert list(sheet.each()) == list(sheet.each())


def test_a_row_with_too_many_cells_says_so_and_one_with_too_few_does_not(written: Callable[..., Path]) -> None:
    rows = list(open_sheet(written("description,id\na,1,x,y\nb\nc,3,,\n")).each())
    assert [row.fault for row in rows] == [
        "it has more cells than the header (2 too many); is a quote missing?",
        None,
        None,
    ]


def test_blanks_before_a_quote_and_quotes_with_a_backslash_are_common(written: Callable[..., Path]) -> None:
    assert texts(written('id, "jd"\n1, "Care, at night"\n')) == ["Care, at night"]
    sheet = open_sheet(written('id,jd\n1,"say \\"hi\\", then go"\n'))
    assert [row.cells["job_description"] for row in sheet.each()] == ['say "hi", then go']
    assert 'Quotes in its cells are written \\".' in sheet.notes


def test_a_description_may_be_long_but_not_endless(written: Callable[..., Path], refused: Callable[..., str]) -> None:
    assert texts(written(f"id,description\n1,{'x' * 200_000}\n")) == ["x" * 200_000]
    assert "row 2: has a cell of more than 5,000,000 characters" in refused(
        written(f"id,jd\n1,{'x' * (delimited.LARGEST_CELL + 1)}\n")
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "jobs.csv is empty"),
        ("\n \n", "jobs.csv is empty"),
        ("id,description\n", "no row below its header"),
        ("id,title\n1,Nurse\n", 'no column job_description; its first row says "id", "title"'),
        ("17,We look for a nurse\n18,We look for a cook\n", "If that is data already, put a row of titles above it"),
        ("description,text\na,b\n", '"description" and "text" both mean job_description'),
        ('id,description\n1,a\n2,"never closed\n3,b\n', "row 3: begins a quoted cell that never ends"),
        ('id,description\n1,"a"b"\n', "row 2: is not CSV"),
        (b"id,description\n1,Z\xfcr\x81ich\n", "neither UTF-8 (byte 19) nor Windows-1252 text (byte 21)"),
    ],
)
def test_a_file_that_is_no_batch_is_refused_as_a_whole(
    written: Callable[..., Path], refused: Callable[..., str], content: str | bytes, said: str
) -> None:
    found = refused(written(content))
    assert said in found
    assert "jobs.csv" in found


def test_an_upload_is_called_by_its_own_name(written: Callable[..., Path], refused: Callable[..., str]) -> None:
    assert refused(written("", "tmp123"), name="September.csv").startswith("September.csv is empty")


CELLS = st.text(st.sampled_from("ab 1,;|\t\"'\n\r=äöß-"), max_size=6)
ONE_LINE = st.text(st.sampled_from("ab 1,;|ä"), min_size=1, max_size=8).map(str.strip).filter(bool)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    notes=ONE_LINE,
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_table_is_read_as_it_was_written(
    tmp_path: Path,
    notes: str,
    rows: list[tuple[str, str, str]],
    delimiter: str,
    quoting: int,
    encoding: str,
    end: str,
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    if quoting == csv.QUOTE_MINIMAL:  # Python's writer quotes no other line end than its own
        rows = [tuple(cell.replace("\r", "").replace("\n", "") for cell in row) for row in rows]  # type: ignore[misc]
    writer.writerows([("id", "job_description", f"notes {notes}"), *rows])
    path = tmp_path / "jobs.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    wanted = [(number, *map(str.strip, row)) for number, row in enumerate(rows, 2) if any(map(str.strip, row))]

    if not wanted:
        return
    found = [
        (
            row.number,
            row.cells.get("id", ""),
            row.cells.get("job_description", ""),
            *(map(str.strip, row.extra.values())),
        )
        for row in open_sheet(path).each()
    ]
    assert found == wanted


def test_a_large_file_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id,job_description\n")
        file.writelines(f'{number},"A nurse, for the night. {"x" * 2_000}"\n' for number in range(10_000))
    tracemalloc.start()
    assert sum(1 for _ in open_sheet(path).each()) == 10_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 << 20 < path.stat().st_size
