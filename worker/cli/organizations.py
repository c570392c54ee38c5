"""`sprout organizations`: who sends, who does not and why; pause and resume."""

from collections.abc import Callable

import click

from worker import operators
from worker.assembly import Bridge
from worker.cli import hinting, opening, options, printing
from worker.cli.printing import Cell
from worker.ledger.connection import Tx
from worker.shown import Shown, organization_list


@click.command()
@options.as_json
def list_organizations(as_json: bool) -> None:
    """\b
    sprout organizations list

    List the configured organizations: whether each sends, and if not, why.
    """
    bridge = opening.bridge()
    shown = bridge.ledger.read(lambda tx: organization_list(tx, bridge.settings.organizations))
    if as_json:
        printing.as_list(shown)
    else:
        printing.table(("Organization", "State", "Waiting", "Why"), map(_row, shown))


@click.command()
@click.argument("name", metavar="NAME")
@options.as_json
def pause(name: str, as_json: bool) -> None:
    """\b
    sprout organizations pause acme

    Send nothing more for an organization until somebody resumes it. Deliveries are received and filed, calls in flight finish.
    """
    _carry_out(name, operators.pause, as_json=as_json)


@click.command()
@click.argument("name", metavar="NAME")
@options.as_json
def resume(name: str, as_json: bool) -> None:
    """\b
    sprout organizations resume acme

    Send again, whoever or whatever paused it. After a refused key one call goes alone first.
    """
    bridge = _carry_out(name, operators.resume, as_json=as_json)
    hinting.pump(bridge, name)


def _carry_out(name: str, decide: Callable[[Tx, operators.Person, str], None], *, as_json: bool) -> Bridge:
    """Decide and commit; then show what it became."""
    bridge = opening.bridge()
    opening.organization_of(bridge, name)

    def unit(tx: Tx) -> Shown:
        decide(tx, opening.person(), name)
        (shown,) = organization_list(tx, [name])
        return shown

    shown = bridge.ledger.write(unit)
    if as_json:
        printing.as_document(shown)
    else:
        printing.facts(
            (
                (shown["name"], printing.state(_state(shown))),
                ("Why", shown["reason"]),
                ("Next", shown["action"]),
                ("Waiting", str(shown["waiting"])),
            )
        )
    return bridge


def _row(shown: Shown) -> tuple[Cell, ...]:
    return shown["name"], printing.state(_state(shown)), str(shown["waiting"]), shown["reason"]


def _state(shown: Shown) -> str:
    return "paused" if shown["paused"] else "ok"
