"""XLSX: one sheet, whose texts stand in their cells as texts, so that none is run as a formula; guarded all the same, because
somebody may save the sheet as CSV. (ECMA-376, part 1: 18.3 worksheets.)
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO
from xml.sax.saxutils import escape

from worker.batches.cells import column_letters, guarded, text

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_CELL = 32_767  # UTF-16 units; Excel calls a file with a longer one broken
CUT = " … (cut: a cell of XLSX holds no more; CSV and JSONL have all of it)"
EXACT = 2**53  # a number from here on would lose digits, so it is text
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)"
)  # not in XML; CR too, which would be read as LF

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FRAME = {  # every part but the sheet
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="Batch" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


class DoesNotFit(Exception):
    """More than a sheet can hold, as a sentence."""


def write(stream: BinaryIO, titles: Sequence[str], records: Iterable[Sequence[object]]) -> int:
    """A header and a row a record; how many records. A text too long for a cell is cut, and says so. Raises DoesNotFit."""
    if len(titles) > MOST_COLUMNS:
        raise DoesNotFit(f"it has {len(titles):,} columns, and a sheet holds {MOST_COLUMNS:,}; write CSV or JSONL.")
    count = 0
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in _FRAME.items():
            package.writestr(_part(name), _HEAD + content)
        with package.open(_part("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            sheet.write(_row(1, titles).encode())
            for count, record in enumerate(records, 1):
                if count >= MOST_ROWS:
                    raise DoesNotFit(
                        f"it has more than {MOST_ROWS - 1:,} rows, which is all a sheet holds; write CSV or JSONL."
                    )
                sheet.write(_row(count + 1, record).encode())
            sheet.write(b"</sheetData></worksheet>")
    return count


def _part(name: str) -> zipfile.ZipInfo:
    """Without the time, so that the same records are the same bytes."""
    part = zipfile.ZipInfo(name)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _row(number: int, values: Sequence[object]) -> str:
    cells = "".join(_cells(number, values))
    return f'<row r="{number}">{cells}</row>'


def _cells(number: int, values: Sequence[object]) -> Iterator[str]:
    for column, value in enumerate(values):
        place = f"{column_letters(column)}{number}"
        if isinstance(value, bool):
            yield f'<c r="{place}" t="b"><v>{value:d}</v></c>'
        elif isinstance(value, int | float) and abs(value) < EXACT:
            yield f'<c r="{place}"><v>{value!r}</v></c>'
        elif said := _fitting(guarded(text(value))):
            yield f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _fitting(cell: str) -> str:
    """As XML, no longer than a cell may be."""
    if len(cell) > LONGEST_CELL // 2 and len(cell.encode("utf-16-le")) // 2 > LONGEST_CELL:
        kept = cell.encode("utf-16-le")[: 2 * (LONGEST_CELL - len(CUT))].decode("utf-16-le", "ignore")
        cell = kept + CUT
    return escape(_UNFIT.sub(lambda found: f"_x{ord(found[0]):04X}_", cell))
