"""Files that people and programs hand in as batches."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import request

from config.wording import one_of, shown
from web import problems
from web.api.reading import LARGEST_BODY
from web.context import context
from web.problems import Fault, Problem
from worker.batches import handed_in
from worker.batches.judging import Judge
from worker.batches.reading import open_sheet, package
from worker.batches.rows import ORGANIZATION, NotABatch, Sheet
from worker.domain.fields import single_line

LARGEST_UPLOAD = 64 * 1024 * 1024  # bytes
LARGEST_UNPACKED = 40 * 1024 * 1024  # bytes of a workbook: some 5 s of CPU, and 30,000 rows of 1 kB
LONGEST_NAME = 200  # characters


@dataclass(frozen=True)
class Upload:
    """A sheet that was handed in, and by whose standards its rows are judged."""

    sheet: Sheet
    judge: Judge


@contextmanager
def received() -> Iterator[Upload]:
    """What this request hands in. The file on disk lives as long as this. Raises Problem."""
    request.max_content_length = LARGEST_UPLOAD
    with handed_in.folder(context().bridge.settings.bridge.data_dir) as folder:
        path = folder / "upload"
        if (request.mimetype or "") == "multipart/form-data":
            name, organization, mapping = _of_form(path)
        else:
            name, organization, mapping = _of_json(path)
        _expect_bearable(path)
        try:
            sheet = open_sheet(path, mapping, name=name)
            yield Upload(sheet, _judge(sheet, organization))
        except NotABatch as fault:
            raise problems.invalid([Fault("file", str(fault).rstrip("."), "")]) from None


def _expect_bearable(path: Path) -> None:
    """A workbook is passed three times, each byte in this process, which receives deliveries meanwhile."""
    unpacked = package.unpacked(path)
    if unpacked > LARGEST_UNPACKED:
        raise Problem(
            problems.TOO_LARGE,
            f"The workbook unpacks to {unpacked:,} bytes; {LARGEST_UNPACKED:,} at most are read of one that is handed in. Save "
            "it as CSV, of which 64 MiB are taken, or run it on the bridge's machine: sprout batch run FILE.",
        )


def _of_form(path: Path) -> tuple[str, str | None, dict[str, str]]:
    given = request.files.get("file")
    if given is None:
        raise problems.invalid([Fault("file", "is missing", "a CSV, XLSX or JSONL file")])
    given.save(path)
    name = single_line(Path((given.filename or "").replace("\\", "/")).name)[:LONGEST_NAME] or "upload"
    return name, request.form.get("organization") or None, _mapping(request.form.getlist("map"))


def _of_json(path: Path) -> tuple[str, str | None, dict[str, str]]:
    """Rows as a program has them: written as JSONL, and read like any file."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise Problem(problems.TOO_LARGE, "JSON rows have 1 MiB at most; hand in more as a file.")
    body = request.get_json()
    known = ("rows", "name", "organization")
    faults = [Fault(str(key), "is not a known field", f"one of {', '.join(known)}") for key in body if key not in known]
    rows = body.get("rows")
    if not isinstance(rows, list) or not rows or not all(isinstance(one, dict) for one in rows):
        faults.append(Fault("rows", "is missing, or is no list of objects", "a list of at least one object"))
    name, organization = body.get("name", "rows"), body.get("organization")
    if not isinstance(name, str):
        faults.append(Fault("name", f"{shown(name)} is not text", "text"))
    if not isinstance(organization, str | None):
        faults.append(Fault("organization", f"{shown(organization)} is not text", "the name of an organization"))
    if faults:
        raise problems.invalid(faults)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
    return f"{single_line(name)[:LONGEST_NAME] or 'rows'}.jsonl", organization, {}


def _mapping(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        field, equals, title = pair.partition("=")
        if not equals or not field.strip() or not title.strip():
            raise problems.invalid([Fault("map", f"{shown(pair)} can't be read", "FIELD=TITLE")])
        found[field.strip()] = title.strip()
    return found


def _judge(sheet: Sheet, organization: str | None) -> Judge:
    known = sorted(context().bridge.settings.organizations)
    if organization is not None and organization not in known:
        expected = one_of(organization, known).removeprefix("expected ")
        raise problems.invalid([Fault("organization", f"{shown(organization)} is not configured", expected)])
    if organization is None and len(known) > 1 and ORGANIZATION not in sheet.columns.values():
        expected = one_of("", known).removeprefix("expected ")
        raise problems.invalid([Fault("organization", "there are several organizations and none is named", expected)])
    return Judge(frozenset(known), organization or (known[0] if len(known) == 1 else None))
