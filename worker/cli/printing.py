"""What commands print: data on stdout, as tables for people or as one JSON value; notes on stderr.

Texts come from strangers: whatever could steer a terminal or hide itself is dropped from a cell. Colour only repeats what a word
and a symbol say, and there is none where no terminal is.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from worker.domain.fields import single_line
from worker.shown import Shown

LONGEST_TITLE = 60  # characters of a column
UNBOUNDED = 100_000  # columns: nothing is cut or folded
LOOKS: Mapping[str, tuple[str, str]] = {  # word -> symbol, style
    "waiting": ("◷", "dim"),
    "sending": ("→", "blue"),
    "created": ("✓", "green"),
    "held": ("!", "yellow"),
    "unknown": ("?", "magenta"),
    "cancelled": ("–", "dim"),
    "stored": ("◷", "dim"),
    "read": ("✓", "green"),
    "ignored": ("–", "dim"),
    "unreadable": ("!", "yellow"),
    "connected": ("✓", "green"),
    "missing": ("!", "yellow"),
    "on its way": ("→", "blue"),
    "there": ("✓", "green"),
    "setting up": ("◷", "dim"),
    "matched": ("✓", "green"),
    "unmatched": ("?", "magenta"),
    "filing": ("→", "blue"),
    "running": ("→", "blue"),
    "unfinished": ("!", "yellow"),
    "paused": ("‖", "red"),
    "done": ("✓", "green"),
    "none": ("–", "dim"),
    "unclear": ("?", "magenta"),
    "closed": ("–", "dim"),
    "invited": ("✓", "green"),
    "withdrawn": ("–", "dim"),
    "delivered": ("✓", "green"),
    "failed": ("✗", "red"),
    "failing": ("!", "yellow"),
    "removed": ("–", "dim"),
    "ok": ("✓", "green"),
    "warn": ("!", "yellow"),
    "fail": ("✗", "red"),
}
Cell = str | Text | None


def note(text: str) -> None:
    """For people, beside the result."""
    click.echo(text, err=True)


def as_document(value: object) -> None:
    """The one JSON value of `--json`."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    click.echo(json.dumps(value, ensure_ascii=not utf8, indent=2))


def as_list(items: Sequence[Shown], following: str | None = None) -> None:
    """A page of `--json`."""
    as_document({"items": items, "next": following})


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Columns for people. Nothing is cut or folded: a link that the terminal itself wraps can still be clicked and copied."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        drawn.add_column(head, no_wrap=True)
    for row in rows:
        drawn.add_row(*map(_cell, row))
    _print(drawn)


def facts(pairs: Iterable[tuple[str, Cell]]) -> None:
    """What is known of one thing; what isn't there is left out."""
    drawn = Table.grid(padding=(0, 2, 0, 0))
    drawn.add_column(style="dim", no_wrap=True)
    drawn.add_column(no_wrap=True)
    for name, value in pairs:
        if value not in (None, ""):
            drawn.add_row(name, _cell(value))
    _print(drawn)


def heading(text: str) -> None:
    """Above a part of what `show` prints."""
    _print(Text(f"\n{single_line(text)}", style="bold"))


def state(word: str) -> Text:
    """A symbol, its word and a colour."""
    symbol, style = LOOKS[word]
    return Text(f"{symbol} {word}", style=style)


def more(following: str | None) -> None:
    """How to go on where a list has another page."""
    if following is not None:
        note(f"There are more: the same command with --cursor {following}")


def title(text: str | None) -> str | None:
    """A title for a column; the whole of it is in `show` and in `--json`."""
    line = single_line(text or "")
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def moment(instant: str | None) -> str | None:
    """A time of the shown objects, for people; in UTC, like the times in reasons."""
    if instant is None:
        return None
    return f"{datetime.fromisoformat(instant).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def tree(value: object, indent: int = 0) -> Iterable[str]:
    """JSON that TalentSprout gave, as lines; names as they came."""
    pairs: Iterable[tuple[str, object]] = ()
    if isinstance(value, dict):
        pairs = ((f"{single_line(str(key))}:", child) for key, child in value.items())
    elif isinstance(value, list):
        pairs = (("-", child) for child in value)
    else:
        yield " " * indent + single_line("–" if value is None else str(value))
    for name, child in pairs:
        if isinstance(child, dict | list):
            yield " " * indent + name
            yield from tree(child, indent + 2)
        else:
            yield f"{' ' * indent}{name} {single_line('–' if child is None else str(child))}"


def lines(texts: Iterable[str | Text]) -> None:
    """Text as it stands, without markup."""
    for text in texts:
        _print(text if isinstance(text, Text) else Text(text))


def _cell(value: Cell) -> Text:
    return value if isinstance(value, Text) else Text(single_line(value or ""))


def _print(what: Table | Text) -> None:
    """Without the blanks that pad a table's lines; with colour where a terminal wants it (rich knows NO_COLOR and TERM)."""
    seen = Console(file=sys.stdout)
    plain = seen.no_color or not seen.is_terminal
    console = Console(
        file=sys.stdout,
        width=UNBOUNDED,
        height=1,  # of no meaning here; without it a dumb terminal has 80 columns, whatever its width is said to be
        color_system=None if plain else "auto",
        highlight=False,
        soft_wrap=True,
    )
    with console.capture() as captured:
        console.print(what)
    click.echo("\n".join(line.rstrip() for line in captured.get().removesuffix("\n").split("\n")), color=not plain)
