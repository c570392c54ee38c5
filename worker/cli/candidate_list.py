"""`sprout candidates`: who applied for what, who was invited, and what became of it. A personal link is shown one at a time."""

import click

from worker import recruiting
from worker.cli import finding, narrowing, opening, options, printing
from worker.cli.printing import Cell
from worker.domain.application import Application, Invitation
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.shown_candidates import Shown, application_list, one_application

MARKS = {True: "passed", False: "not passed", None: "–"}


@click.command()
@options.of_state(Invitation)
@options.of_organization
@click.option("--source", metavar="NAME", help="Only those of this source.")
@options.paging
@options.as_json
def list_candidates(
    state: str | None, organization: str | None, source: str | None, limit: int, cursor: str | None, as_json: bool
) -> None:
    """\b
    sprout candidates list
    sprout candidates list --state unclear

    List candidates' applications, newest first, with the state of their invitation.
    """
    bridge = opening.bridge()
    filters = narrowing.filters(bridge, Filters(state=state, organization=organization, source=source))

    def unit(tx: Tx) -> tuple[list[Shown], str | None]:
        page = listing.applications_page(tx, filters, limit, cursor)
        return application_list(tx, page.items), page.next

    shown, following = bridge.ledger.read(unit)
    if as_json:
        printing.as_list(shown, following)
    elif not shown:
        printing.note("There are no such candidates. They appear when an ATS tells of a candidate's stage.")
    else:
        heads = ("Candidate", "Invitation", "Stage", "Job", "Attempts", "Latest", "Best")
        printing.table(heads, map(_row, shown))
        printing.more(following)


@click.command()
@click.argument("who", metavar="WHO")
@options.as_json
def show(who: str, as_json: bool) -> None:
    """\b
    sprout candidates show 01j2c
    sprout candidates show 770001

    Show one candidate's application with its personal link and results. WHO is our id or a unique start of it, the ATS's id of
    the application or the candidate, the external id that a link carried, or a session.
    """
    bridge = opening.bridge()

    def unit(tx: Tx) -> Shown:
        found = finding.application(tx, who)
        return one_application(tx, found, bridge.settings)

    _print(bridge.ledger.read(unit), as_json=as_json)


@click.command()
@click.argument("who", metavar="WHO")
@click.option(
    "--interview", "interview_id", metavar="ID", help="The interview that the link leads to, where it is unclear."
)
@options.as_json
def resend(who: str, interview_id: str | None, as_json: bool) -> None:
    """\b
    sprout candidates resend 01j2c
    sprout candidates resend 01j2c --interview 3b0c7d52

    Send the personal link again, or for the first time where a person has to say to which interview it leads.
    """
    bridge = opening.bridge()

    def unit(tx: Tx) -> Shown:
        found = finding.application(tx, who)
        chosen = None if interview_id is None else finding.interview(tx, interview_id).interview.id
        sent: Application = recruiting.resend(tx, opening.person(), found.id, chosen)
        return one_application(tx, sent, bridge.settings)

    _print(bridge.ledger.write(unit), as_json=as_json)


def _print(shown: Shown, *, as_json: bool) -> None:
    if as_json:
        printing.as_document(shown)
        return
    printing.facts(
        (
            ("Candidate", shown["id"]),
            ("Invitation", printing.state(shown["state"])),
            ("Why", shown["reason"]),
            ("Source", shown["source"]),
            ("Application", shown["application_id"]),
            ("Candidate there", shown["candidate_id"]),
            ("Title", shown["title"]),
            ("Job", shown["job_id"]),
            ("Requisition", shown["requisition_id"]),
            ("Stage", shown["stage"] or shown["stage_id"]),
            ("Since", printing.moment(shown["reached_at"])),
            ("Invited", printing.moment(shown["invited_at"])),
            ("Personal link", shown["personal_link"]),
        )
    )
    if shown["results"]:
        printing.heading("Results")
        printing.table(("Result", "Event", "Attempt", "Score", "Mark", "Completed"), map(_result, shown["results"]))


def _row(shown: Shown) -> tuple[Cell, ...]:
    stage = shown["stage"] or shown["stage_id"] or "–"
    job = printing.title(shown["title"]) or shown["job_id"] or shown["requisition_id"] or "–"
    scores = (_score(shown["latest"]), _score(shown["best"]))
    return shown["id"], printing.state(shown["state"]), stage, job, str(shown["attempts"]), *scores


def _result(shown: Shown) -> tuple[Cell, ...]:
    attempt = "a preview" if shown["test"] else f"{shown['attempt']} of {shown['attempts']}"
    marks = [word for word, is_so in (("latest", shown["latest"]), ("best", shown["best"])) if is_so]
    told = f"{attempt} ({', '.join(marks)})" if marks else attempt
    ended = shown["event"].rpartition(".")[2]
    return shown["id"], ended, told, _score(shown), MARKS[shown["passed"]], printing.moment(shown["completed_at"])


def _score(shown: Shown | None) -> str:
    return "–" if shown is None or shown["score"] is None else f"{shown['score']:g}"
