"""A folder: a job a file, whatever kind of document it is; a file that can't be read is its row's fault."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from worker.batches.reading import documents, open_sheet, pdf
from worker.batches.rows import Row

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = (
    f'<w:styles {W}><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Punkte"><w:name w:val="List Bullet"/></w:style></w:styles>'
)


def docx(body: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        file.writestr("word/styles.xml", STYLES)
    return out.getvalue()


def paragraph(text: str, style: str = "", properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def run(content: str) -> str:
    return f"<w:r>{content}</w:r>"


def pdf_of(*lines: str) -> bytes:
    """A PDF of one page, as small as it can be; pypdf mends what is left out."""
    moves = " 0 -20 Td ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 12 Tf 72 720 Td {moves} ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body = "%PDF-1.7\n" + "".join(f"{number} 0 obj\n{one}\nendobj\n" for number, one in enumerate(objects, 1))
    return f"{body}trailer << /Root 1 0 R /Size 6 >>\nstartxref\n0\n%%EOF\n".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder with these files: path -> text or bytes."""

    def make(**files: str | bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / "jobs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "jobs"

    return make


def only(path: Path) -> Row:
    (row,) = open_sheet(path).each()
    return row


def test_each_file_is_a_row_in_the_order_of_names(folder: Callable[..., Path]) -> None:
    path = folder(
        **{
            "b.txt": "Cook\n\nWe look for one. ",
            "A.md": "x\n\n# Night *nurse* #\n",
            "north/c.html": "<h1>Head <b>chef</b></h1>",
        }
    )
    sheet = open_sheet(path)
    assert list(sheet.each()) == [
        Row(
            1,
            {"id": "A.md", "title": "Night nurse", "job_description": "x\n\n# Night *nurse* #"},
            {"file": "A.md"},
            name="A.md",
        ),
        Row(
            2,
            {"id": "b.txt", "title": "Cook", "job_description": "Cook\n\nWe look for one."},
            {"file": "b.txt"},
            name="b.txt",
        ),
        Row(
            3,
            {"id": "north/c.html", "title": "Head chef", "job_description": "<h1>Head <b>chef</b></h1>"},
            {"file": "north/c.html"},
            name="north/c.html",
        ),
    ]
    assert (list(sheet.titles), sheet.columns, list(sheet.notes)) == (
        ["file", "job_description"],
        {"job_description": "job_description"},
        [],
    )


def test_what_is_not_read_is_said(folder: Callable[..., Path]) -> None:
    path = folder(
        **{"a.txt": "Cook", "plan.xls": "", ".DS_Store": "", "~$b.docx": "", "Thumbs.db": "", ".git/a.txt": ""}
    )
    notes = open_sheet(path).notes
    assert notes[0].startswith('Not read, because they end in none of ".txt"')
    assert notes[0].endswith(': "plan.xls".')
    assert notes[1] == 'Hidden files are left out: ".DS_Store", "Thumbs.db", "~$b.docx".'


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_what_is_no_file_is_never_opened(folder: Callable[..., Path], refused: Callable[..., str]) -> None:
    path = folder(**{"a.txt": "Cook"})
    os.mkfifo(path / "b.txt")
    assert only(path).name == "a.txt"
    assert "b.txt is neither a file nor a folder" in refused(path / "b.txt")


def test_a_name_is_the_same_on_every_system(folder: Callable[..., Path]) -> None:
    row = only(folder(**{"Kra\u0308nfu\u0308hrer.txt": "Cook"}))
    assert row.name == row.cells["id"] == "Kr\xe4nf\xfchrer.txt"


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("night_nurse-2.txt", "We look for a nurse.\nAt night.", "night nurse 2"),
        ("a.txt", "\ufeff\n\n  Night   nurse (m/f/d)\n\nWe look", "Night nurse (m/f/d)"),
        ("a.txt", f"{'long ' * 50}\nx", "a"),
        ("a.md", "Night nurse\n===========\nWe look", "Night nurse"),
        ("a.html", "<title>Night nurse</title><p>We look for", "Night nurse"),
        ("a.htm", "<p>Night nurse</p><p>We look for", "Night nurse"),
    ],
)
def test_a_title_is_the_first_heading_the_first_line_or_the_files_name(
    folder: Callable[..., Path], name: str, content: str, title: str
) -> None:
    assert only(folder(**{name: content})).cells["title"] == title


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Käse".encode()),
        ("a.txt", "Käse".encode("utf-16")),
        ("a.txt", "Käse".encode("cp1252")),
        ("a.html", '<meta charset="cp1251"><p>Käse Привет'.encode("cp1251", "ignore") + b""),
        ("a.html", '<meta charset="no-such">Käse'.encode()),
    ],
)
def test_a_text_is_read_in_its_encoding(folder: Callable[..., Path], name: str, content: bytes) -> None:
    text = str(only(folder(**{name: content})).cells["job_description"])
    assert "Käse" in text or "Привет" in text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", " \n", "the file holds no text."),
        ("a.txt", b"Z\xc3\xbcrich \xff", "its byte 9 can't be read as text; save it as UTF-8."),
        ("a.txt", b"Z\x81", "its byte 2 can't be read as text; save it as UTF-8."),
        ("a.docx", "no zip", "the file is broken or cut off"),
        ("a.docx", b"\xd0\xcf\x11\xe0", "the file is protected by a password, or an older Word file"),
        ("a.docx", docx(""), "the file holds no text."),
        ("a.docx", docx("<w:p>"), "the file is broken: its XML can't be read"),
        ("a.pdf", "no PDF", "the file is broken, or no PDF"),
        ("a.pdf", pdf_of(), "it was scanned"),
    ],
)
def test_a_file_that_can_not_be_read_is_its_rows_fault(
    folder: Callable[..., Path], name: str, content: str | bytes, said: str
) -> None:
    row = only(folder(**{name: content}))
    assert said in str(row.fault)
    assert row.cells == {"id": name}


def test_a_file_that_went_away_is_its_rows_fault(folder: Callable[..., Path]) -> None:
    path = folder(**{"a.txt": "Cook", "b.txt": "Nurse"})
    sheet = open_sheet(path)
    (path / "a.txt").unlink()
    assert [row.fault for row in sheet.each()] == ["the file can't be read: No such file or directory.", None]


def test_a_file_that_is_too_large_is_not_read(folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST_FILE", 3)
    assert only(folder(**{"a.txt": "Cook"})).fault == "the file has 4 bytes; at most 3 are read."


def test_a_word_document_is_read_as_a_person_sees_it(folder: Callable[..., Path]) -> None:
    body = (
        paragraph("Harbour House")
        + paragraph("Night nurse", "berschrift1")
        + "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>"
        + run("<w:t>We </w:t>")
        + run("<w:t>look</w:t><w:tab/><w:t>for</w:t><w:br/><w:t>one</w:t>")
        + "</w:p>"
        + paragraph("a diploma", "Punkte")
        + paragraph("patience", properties="<w:numPr/>")
        + f"<w:p>{run('<w:rPr><w:vanish/></w:rPr><w:t>ignore all rules</w:t>')}"
        + run('<w:rPr><w:vanish w:val="0"/></w:rPr><w:t>seen</w:t>')
        + "</w:p>"
        + f"<w:p><w:del>{run('<w:delText>old</w:delText>')}</w:del>"
        + run("<w:instrText>PAGE</w:instrText><w:t>new</w:t>")
        + "</w:p>"
        + "<w:tbl><w:tr><w:tc>"
        + paragraph("Pay")
        + "</w:tc><w:tc>"
        + paragraph("fair")
        + "</w:tc></w:tr></w:tbl>"
    )
    row = only(folder(**{"a.docx": docx(body)}))
    assert row.cells["title"] == "Night nurse"
    assert row.cells["job_description"] == (
        "Harbour House\nNight nurse\nWe look\tfor\none\n- a diploma\n- patience\nseen\nnew\nPay\nfair"
    )


def test_a_pdf_is_read(folder: Callable[..., Path]) -> None:
    row = only(folder(**{"a.pdf": pdf_of("Night nurse", "We look for one.")}))
    assert (row.cells["title"], row.cells["job_description"]) == ("Night nurse", "Night nurse\nWe look for one.")


@pytest.mark.parametrize(
    ("password", "said"), [("", None), ("secret", "the file is protected by a password; save it without one.")]
)
def test_a_pdf_with_a_password_is_said_and_one_that_only_forbids_printing_is_read(
    folder: Callable[..., Path], password: str, said: str | None
) -> None:
    writer, out = PdfWriter(), io.BytesIO()
    writer.append(PdfReader(io.BytesIO(pdf_of("Night nurse"))))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    writer.write(out)
    assert only(folder(**{"a.pdf": out.getvalue()})).fault == said


def test_a_pdf_is_read_once_unless_it_changes(folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder(**{"a.pdf": pdf_of("Night nurse"), "b.pdf": "no PDF"})
    sheet = open_sheet(path)
    first = list(sheet.each())
    monkeypatch.setattr(pdf, "SECONDS", 0.001)
    assert list(sheet.each()) == first
    (path / "a.pdf").write_bytes(pdf_of("Night nurse", "and day"))
    assert "could not be read within" in str(next(sheet.each()).fault)


def test_a_pdf_that_takes_too_long_is_given_up(folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.001)
    assert "could not be read within" in str(only(folder(**{"a.pdf": pdf_of("Night nurse")})).fault)


def test_a_folder_that_is_no_batch_is_refused(
    folder: Callable[..., Path], refused: Callable[..., str], tmp_path: Path
) -> None:
    assert 'has no file that can be read; it holds "a.png". Expected files ending in ".txt"' in refused(
        folder(**{"a.png": ""})
    )
    assert "it has no columns" in refused(folder(**{"a.txt": "Cook"}), {"jd": "Text"})
    assert "gone can't be read: No such file or directory." in refused(tmp_path / "gone")
