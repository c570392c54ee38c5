"""`sprout keys`: what people's data is sealed with. The keys themselves are never shown."""

import click

from worker.cli import opening, options, printing, progress
from worker.cli.endings import Failure
from worker.cli.printing import Cell
from worker.ledger import blinding, resealing
from worker.ledger.connection import Ledger
from worker.ledger.keyring import Keyring
from worker.shown import Shown


@click.command()
@options.as_json
def list_keys(as_json: bool) -> None:
    """\b
    sprout keys list

    List the data keys by their names, the newest first, with how many rows each has sealed.
    """
    ledger = opening.bridge().ledger
    shown = _keys(ledger, _ring(ledger))
    if as_json:
        printing.as_list(shown, None)
        return
    printing.table(("Key", "Here", "Seals", "Rows"), map(_row, shown))


@click.command()
@options.as_json
def rotate(as_json: bool) -> None:
    """\b
    sprout keys rotate

    Seal everything with a new data key. It may be interrupted and given again, and nothing has to be stopped meanwhile. Where
    [bridge] data_keys is set, first put the new key before the old one there, and restart the bridge.
    """
    ledger = opening.bridge().ledger
    ring = _ring(ledger)
    ledger.read(blinding.check)  # a new key beside the wrong ones would only hide that the right one is not here
    left = ledger.read(resealing.left)
    if left == 0 and ring.path is not None:
        ring.add()
        left = ledger.read(resealing.left)
    done = 0
    with progress.Progress() as shown:
        while sealed := ledger.write(resealing.reseal):
            done += sealed
            shown.tell(f"{done} of {max(left, done)} rows are sealed with {ring.newest()}", "sealing")
    keys = _keys(ledger, ring)
    if as_json:
        printing.as_document({"key": ring.newest(), "sealed": done, "keys": keys})
        return
    closed = [
        f"{one['rows']} rows with {one['id']}" for one in keys if not one["here"] and one["id"] != resealing.CLEAR
    ]
    what = "All that can be opened here" if closed else "Everything"
    printing.lines([f"{what} is sealed with {ring.newest()}; {done} rows were sealed anew."])
    if closed:
        printing.note(f"What is sealed with a key that is not here stays as it is: {', '.join(closed)}.")
    if len(ring.ids()) > 1:
        printing.note(
            f"Backups from before still need the older keys. They are in {ring.where()}; keep them elsewhere."
        )


def _ring(ledger: Ledger) -> Keyring:
    if ledger.keys is None:
        raise Failure("keys", "This ledger has no data keys.")
    return ledger.keys


def _keys(ledger: Ledger, ring: Keyring) -> list[Shown]:
    """Those that are here, then those that are not and have sealed something."""
    counted: dict[str, int] = {}
    for (_, name), count in ledger.read(resealing.counts).items():
        counted[name] = counted.get(name, 0) + count
    here = ring.ids()
    names = [*here, *sorted(counted.keys() - {*here})]
    return [
        {"id": name, "here": name in here, "seals": name == here[0] if here else False, "rows": counted.get(name, 0)}
        for name in names
    ]


def _row(one: Shown) -> tuple[Cell, ...]:
    here = "not sealed yet" if one["id"] == resealing.CLEAR else "yes" if one["here"] else "no: can't be opened"
    return str(one["id"]), here, "yes" if one["seals"] else "", str(one["rows"])
