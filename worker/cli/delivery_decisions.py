"""`sprout deliveries resend`, `recover`, `pause` and `resume`: what a person decides about deliveries and targets."""

from collections.abc import Callable

import click

from worker import operators
from worker.assembly import Bridge
from worker.cli import deliveries, finding, hinting, narrowing, opening, options, printing
from worker.ledger.connection import Tx
from worker.ledger.delivery_lists import DeliveryFilters
from worker.shown import Shown
from worker.shown_deliveries import one_delivery, one_target

LISTED = 10


@click.command()
@click.argument("delivery_id", metavar="ID")
@options.as_json
def resend(delivery_id: str, as_json: bool) -> None:
    """\b
    sprout deliveries resend msg_01j2c

    Send a delivery once more, whatever became of it. It has the same id, so that a receiver can tell the repeat.
    """
    bridge = opening.bridge()

    def unit(tx: Tx) -> Shown:
        found = finding.delivery(tx, delivery_id)
        operators.resend(tx, opening.person(), found.id)
        return one_delivery(tx, finding.delivery(tx, found.id))

    shown = bridge.ledger.write(unit)
    hinting.deliver(bridge, shown["organization"])
    if as_json:
        printing.as_document(shown)
    else:
        deliveries.facts_of(shown)


@click.command()
@options.since
@click.option("--target", metavar="NAME", help="Only those to this target.")
@options.as_json
def recover(since: str, target: str | None, as_json: bool) -> None:
    """\b
    sprout deliveries recover --since 3d
    sprout deliveries recover --since 2026-11-24T09:00 --target recruiting

    Send everything again that was given up since then. What was delivered is left alone.
    """
    bridge = opening.bridge()
    narrowing.of_deliveries(bridge, DeliveryFilters(target=target))
    found = bridge.ledger.write(
        lambda tx: operators.recover(tx, opening.person(), options.moment(since, tx.now()), target)
    )
    for organization in bridge.settings.organizations if found else ():
        hinting.deliver(bridge, organization)
    if as_json:
        printing.as_document({"resent": found})
    else:
        more = "" if len(found) <= LISTED else f" and {len(found) - LISTED} more"
        printing.lines([f"Sent again: {len(found)}.", *([", ".join(found[:LISTED]) + more] if found else [])])


@click.command()
@click.argument("name", metavar="TARGET")
@options.as_json
def pause(name: str, as_json: bool) -> None:
    """\b
    sprout deliveries pause recruiting

    Send a target nothing more until somebody resumes it. What happens meanwhile waits for it.
    """
    _carry_out(name, operators.pause_target, as_json=as_json)


@click.command()
@click.argument("name", metavar="TARGET")
@options.as_json
def resume(name: str, as_json: bool) -> None:
    """\b
    sprout deliveries resume recruiting

    Send to a target again, whoever or whatever paused it.
    """
    bridge, shown = _carry_out(name, operators.resume_target, as_json=as_json)
    hinting.deliver(bridge, shown["organization"])


def _carry_out(
    name: str, decide: Callable[[Tx, operators.Person, str], None], *, as_json: bool
) -> tuple[Bridge, Shown]:
    bridge = opening.bridge()
    narrowing.target(bridge, name)
    opening.with_rows(bridge)

    def unit(tx: Tx) -> Shown:
        decide(tx, opening.person(), name)
        shown = one_target(tx, name)
        assert shown is not None, "it was just decided about"
        return shown

    shown = bridge.ledger.write(unit)
    if as_json:
        printing.as_document(shown)
    else:
        printing.facts(
            (
                (shown["name"], printing.state(shown["state"])),
                ("Why", shown["reason"]),
                ("Next", shown["action"]),
                ("Waiting", str(shown["waiting"])),
            )
        )
    return bridge, shown
