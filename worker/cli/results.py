"""`sprout results`: what candidates did. A recording opens without a login, so its link is printed by `--json` only."""

import click

from worker.cli import finding, narrowing, opening, options, printing
from worker.cli.printing import Cell
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.policy.matching import FOUND_BY, Match
from worker.proposing import evidence
from worker.shown import Shown, one_result, result

CONTRADICTED = "a later delivery about this session says something else; this one, the first, stays"
HEADS = ("Result", "State", "Found by", "Candidate", "Attempt", "Score", "Mark", "Completed", "Share link")
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

    List results, newest first. Found by: the rule that found the interview; `show` says what it means.
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
        printing.table(HEADS, map(_row, shown))
        printing.more(page.next)


@click.command()
@click.argument("result_id", metavar="ID")
@options.as_json
def show(result_id: str, as_json: bool) -> None:
    """\b
    sprout results show 01j2c

    Show one result with its evaluation and transcript; of one without an interview, also why, and which it may be of.
    """

    def unit(tx: Tx) -> Shown:
        found = finding.result(tx, result_id)
        return {**one_result(found), **evidence(tx, found)}

    shown = opening.bridge().ledger.read(unit)
    if as_json:
        printing.as_document(shown)
        return
    person = shown["candidate"]
    printing.facts(
        (
            ("Result", shown["id"]),
            ("State", printing.state(shown["state"])),
            ("Found by", _found_by(shown)),
            ("Why", shown["reason"]),
            ("Candidate", person["name"]),
            ("E-mail", person["email"]),
            ("Phone", person["phone"]),
            ("External id", person["external_id"]),
            ("Score", _score(shown)),
            ("Mark", PASSED[shown["passed"]]),
            ("Application", shown["application_id"]),
            ("Attempt", _attempt(shown) if shown["attempt"] else None),
            ("Claim", shown["claim"]),
            ("Contradicted", CONTRADICTED if shown["contradicted"] else None),
            ("Event", shown["event"] + (", a preview" if shown["test"] else "")),
            ("Completed", printing.moment(shown["completed_at"])),
            ("Interview", shown["interview_id"]),
            ("Share link", shown["share_link"]),
            ("Recording", "there is one; --json has its link" if shown["recording_url"] else None),
        )
    )
    if shown["proposals"]:
        printing.heading("It may be of one of these; say which: sprout results attach RESULT INTERVIEW")
        heads = ("Interview", "Request", "Title", "Company", "Job", "Share link")
        printing.table(heads, map(_proposal, shown["proposals"]))
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
    start = (shown["id"], printing.state(shown["state"]), shown["matched_by"] or "–", name, _attempt(shown))
    return *start, _score(shown), mark, completed, shown["share_link"]


def _attempt(shown: Shown) -> str:
    """Which of an application's sessions it is, in the order in which they began."""
    if shown["attempt"] is None:
        return "–"
    marks = ", ".join(word for word in ("latest", "best") if shown[word] and shown["attempts"] > 1)
    return f"{shown['attempt']} of {shown['attempts']}" + (f" ({marks})" if marks else "")


def _found_by(shown: Shown) -> str | None:
    """The rule, and what it means."""
    rule = shown["matched_by"]
    return None if rule is None else f"{rule}: {FOUND_BY[Match(rule)]}"


def _proposal(one: Shown) -> tuple[Cell, ...]:
    cells = (one["interview_id"], one["label"], printing.title(one["title"]), one["company"], one["job_id"])
    return *cells, one["share_link"]


def _score(shown: Shown) -> str:
    return "–" if shown["score"] is None else f"{shown['score']:g}"
