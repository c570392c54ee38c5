"""`sprout results`: what candidates did. A recording opens without a login, so its link is printed by `--json` only."""

import click

from worker.cli import finding, narrowing, opening, options, printing
from worker.cli.printing import Cell
from worker.ledger import listing
from worker.ledger.listing import Filters
from worker.shown import Shown, one_result, result

CONTRADICTED = "a later delivery about this session says something else; this one, the first, stays"
PASSED = {True: "passed", False: "not passed", None: "–"}


@click.command()
@options.of_state(("matched", "unmatched"))
@options.of_organization
@options.paging
@options.as_json
def list_results(state: str | None, organization: str | None, limit: int, cursor: str | None, as_json: bool) -> None:
    """\b
    sprout results list
    sprout results list --state unmatched --json

    List results, newest first.
    """
    bridge = opening.bridge()
    filters = narrowing.filters(bridge, Filters(state=state, organization=organization))
    page = bridge.ledger.read(lambda tx: listing.results_page(tx, filters, limit, cursor))
    shown = [result(one) for one in page.items]
    if as_json:
        printing.as_list(shown, page.next)
    elif not shown:
        printing.note("There are no such results. They arrive when candidates finish.")
    else:
        printing.table(("Result", "State", "Candidate", "Score", "Mark", "Completed", "Share link"), map(_row, shown))
        printing.more(page.next)


@click.command()
@click.argument("result_id", metavar="ID")
@options.as_json
def show(result_id: str, as_json: bool) -> None:
    """\b
    sprout results show 01j2c

    Show one result with its evaluation and transcript.
    """
    shown = one_result(opening.bridge().ledger.read(lambda tx: finding.result(tx, result_id)))
    if as_json:
        printing.as_document(shown)
        return
    person = shown["candidate"]
    printing.facts(
        (
            ("Result", shown["id"]),
            ("State", printing.state(shown["state"])),
            ("Candidate", person["name"]),
            ("E-mail", person["email"]),
            ("Phone", person["phone"]),
            ("External id", person["external_id"]),
            ("Score", _score(shown)),
            ("Mark", PASSED[shown["passed"]]),
            ("Application", shown["application_id"]),
            ("Attempt", f"{shown['attempt']} of {shown['attempts']}" if shown["attempt"] else None),
            ("Claim", shown["claim"]),
            ("Contradicted", CONTRADICTED if shown["contradicted"] else None),
            ("Event", shown["event"] + (", a preview" if shown["test"] else "")),
            ("Completed", printing.moment(shown["completed_at"])),
            ("Interview", shown["interview_id"]),
            ("Share link", shown["share_link"]),
            ("Recording", "there is one; --json has its link" if shown["recording_url"] else None),
        )
    )
    for name in ("evaluation", "transcript"):
        if shown[name]:
            printing.heading(name.capitalize())
            printing.lines(printing.tree(shown[name]))


def _row(shown: Shown) -> tuple[Cell, ...]:
    who = shown["candidate"]["name"] or shown["candidate"]["email"] or "–"
    name = f"{who} (a preview)" if shown["test"] else who
    completed = printing.moment(shown["completed_at"])
    mark = PASSED[shown["passed"]]
    if shown["contradicted"]:
        name = f"{name} (contradicted)"
    return shown["id"], printing.state(shown["state"]), name, _score(shown), mark, completed, shown["share_link"]


def _score(shown: Shown) -> str:
    return "–" if shown["score"] is None else f"{shown['score']:g}"
