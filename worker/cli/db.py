"""`sprout db upgrade`: the schema, before a new version is started."""

import click

from worker.cli import opening, options, printing
from worker.ledger import resealing, schema


@click.command()
@options.as_json
def upgrade(as_json: bool) -> None:
    """\b
    sprout db upgrade

    Bring the database's schema up to date. Of several at once one migrates and the others wait; `sprout up` does it too, `web`
    and `worker` never do. Bodies of events from before there was sealing are sealed by the sweep of a running bridge, or at once
    by `sprout keys rotate`.
    """
    ledger = opening.assembled().ledger
    before, after = schema.upgrade(ledger)
    if as_json:
        printing.as_document({"before": before, "after": after})
    elif before == after:
        printing.lines([f"The schema is up to date: {after}."])
    else:
        printing.lines([f"The schema is now {after}; before it was {before or 'not there'}."])
    clear = ledger.read(resealing.in_clear)
    if clear:
        rows = "1 row of people's data is" if clear == 1 else f"{clear} rows of people's data are"
        printing.note(
            f"{rows} not sealed yet. The sweep of a running bridge seals them; `sprout keys rotate` does it at once."
        )
