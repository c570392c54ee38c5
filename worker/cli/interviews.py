"""`sprout interviews`: what exists at TalentSprout, as it was given."""

import click

from worker.cli import finding, narrowing, opening, options, printing
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.shown import Shown, interview, interview_list

ABOVE = ("id", "title", "share_link")  # the facts that come first
BELOW = ("object", "questions")  # what is no fact of one line


@click.command()
@options.of_organization
@options.paging
@options.as_json
def list_interviews(organization: str | None, limit: int, cursor: str | None, as_json: bool) -> None:
    """\b
    sprout interviews list --organization acme

    List interviews, the one that was stored last first.
    """
    bridge = opening.bridge()
    filters = narrowing.filters(bridge, Filters(organization=organization))

    def page(tx: Tx) -> tuple[list[Shown], str | None]:
        found = listing.interviews_page(tx, filters, limit, cursor)
        return interview_list(tx, found.items), found.next

    shown, following = bridge.ledger.read(page)
    if as_json:
        printing.as_list(shown, following)
    elif not shown:
        printing.note("There are no interviews yet. To make one: sprout generate FILE --wait")
    else:
        rows = [(one["id"], printing.title(one["title"]), one["origin"], one["share_link"]) for one in shown]
        printing.table(("Interview", "Title", "Origin", "Share link"), rows)
        printing.more(following)


@click.command()
@click.argument("interview_id", metavar="ID")
@options.as_json
def show(interview_id: str, as_json: bool) -> None:
    """\b
    sprout interviews show 3b0c7d52

    Show one interview. ID is TalentSprout's, or a unique start of it.
    """
    shown = opening.bridge().ledger.read(lambda tx: interview(tx, finding.interview(tx, interview_id)))
    if as_json:
        printing.as_document(shown)
        return
    names = [*ABOVE, *(name for name in shown if name not in (*ABOVE, *BELOW))]
    printing.facts((name, _line(shown[name])) for name in names)
    if shown.get("questions"):
        printing.heading("questions")
        printing.lines(printing.tree(shown["questions"]))


def _line(value: object) -> str | None:
    if value is None or isinstance(value, dict):
        return None
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
