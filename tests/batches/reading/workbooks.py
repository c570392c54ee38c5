"""Workbooks for tests: of a library that writes as Excel does, and packages written by hand for what it never writes."""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
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
