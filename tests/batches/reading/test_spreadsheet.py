"""XLSX: what is in a workbook is read as its sheet shows it."""

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from tests.batches.reading.workbooks import MAIN, by_hand, workbook
from worker.batches.cells import column_letters, column_number
from worker.batches.reading import open_sheet
from worker.batches.reading.worksheet import iso
from worker.batches.rows import NotABatch, Row

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def test_values_come_as_the_sheet_shows_them(path: Path) -> None:
    header = ["id", "Job description", "duration", "Require video", "started", "title", "voice"]
    row = [1001, "Care\nat night ", 12.5, True, date(2026, 11, 24), "0017", " sage"]
    sheet = open_sheet(workbook(path, {"Jobs": [header, row]}))
    cells = {"id": 1001, "job_description": "Care\nat night", "duration": 12.5, "require_video": True, "title": "0017"}
    assert list(sheet.each()) == [Row(2, {**cells, "voice": "sage"}, {"started": "2026-11-24"})]
    assert type(next(sheet.each()).cells["id"]) is int


def test_a_cell_shows_what_its_formula_gave_and_an_error_is_its_rows_fault(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["jd", "id", "note"])
    sheet.write_formula("A2", '="Ca"&"re"', None, "Care")
    sheet.write_formula("B2", "=3+4", None, 7)
    sheet.write_formula("C2", "=1/0", None, "#DIV/0!")
    sheet.write_string("A3", "Care")
    sheet.write_formula("B3", "=#REF!", None, "#REF!")
    book.close()
    assert list(open_sheet(path).each()) == [
        Row(2, {"job_description": "Care", "id": 7}, {"note": "#DIV/0!"}),
        Row(3, {"job_description": "Care"}, {"note": ""}, fault="the cell B3 holds #REF!; put a value there."),
    ]


def test_a_formula_that_was_never_calculated_is_its_rows_fault(path: Path) -> None:
    sheet = open_sheet(by_hand(path, '<row r="4"><c r="A4"><f>B4</f></c><c r="B4"><v>7</v></c></row>'))
    assert list(sheet.each()) == [
        Row(4, {"id": 7}, {}, fault="the cell A4 holds a formula that was never calculated; put a value there.")
    ]


def test_the_sheet_with_descriptions_is_read_below_its_heading(path: Path) -> None:
    jobs = [
        [None, "Open positions"],
        [],
        [None, "id", "JD"],
        [None, 7, "Care", "beside"],
        [],
        [],
        ["aside"],
        [None, 8, "Cook"],
    ]
    sheet = open_sheet(workbook(path, {"Cover": [["Welcome"]], "Jobs": jobs, "Later": [["jd"], ["no"]]}))
    assert [(row.number, dict(row.cells)) for row in sheet.each()] == [
        (4, {"id": 7, "job_description": "Care"}),
        (8, {"id": 8, "job_description": "Cook"}),
    ]
    assert list(sheet.notes) == ['Of its 3 sheets, "Jobs" is read.', "Its titles stand in row 3."]


def test_a_person_may_say_which_column_is_meant(path: Path) -> None:
    sheet = open_sheet(workbook(path, {"Cover": [["Welcome"]], "Jobs": [["Was", "Nr"], ["Care", 7]]}), {"jd": "Was"})
    assert [row.cells for row in sheet.each()] == [{"job_description": "Care"}]


def test_hidden_sheets_are_not_read(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Shown").write_row(0, 0, ["Welcome"])
    old = book.add_worksheet("Old")
    old.write_column(0, 0, ["jd", "Care"])
    old.hide()
    book.close()
    with pytest.raises(NotABatch, match='no column job_description; its first row says "Welcome"'):
        open_sheet(path)


def test_rich_text_and_escaped_characters_are_text(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["jd", "id"])
    sheet.write_rich_string(1, 0, "Ca", book.add_format({"bold": True}), "re", " at night")
    sheet.write_string(1, 1, "_x0041_\x01")
    book.close()
    assert [row.cells for row in open_sheet(path).each()] == [{"job_description": "Care at night", "id": "_x0041_\x01"}]


@pytest.mark.parametrize("namespace", [MAIN, STRICT])
@pytest.mark.parametrize(
    "target", ["worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml", "./worksheets/../worksheets/sheet1.xml"]
)
def test_other_programs_files_are_read(path: Path, namespace: str, target: str) -> None:
    """Without addresses of cells and rows, with texts inside of cells, in the strict form, with paths from the top."""
    rows = '<row/><row><c t="str"><v>Care</v></c><c t="d"><v>2026-01-02</v></c></row><row><c t="b"><v>1</v></c><c t="n"/></row>'
    sheet = open_sheet(by_hand(path, rows, namespace=namespace, target=target))
    assert [(row.number, row.cells) for row in sheet.each()] == [
        (3, {"job_description": "Care", "id": "2026-01-02"}),
        (4, {"job_description": True}),
    ]


@pytest.mark.parametrize("zone", ["dd/mm/yyyy", "[$-409]d mmm;@", "h:mm AM/PM", '[Red]yyyy"!"', "[h]:mm"])
@pytest.mark.parametrize("number", ["0.00", '"days" 0', "[Red]0", "General", "#,##0.00\\ [$€-407]", "0_d"])
def test_a_number_is_a_date_where_its_format_says_so(path: Path, zone: str, number: str) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["jd", "a", "b"])
    sheet.write_row(1, 0, ["Care"])
    sheet.write_number(1, 1, 46_350, book.add_format({"num_format": zone}))
    sheet.write_number(1, 2, 46_350, book.add_format({"num_format": number}))
    book.close()
    assert [row.extra for row in open_sheet(path).each()] == [{"a": "2026-11-24", "b": "46350"}]


@pytest.mark.parametrize("from_1904", [False, True])
@pytest.mark.parametrize(
    "moment",
    [date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), datetime.fromisoformat("2026-11-24T23:59:59"), time(6, 30)],
)
def test_dates_are_those_that_the_writer_meant(path: Path, moment: date | time, *, from_1904: bool) -> None:
    if from_1904 and (isinstance(moment, time) or moment.year < 1904):
        moment = date(1904, 1, 2)
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss", "date_1904": from_1904})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["jd", "when"])
    sheet.write_row(1, 0, ["Care"])
    sheet.write_datetime(1, 1, moment)
    book.close()
    assert [row.extra["when"] for row in open_sheet(path).each()] == [moment.isoformat()]


@pytest.mark.parametrize("serial", [-1, 2_958_466, 2_958_465.999_999_9, 1e300, 2_957_004])
def test_a_number_that_is_no_day_stays_one(serial: float) -> None:
    assert iso(serial, from_1904=True) == serial


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")]
)
def test_columns_have_letters(column: int, letters: str) -> None:
    assert (column_letters(column), column_number(letters)) == (letters, column)


def test_a_cell_far_out_costs_nothing(path: Path, refused: Callable[..., str]) -> None:
    """It would be a table of 17 billion cells."""
    far = '<row r="2"><c r="A2" t="str"><v>Care</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert [row.number for row in open_sheet(by_hand(path, far)).each()] == [2]
    wide = '<row r="2"><c r="A2" t="str"><v>jd</v></c><c r="XFD2" t="str"><v>id</v></c></row>'
    assert "row 2 reaches to column XFD" in refused(by_hand(path, wide))


def test_a_workbook_of_libreoffice_is_read() -> None:
    """Made by LibreOffice Calc of a CSV with semicolons in Windows-1252, German numbers, dates and formulas:

    soffice --headless --convert-to xlsx --infilter='CSV:59,34,1,1,,1031,false,true,false' libreoffice.csv
    """
    sheet = open_sheet(Path(__file__).with_name("libreoffice.xlsx"), {"description": "Beschreibung", "title": "Stelle"})
    care, bakery = sheet.each()
    text = "Köchin für große Öfen gesucht – mit Grüßen;\nzweite Zeile € 12,50 die Stunde"
    assert care == Row(
        2,
        {"id": 42, "title": "Köchin", "job_description": text},  # Calc has dropped the zeros of 00042
        {"Gehalt": "3500", "Datum": "2026-11-24", "Formel": "2"},
    )
    assert bakery.cells["job_description"] == "Bäcker gesucht, früh aufstehen, Brote backen und Öfen reinigen"
    assert bakery.extra == {"Gehalt": "1.5", "Datum": "1/2", "Formel": "42x"}
