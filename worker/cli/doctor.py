"""`sprout doctor`: what is wrong here, and the remedy."""

import contextlib
import functools
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import click

from config import ConfigError
from worker.cli import opening, options, printing
from worker.cli.endings import Failure
from worker.health import configuration, questions
from worker.health.check import Check, State
from worker.ledger.connection import LedgerFault
from worker.sending import pinging


@click.command()
@options.as_json
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """\b
    sprout doctor
    sprout doctor --json

    Check configuration, database, broker, API keys (a ping each), clocks and the public URL. Each fault comes with where it is
    set and the command that cures it; the status is 1 if anything fails.
    """
    found = _shown(_checks(), as_json=as_json)
    failed = sum(one.state is State.FAIL for one in found)
    if as_json:
        printing.as_document({"ok": not failed, "checks": [asdict(one) for one in found]})
    else:
        warned = sum(one.state is State.WARN for one in found)
        printing.note(f"{len(found)} checks: {failed} fail, {warned} warn.")
    if failed:
        context.exit(1)


def _checks() -> Iterator[Check]:
    """With a configuration that can't be used, its faults and nothing else."""
    try:
        bridge = opening.assembled()
    except ConfigError as fault:
        yield from configuration.misconfigured(fault)
        return
    with contextlib.suppress(Failure, LedgerFault):  # the checks tell it, with its remedy
        opening.with_schema(bridge)
        opening.with_rows(bridge)
    yield from questions.doctor(bridge, functools.partial(pinging.ping, bridge))


def _shown(checks: Iterable[Check], *, as_json: bool) -> list[Check]:
    """Each as soon as it is known: a ping may take its time."""
    found = []
    for one in checks:
        found.append(one)
        if not as_json:
            where = f" ({one.place})" if one.place and one.state is not State.OK else ""
            printing.lines([printing.state(one.state).append(f"  {one.name}: {one.sentence}{where}", style="default")])
            if one.remedy:
                printing.lines([f"        {one.remedy}"])
    return found
