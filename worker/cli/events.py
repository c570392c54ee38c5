"""`sprout events`: what has arrived. Bytes and headers may hold secrets and personal data: they are not shown by the way."""

import sys

import click

from worker.cli import finding, hinting, narrowing, opening, options, printing
from worker.cli.endings import Failure
from worker.domain.received import Received
from worker.ledger import audit, events, listing
from worker.ledger.connection import Tx
from worker.ledger.events import EventState, StoredEvent
from worker.ledger.listing import Filters
from worker.shown import Shown, event


@click.command()
@options.of_state(EventState)
@options.of_organization
@click.option("--source", metavar="NAME", help='Only those from this source; TalentSprout\'s own is "talentsprout".')
@options.paging
@options.as_json
def list_events(limit: int, cursor: str | None, as_json: bool, **narrowed: str | None) -> None:
    """\b
    sprout events list --state unreadable
    sprout events list --source careers --limit 10

    List events, newest first, each with what became of it.
    """
    bridge = opening.bridge()
    filters = narrowing.filters(bridge, Filters(**narrowed))
    page = bridge.ledger.read(lambda tx: listing.events_page(tx, filters, limit, cursor))
    shown = [event(one) for one in page.items]
    if as_json:
        printing.as_list(shown, page.next)
    elif not shown:
        printing.note("There are no such events. To try a source: sprout sign SOURCE FILE")
    else:
        rows = [
            (one["id"], printing.state(one["state"]), one["source"], printing.moment(one["received_at"]), one["reason"])
            for one in shown
        ]
        printing.table(("Event", "State", "Source", "Received", "What it led to"), rows)
        printing.more(page.next)


@click.command()
@click.argument("event_id", metavar="ID")
@click.option("--raw", is_flag=True, help="The body, byte for byte, and nothing else.")
@options.as_json
def show(event_id: str, raw: bool, as_json: bool) -> None:
    """\b
    sprout events show 01j2c
    sprout events show 01j2c --raw > body.json

    Show one event. Of its headers only the names are shown, because their values prove who sent it.
    """
    if raw and as_json:
        raise click.UsageError("--raw and --json answer in different ways: give one of them.")
    found, received = opening.bridge().ledger.read(lambda tx: _with_delivery(tx, finding.event(tx, event_id)))
    shown = event(found)
    if raw and received is None:
        raise Failure("gone", f"The bytes of {found.id} are gone. {found.reason or ''}")
    if raw and received is not None:
        sys.stdout.buffer.write(received.body)
    elif as_json:
        printing.as_document(shown)
    else:
        printing.facts(
            (
                ("Event", shown["id"]),
                ("State", printing.state(shown["state"])),
                ("What it led to", shown["reason"]),
                ("Source", shown["source"]),
                ("Received", printing.moment(shown["received_at"])),
                ("Headers", None if received is None else ", ".join(sorted(received.headers))),
                ("Body", "gone" if received is None else f"{len(received.body):,} bytes; print them with --raw"),
            )
        )


@click.command()
@click.argument("event_id", metavar="ID")
@options.as_json
def replay(event_id: str, as_json: bool) -> None:
    """\b
    sprout events replay 01j2c

    Read an event again, for instance after its source was configured or its reader was mended. What it led to before is not
    done twice.
    """
    bridge = opening.bridge()
    shown = bridge.ledger.write(lambda tx: _reopened(tx, event_id))
    hinting.read(bridge, shown["id"])
    if as_json:
        printing.as_document(shown)
    else:
        printing.lines([f"{shown['id']} is {shown['state']}: a worker reads it again."])
        printing.note(f"Next: sprout events show {shown['id']}")


def _with_delivery(tx: Tx, found: StoredEvent) -> tuple[StoredEvent, Received | None]:
    return found, events.received(tx, found.id)


def _reopened(tx: Tx, given: str) -> Shown:
    found = finding.event(tx, given)
    if not events.reopen(tx, found.id):
        raise Failure("gone", f"The bytes of {found.id} are gone, so it can't be read again. {found.reason or ''}")
    audit.record(tx, opening.person().name, "replay", found.id, {})
    return event(finding.event(tx, found.id))
