"""`sprout db upgrade`: the schema, before a new version is started."""

import click

from worker.cli import opening, options, printing
from worker.ledger import schema


@click.command()
@options.as_json
def upgrade(as_json: bool) -> None:
    """\b
    sprout db upgrade

    Bring the database's schema up to date. Of several at once one migrates and the others wait; `sprout up` does it too, `web`
    and `worker` never do.
    """
    before, after = schema.upgrade(opening.assembled().ledger)
    if as_json:
        printing.as_document({"before": before, "after": after})
    elif before == after:
        printing.lines([f"The schema is up to date: {after}."])
    else:
        printing.lines([f"The schema is now {after}; before it was {before or 'not there'}."])
