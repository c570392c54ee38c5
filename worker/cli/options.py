"""Options and arguments that several commands have."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import click

from config.faults import Wrong
from config.quantities import duration
from config.wording import shown
from worker.domain.fields import is_blank
from worker.domain.message import Happened
from worker.policy import identity

Command = TypeVar("Command", bound=Callable[..., Any])
PAGE = 50  # items of a list, unless more are asked for


def _as_id(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    fault = None if value is None else identity.fault_of_brought(value)
    if fault is not None:
        raise click.BadParameter(f"{fault}.")
    return value


def as_title(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """The callback of `--title`: one that is given says something."""
    if value is not None and is_blank(value):
        raise click.BadParameter("it holds nothing that can be seen; expected the title as candidates see it.")
    return value


def moment(written: str, now: datetime) -> datetime:
    """What `--since` says. Raises click.BadParameter."""
    try:
        return now - duration(written)
    except Wrong:
        pass
    try:
        told = datetime.fromisoformat(written)
        found = told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        expected = "how long ago, from 1ms to 366d, or a day or time in UTC, such as 2026-11-24 or 2026-11-24T09:00"
        raise click.BadParameter(f"{shown(written)} is no time; expected {expected}.", param_hint="--since") from None
    if found > now:
        sentence = f"{shown(written)} is in the future: in UTC it is {now:%Y-%m-%d %H:%M} now."
        raise click.BadParameter(sentence, param_hint="--since")
    return found


as_json = click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
wait = click.option("--wait", is_flag=True, help="Wait for the interview and print its share link.")
organization = click.option("--organization", metavar="NAME", help="Whose; needed where there are several.")
of_organization = click.option("--organization", metavar="NAME", help="Only those of this organization.")
since = click.option(
    "--since", required=True, metavar="WHEN", help="How long ago (3d, 12h), or a day or time in UTC (2026-11-24T09:00)."
)
dedup_id = click.option(
    "--id", "dedup_id", metavar="ID", callback=_as_id, help="Your own id: filed twice, it is the same request."
)


def paging(command: Command) -> Command:
    """`--limit` and `--cursor` of a list."""
    cursor = click.option("--cursor", metavar="CURSOR", help='Go on where a page ended: its "next".')
    limit = click.option(
        "--limit", type=click.IntRange(1, 200), default=PAGE, show_default=True, help="At most so many."
    )
    return limit(cursor(command))


def event(told: str) -> Callable[[Command], Command]:
    """`--event`, one of what targets may be told of."""
    return click.option("--event", metavar="EVENT", type=click.Choice([one.value for one in Happened]), help=told)


def of_state(states: type[StrEnum] | Iterable[str]) -> Callable[[Command], Command]:
    """`--state`, one of a closed list."""
    return click.option("--state", type=click.Choice([str(one) for one in states]), help="Only those in this state.")
