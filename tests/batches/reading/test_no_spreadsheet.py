"""XLSX that is broken, too large or something else: refused with what is wrong, before it costs anything."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.batches.reading.workbooks import MAIN, WORKBOOK, by_hand, workbook
from worker.batches.reading import open_sheet, package
from worker.batches.reading import workbook as parts
from worker.batches.rows import NotABatch


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
