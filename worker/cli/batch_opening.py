"""What the commands on a batch file have in common: the file, whose its rows are, and what its columns mean."""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from config.wording import likely
from worker.assembly import Bridge
from worker.batches import handed_in, origins
from worker.batches.judging import Judge
from worker.batches.reading import open_sheet
from worker.batches.rows import FIELDS, ORGANIZATION, NotABatch, Sheet
from worker.cli import opening, printing
from worker.cli.endings import Failure

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Given:
    """A file that can be checked or run. `origin` is which file it is; None for standard input."""

    bridge: Bridge
    sheet: Sheet
    judge: Judge
    origin: str | None


def options(command: Command) -> Command:
    """The file, and how it is to be understood."""
    file = click.argument("file", metavar="FILE|FOLDER|-")
    owner = click.option("--organization", metavar="NAME", help="Whose the rows are that name none themselves.")
    mapped = click.option(
        "--map", "pairs", multiple=True, metavar="FIELD=TITLE", help='What a column means: --map description="Text".'
    )
    return file(owner(mapped(command)))


def opened(file: str, organization: str | None, pairs: tuple[str, ...], *, quiet: bool) -> Given:
    """Ready to be read; unless `quiet`, what was guessed is said. Raises Failure and click.UsageError."""
    bridge = opening.assembled()
    mapping = _mapping(pairs)
    path = _of_standard_input(bridge) if file == "-" else Path(file)
    try:
        sheet = open_sheet(path, mapping, name="standard input" if file == "-" else None)
    except NotABatch as fault:
        raise Failure("not_a_batch", str(fault)) from None
    owner = _owner(bridge, sheet, organization)
    opening.with_schema(bridge)
    opening.with_rows(bridge)
    if not quiet:
        _tell(sheet)
    judge = Judge(frozenset(bridge.settings.organizations), owner)
    return Given(bridge, sheet, judge, None if file == "-" else origins.of(path))


def _mapping(pairs: tuple[str, ...]) -> Mapping[str, str]:
    found = {}
    for pair in pairs:
        field, equals, title = pair.partition("=")
        if not equals or not field.strip() or not title.strip():
            raise click.UsageError(f"--map {pair}: write it as FIELD=TITLE, such as description=Text.")
        found[field.strip()] = title.strip()
    return found


def _of_standard_input(bridge: Bridge) -> Path:
    """A file of its own, because a batch is read more than once; it goes with the command. Raises Failure."""
    try:
        folder = click.get_current_context().with_resource(handed_in.folder(bridge.settings.bridge.data_dir))
        path = folder / "input"
        with path.open("wb") as spooled:
            shutil.copyfileobj(sys.stdin.buffer, spooled)
    except OSError as fault:
        raise Failure("no_room", f"Standard input can't be kept while it is read: {fault.strerror or fault}.") from None
    return path


def _owner(bridge: Bridge, sheet: Sheet, name: str | None) -> str | None:
    """None where every row has to say it: there are several, none was named, and the file has a column for it."""
    if name is None and len(bridge.settings.organizations) > 1 and ORGANIZATION in sheet.columns.values():
        return None
    return opening.organization_of(bridge, name).name


def _tell(sheet: Sheet) -> None:
    for one in sheet.notes:
        printing.note(one)
    if sheet.ignored:
        near = {title: likely(title, FIELDS) for title in sheet.ignored}
        named = ", ".join(
            f'"{title}"' + (f" (did you mean {field}?)" if field else "") for title, field in near.items()
        )
        printing.note(f"Columns that mean nothing here: {named}.")
