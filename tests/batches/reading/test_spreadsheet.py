"""XLSX: files of a library that writes as Excel does, and packages written by hand for what it never writes."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from worker.batches.cells import column_letters, column_number
from worker.batches.reading import open_sheet, package
from worker.batches.reading import workbook as parts
from worker.batches.reading.worksheet import iso
from worker.batches.rows import NotABatch, Row

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
WORKBOOK = (
    '<workbook xmlns="{0}" xmlns:r="r"><workbookPr {1}/><sheets><sheet name="Jobs" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = '<Relationships><Relationship Id="rId1" Target="{0}"/></Relationships>'
HEADER = '<row><c t="inlineStr"><is><t>jd</t></is></c><c t="inlineStr"><is><t>id</t></is></c></row>'


def workbook(path: Path, sheets: Mapping[str, Iterable[Iterable[object]]]) -> Path:
    book = xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return path


def by_hand(
    path: Path, rows: str, *, namespace: str = MAIN, pr: str = "", target: str = "worksheets/sheet1.xml"
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", WORKBOOK.format(namespace, pr))
        file.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format(target))
        file.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{namespace}"><sheetData>{HEADER}{rows}</sheetData></worksheet>',
        )
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.xlsx"


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


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand(path, "<row/>" * 1_000)
    monkeypatch.setattr(package, "MOST_UNPACKED", 5_000)
    assert "jobs.xlsx unpacks to 6," in refused(path)


def test_a_part_that_is_larger_than_it_says_is_not_read(path: Path, refused: Callable[..., str]) -> None:
    by_hand(path, "<row/>" * 1_000)
    with zipfile.ZipFile(path) as file:
        size = file.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    assert "jobs.xlsx is broken" in refused(path)


def test_no_entity_can_grow(path: Path, refused: Callable[..., str]) -> None:
    by_hand(path, "")
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("xl/workbook.xml", f'<!DOCTYPE w [<!ENTITY a "b">]>{WORKBOOK.format(MAIN, "")}')
    assert "its XML declares a document type" in refused(path)


def archive(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and nothing else", "is broken or cut off"),
        (archive(readme="x"), "is a ZIP file and no XLSX workbook"),
        (archive(word__document="x") + b"", "is a ZIP file"),
        (archive(**{"word__document.xml": "x"}), "is a Word document"),
        (archive(**{"xl__workbook.bin": "x"}), "is a binary workbook (XLSB); save it as XLSX or CSV"),
        (
            archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
            "is an OpenDocument file; save it as XLSX",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), "is a file of an older Office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        (b"%PDF-1.7\n", "is one PDF document; put such documents in a folder"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name(
    written: Callable[..., Path], refused: Callable[..., str], content: bytes, said: str
) -> None:
    assert f"jobs.xlsx {said}" in refused(written(content, "jobs.xlsx"))


def test_a_file_that_breaks_off_is_refused_wherever_it_does(path: Path, refused: Callable[..., str]) -> None:
    whole = workbook(path, {"Jobs": [["jd"], *([f"Care {number}"] for number in range(200))]}).read_bytes()
    for length in range(5, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        assert "is broken or cut off" in refused(path)
    for place in range(40, len(whole) - 200, 61):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(NotABatch):
            open_sheet(path)


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"A": []}, "has no cell with anything in it"),
        ({"A": [["x"]], "B": [["y"]]}, 'has no sheet with a column job_description; its sheets are "A", "B"'),
        ({"A": [["jd", "id"]]}, "has no row below its header in row 1"),
        ({"A": [["title"], ["Nurse"]]}, 'has no column job_description; its first row says "title"'),
        ({"A": [["jd", "text"], ["Nurse", "x"]]}, '"jd" and "text" both mean job_description'),
    ],
)
def test_a_workbook_that_is_no_batch_is_refused(
    path: Path, refused: Callable[..., str], sheets: dict[str, list[list[str]]], said: str
) -> None:
    assert said in refused(workbook(path, sheets))


def test_a_broken_reference_to_a_shared_text_is_refused(path: Path, refused: Callable[..., str]) -> None:
    assert "names the shared text 7, and there are 0" in refused(by_hand(path, '<row><c t="s"><v>7</v></c></row>'))
    assert "row 2 has a number that is none" in refused(by_hand(path, '<row r="2"><c><v>x</v></c></row>'))


@pytest.mark.parametrize("number", ["2", "1", "0", "1048577", "9" * 20, "9" * 5_000])
def test_rows_are_numbered_upwards_so_that_none_takes_the_place_of_another(
    path: Path, refused: Callable[..., str], number: str
) -> None:
    cell = '<c t="inlineStr"><is><t>Care</t></is></c>'
    assert "jobs.xlsx is broken" in refused(by_hand(path, f'<row r="2">{cell}</row><row r="{number}">{cell}</row>'))


def test_neither_depth_nor_width_nor_number_grows_without_end(
    path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "nested deeper than 256" in refused(by_hand(path, "<x>" * 1_000))
    assert "row 2 has more than 16,384 columns" in refused(by_hand(path, '<row r="2">' + "<c/>" * 16_385 + "</row>"))
    workbook(path, {"Jobs": [["jd", "id"], ["Care", "seven"]]})
    monkeypatch.setattr(parts, "MOST_TEXTS", 3)
    assert "more than 3 different texts" in refused(path)
    monkeypatch.setattr(parts, "LARGEST_FRAME", 100)
    assert "at most 100 are read" in refused(path)


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
