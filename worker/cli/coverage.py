"""`sprout coverage`: which open jobs have no link."""

import click

from worker.assembly import Bridge
from worker.cli import hinting, opening, options, printing, settings
from worker.events import covering
from worker.ledger import fetches
from worker.ledger.connection import Tx
from worker.policy.covering import Link
from worker.shown import Shown


@click.command()
@click.option("--source", metavar="NAME", help="Only the jobs of this source.")
@click.option("--link", type=click.Choice([one.value for one in Link]), help="Only those whose link is so.")
@click.option("--ask", is_flag=True, help="Have the ATSs list their open postings now; it is done once a day anyway.")
@options.paging
@options.as_json
def coverage(source: str | None, link: str | None, ask: bool, limit: int, cursor: str | None, as_json: bool) -> None:
    """\b
    sprout coverage
    sprout coverage --link missing
    sprout coverage --source careers --ask

    List the open jobs of all sources, those without a link first: since when each is open, and what its link waits for.
    """
    bridge = opening.bridge()
    if source is not None:
        settings.named("source", source, bridge.settings.sources)
    sources = {name: one for name, one in bridge.settings.sources.items() if source in (None, name)}
    if ask:
        _ask(bridge, list(sources))
    wanted = None if link is None else Link(link)

    def unit(tx: Tx) -> tuple[list[Shown], str | None, list[Shown]]:
        return *covering.page(tx, sources, wanted, limit, cursor), covering.totals(tx, sources)

    items, following, totals = bridge.ledger.read(unit)
    if as_json:
        printing.as_document({"items": items, "next": following, "sources": totals})
        return
    for one in totals:
        printing.note(_total(one))
    if items:
        printing.table(("Link", "Source", "Job", "Title", "Why", "Share link"), map(_row, items))
        printing.more(following)


def _ask(bridge: Bridge, names: list[str]) -> None:
    """Lists are due now; a worker asks for them."""
    for name in names:
        if not bridge.ledger.write(lambda tx, name=name: fetches.hurry(tx, name)):  # type: ignore[misc]  # a default binds it
            printing.note(f"{name} can't be asked for its open postings; docs/sources/ says which kinds can, and how.")
    hinting.fetch(bridge)


def _total(one: Shown) -> str:
    listed = "never listed by its API" if one["listed_at"] is None else f"listed {printing.moment(one['listed_at'])}"
    return (
        f"{one['source']}: {one['open']} open, {one[Link.THERE]} with a link, {one[Link.ON_ITS_WAY]} on the way, "
        f"{one[Link.MISSING]} without; {listed}."
    )


def _row(one: Shown) -> tuple[printing.Cell, ...]:
    link = printing.state(str(one["link"]).replace("_", " "))
    return link, one["source"], one["job_id"], printing.title(one["title"]), one["reason"], one["share_link"]
