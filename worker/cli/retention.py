"""`sprout retention`: what is kept for a while, and what is older."""

import click

from worker import assembly
from worker.cli import opening, options, printing
from worker.cli.printing import Cell
from worker.moments import instant
from worker.privacy import retaining
from worker.privacy.retaining import Portion
from worker.shown import Shown


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@options.as_json
def run(dry_run: bool, as_json: bool) -> None:
    """\b
    sprout retention run --dry-run

    End what is older than [organizations.NAME.retention] says, and say what went. A worker does the same every hour.
    """
    bridge = opening.bridge()
    if dry_run:
        gone = retaining.due(bridge)
    else:
        assembly.prepare(bridge)
        gone = retaining.run(bridge, opening.person().name)
    shown = [_shown(one) for one in gone]
    if as_json:
        printing.as_document({"dry_run": dry_run, "items": shown})
        return
    if shown:
        printing.table(("Organization", "Kind", "Kept for", "Rows", "Came before", "Oldest"), map(_row, shown))
    if not any(one["rows"] for one in shown):
        printing.note("Nothing is older than it may be. What [organizations.NAME.retention] does not name is kept.")
    elif dry_run:
        printing.note("Nothing was changed. Without --dry-run these rows go for good.")


def _shown(one: Portion) -> Shown:
    return {
        "organization": one.organization,
        "kind": one.kind,
        "keep_seconds": int(one.keep.total_seconds()),
        "before": instant(one.before),
        "rows": one.rows,
        "oldest": instant(one.oldest),
    }


def _row(one: Shown) -> tuple[Cell, ...]:
    hours = one["keep_seconds"] / 3600
    keep = f"{hours / 24:g} d" if hours >= 24 else f"{hours:g} h"
    before, oldest = printing.moment(one["before"]), printing.moment(one["oldest"])
    return one["organization"], one["kind"], keep, str(one["rows"]), before, oldest
