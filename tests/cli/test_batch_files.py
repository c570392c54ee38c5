"""Batch files as spreadsheets write them: read as a whole or refused as a whole, rows told by their number."""

from pathlib import Path

import pytest

from worker.cli import batch_rows
from worker.cli.batch_rows import NotABatch, Row


def sheet(tmp_path: Path, content: str | bytes) -> batch_rows.Sheet:
    path = tmp_path / "jobs.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return batch_rows.read(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    found = sheet(tmp_path, f"id{delimiter}job_description\n1{delimiter}Care\n")
    assert list(found.each()) == [Row(2, {"id": "1", "job_description": "Care"})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encodings_of_spreadsheets_are_read(tmp_path: Path, encoding: str) -> None:
    found = sheet(tmp_path, "job_description\nZürich\n".encode(encoding))
    assert [row.cells["job_description"] for row in found.each()] == ["Zürich"]


def test_other_words_for_a_column_are_understood_and_strange_ones_ignored(tmp_path: Path) -> None:
    found = sheet(
        tmp_path, "Requisition ID,Job Title,Description,Organisation,Language,Pass mark,Hiring manager\n1,2,3,4,5,6,7\n"
    )
    assert [*found.columns] == ["id", "title", "job_description", "organization", "languages", "passing_score", None]
    assert [*found.ignored] == ["Hiring manager"]


def test_rows_are_numbered_as_a_spreadsheet_does_and_blank_ones_left_out(tmp_path: Path) -> None:
    found = sheet(tmp_path, 'id,description\r\n1,"two\r\nlines"\r\n\r\n , \r\n5,e\r\n')
    assert [(row.number, row.cells["id"]) for row in found.each()] == [(2, "1"), (5, "5")]
    assert found.rows == 2


def test_a_row_with_too_many_cells_says_so_and_one_with_too_few_does_not(tmp_path: Path) -> None:
    found = sheet(tmp_path, "description,id\na,1,x,y\nb\n")
    assert [row.surplus for row in found.each()] == [2, 0]


def test_a_description_may_be_long(tmp_path: Path) -> None:
    found = sheet(tmp_path, f"id,description\n1,{'x' * 200_000}\n")
    assert [len(row.cells["job_description"]) for row in found.each()] == [200_000]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("id,description\n", "no row below its header"),
        ("id,title\n1,Nurse\n", 'no column job_description; its first row says "id", "title"'),
        ("description,text\na,b\n", '"description" and "text" both mean job_description'),
        ('id,description\n1,"never closed\n2,b\n', "is not CSV"),
        (b"id,description\n1,Z\xfcrich\n", "is not UTF-8 text (byte 19)"),
    ],
)
def test_a_file_that_is_no_batch_is_refused_as_a_whole(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(NotABatch, match=r".+") as refusal:
        sheet(tmp_path, content)
    assert said in str(refusal.value)
    assert "jobs.csv" in str(refusal.value)
