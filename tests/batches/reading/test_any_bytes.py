"""Whatever bytes a file holds, it is a batch or it is refused with a sentence; and files that change under our eyes."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from worker.batches.reading import open_sheet
from worker.batches.rows import NotABatch, Sheet


def zipped(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


TAGS = ["row", "c", "v", "is", "t", "f", "si", "rPh", "xf", "cellXfs", "numFmt"]
ATTRIBUTES = [
    "",
    ' t="s"',
    ' t="e" r="B7"',
    ' s="1"',
    ' s="-1"',
    ' r="0"',
    ' t="b"',
    ' t="inlineStr"',
    ' numFmtId="14"',
]
TEXTS = st.sampled_from(["jd", "id", "1", "0", "NaN", "1e999", "_x0000_", "46350.5", "&#13;", "", "\ud7ff"])
XML = st.recursive(
    TEXTS,
    lambda inner: st.builds(
        lambda tag, attributes, inside: f"<{tag}{attributes}>{''.join(inside)}</{tag}>",
        st.sampled_from(TAGS),
        st.sampled_from(ATTRIBUTES),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
).map(lambda inside: f"<x><row><c t='str'><v>jd</v></c><c t='str'><v>id</v></c></row>{inside}</x>".encode())
PARTS = st.fixed_dictionaries(
    {"xl/workbook.xml": st.just(b'<w><sheet name="A" id="1"/></w>')},
    optional={
        "xl/_rels/workbook.xml.rels": st.just(b'<r><Relationship Id="1" Target="worksheets/a.xml"/></r>'),
        "xl/worksheets/a.xml": XML,
        "xl/styles.xml": XML,
        "xl/sharedStrings.xml": XML,
    },
)
STARTS = [
    b"",
    b"jd\n",
    b"jd,id\n",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'{"jd": 1}\n',
    b"[",
    b"PK\x03\x04",
    b"%PDF-",
    b"sep=;\n",
    b'"',
]


def opened(path: Path) -> tuple[Sheet | None, str]:
    try:
        return open_sheet(path), ""
    except NotABatch as refusal:
        return None, str(refusal)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.tuples(st.sampled_from(STARTS), st.binary(max_size=60)).map(b"".join), PARTS.map(zipped)),
    suffix=st.sampled_from(["csv", "xlsx", "jsonl", "json", ""]),
)
@example(content=b'jd\n"', suffix="csv")
@example(content=b"\xff\xfe\x00\xd8", suffix="csv")
def test_any_file_is_a_batch_or_is_refused_with_a_sentence(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"jobs.{suffix}"
    path.write_bytes(content)
    sheet, said = opened(path)
    if sheet is None:
        assert path.name in said
        assert said.endswith(".")
        return
    for row in sheet.each():
        assert "\0" not in "".join([*row.extra.values(), *(v for v in row.cells.values() if isinstance(v, str))])
        assert set(row.extra) <= set(sheet.ignored)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("jd\nCare\n", b'jd\n"Care\n', "has changed while it was read; run it again."),
        ("jd\nCare\n", b"jd\n\xff\n", "has changed while it was read; run it again."),
        ("jd\nCare\n", None, "can't be read any more: No such file or directory."),
        ('{"jd": "a"}\n', b"\xff", "has changed while it was read; run it again."),
    ],
)
def test_a_file_that_changes_between_two_passes_is_refused(
    written: Callable[..., Path], before: str, after: bytes | None, said: str
) -> None:
    path = written(before)
    sheet = open_sheet(path)
    path.unlink()
    if after is not None:
        path.write_bytes(after)
    with pytest.raises(NotABatch) as refusal:
        list(sheet.each())
    assert str(refusal.value) == f"jobs.csv {said}"
