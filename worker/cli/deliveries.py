"""`sprout deliveries`: what was told to targets, what waits, and why."""

import click

from worker.cli import finding, narrowing, opening, options, printing
from worker.cli.printing import Cell
from worker.domain.delivery import DeliveryState
from worker.ledger import delivery_lists
from worker.ledger.connection import Tx
from worker.ledger.delivery_lists import DeliveryFilters
from worker.shown import Shown
from worker.shown_deliveries import delivery_list, one_delivery, target_list


@click.command()
@options.of_state(DeliveryState)
@options.of_organization
@click.option("--target", metavar="NAME", help="Only those to this target.")
@options.event("Only those that tell of this, such as result.completed.")
@options.paging
@options.as_json
def list_deliveries(
    state: str | None,
    organization: str | None,
    target: str | None,
    event: str | None,
    limit: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """\b
    sprout deliveries list
    sprout deliveries list --state failed --target recruiting --json

    List deliveries, newest first.
    """
    bridge = opening.bridge()
    filters = DeliveryFilters(state, organization, target, event)
    narrowing.of_deliveries(bridge, filters)

    def unit(tx: Tx) -> tuple[list[Shown], str | None]:
        page = delivery_lists.page(tx, filters, limit, cursor)
        return delivery_list(tx, page.items), page.next

    shown, following = bridge.ledger.read(unit)
    if as_json:
        printing.as_list(shown, following)
    elif not shown:
        printing.note("There are no such deliveries. Targets are told of things as they happen.")
    else:
        printing.table(("Delivery", "State", "Target", "Event", "About", "Happened", "Why"), map(_row, shown))
        printing.more(following)


@click.command()
@click.argument("delivery_id", metavar="ID")
@options.as_json
def show(delivery_id: str, as_json: bool) -> None:
    """\b
    sprout deliveries show msg_01j2c

    Show one delivery and each of its tries.
    """
    shown = opening.bridge().ledger.read(lambda tx: one_delivery(tx, finding.delivery(tx, delivery_id)))
    if as_json:
        printing.as_document(shown)
    else:
        facts_of(shown)


@click.command()
@options.as_json
def list_targets(as_json: bool) -> None:
    """\b
    sprout deliveries targets

    List the targets: whether each gets what happens, and if not, why.
    """
    shown = opening.bridge().ledger.read(target_list)
    if as_json:
        printing.as_list(shown)
    elif not shown:
        printing.note("There are no targets. A section [targets.NAME] makes one.")
    else:
        heads = ("Target", "Kind", "State", "Waiting", "Failed", "Why")
        printing.table(heads, map(_target_row, shown))


def facts_of(shown: Shown) -> None:
    """One delivery for people."""
    printing.facts(
        (
            ("Delivery", shown["id"]),
            ("State", printing.state(shown["state"])),
            ("Why", shown["reason"]),
            ("Next", shown["action"]),
            ("Target", shown["target"]),
            ("Event", shown["event"]),
            ("About", shown["about"]),
            ("Request", shown["label"]),
            ("Interview", shown["interview_id"]),
            ("Result", shown["result_id"]),
            ("Happened", printing.moment(shown["created_at"])),
        )
    )
    if shown["try_list"]:
        printing.heading("Tries")
        printing.table(("Try", "When", "Answer", "Took", "What it said"), map(_try_row, shown["try_list"]))


def _row(shown: Shown) -> tuple[Cell, ...]:
    about, happened = printing.title(shown["about"]), printing.moment(shown["created_at"])
    state = printing.state(shown["state"])
    return shown["id"], state, shown["target"], shown["event"], about, happened, shown["reason"]


def _try_row(shown: Shown) -> tuple[Cell, ...]:
    status = "none" if shown["status"] is None else str(shown["status"])
    took = None if shown["seconds"] is None else f"{shown['seconds']:g} s"
    return str(shown["n"]), printing.moment(shown["at"]), status, took, shown["fault"] or shown["excerpt"]


def _target_row(shown: Shown) -> tuple[Cell, ...]:
    counts = str(shown["waiting"]), str(shown["failed"])
    return shown["name"], shown["kind"], printing.state(shown["state"]), *counts, shown["reason"]
