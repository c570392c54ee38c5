"""`sprout candidates`: who applied for what, who was invited, and what became of it. A personal link is shown one at a time."""

import click

from worker import recruiting
from worker.cli import finding, narrowing, opening, options, printing
from worker.cli.printing import Cell
from worker.domain.application import Application, Invitation
from worker.domain.message import Happened
from worker.ledger import listing, targets
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.shown_candidates import Shown, application_list, one_application

NOBODY = "No ATS has told of a candidate yet. Which stage invites: `stage` of a source, see docs/candidates.md."
MARKS = {True: "passed", False: "not passed", None: "–"}


@click.command()
@options.of_state(Invitation)
@options.of_organization
@click.option("--source", metavar="NAME", help="Only those of this source.")
@click.option("--job", metavar="ID", help="Only those for this job or requisition, by its id in the ATS.")
@options.paging
@options.as_json
def list_candidates(
    state: str | None,
    organization: str | None,
    source: str | None,
    job: str | None,
    limit: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """\b
    sprout candidates list
    sprout candidates list --state unclear
    sprout candidates list --job 4021

    List candidates' applications, newest first: where the invitation stands, the score of the latest and of the best attempt, and
    what is waited for. Names are shown where the source keeps them.
    """
    bridge = opening.bridge()
    wanted = Filters(state=state, organization=organization, source=source, job=job)
    filters = narrowing.filters(bridge, wanted)

    def unit(tx: Tx) -> tuple[list[Shown], str | None]:
        page = listing.applications_page(tx, filters, limit, cursor)
        return application_list(tx, page.items), page.next

    shown, following = bridge.ledger.read(unit)
    if as_json:
        printing.as_list(shown, following)
    elif not shown:
        printing.note(NOBODY if wanted == Filters() else "No candidate fits that.")
    else:
        heads = ("Candidate", "Invitation", "Name", "Stage", "Job", "Attempts", "Latest", "Best", "Waits for")
        printing.table(heads, map(_row, shown))
        printing.more(following)


@click.command()
@click.argument("who", metavar="WHO")
@options.as_json
def show(who: str, as_json: bool) -> None:
    """\b
    sprout candidates show 01j2c
    sprout candidates show 770001

    Show one candidate's application with its personal link and results. WHO is an id: ours or a unique start of it, the ATS's of
    the application or the candidate, the external id that a link carried, or a session. Names are not searched.
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

    Send the personal link again, or for the first time where a person has to say to which interview it leads (`show` lists them).
    It goes to the targets that want `candidate.invited`, as the first one did; without one nobody is told, and the link is
    printed here. Reminders start anew. It is refused where the application does not stand at the stage any more.
    """
    bridge = opening.bridge()

    def unit(tx: Tx) -> tuple[Shown, list[str]]:
        found = finding.application(tx, who)
        chosen = None if interview_id is None else finding.interview(tx, interview_id).interview.id
        sent: Application = recruiting.resend(tx, opening.person(), found.id, chosen)
        told = targets.wanting(tx, sent.organization, Happened.CANDIDATE_INVITED)
        return one_application(tx, sent, bridge.settings), list(told)

    shown, told = bridge.ledger.write(unit)
    if told:
        printing.note(f"The link goes out to {', '.join(told)}. See: sprout deliveries list --event candidate.invited")
    else:
        printing.note("No target wants candidate.invited: hand the link to the candidate yourself.")
    _print(shown, as_json=as_json)


def _print(shown: Shown, *, as_json: bool) -> None:
    if as_json:
        printing.as_document(shown)
        return
    printing.facts(
        (
            ("Candidate", shown["id"]),
            ("Invitation", printing.state(shown["state"])),
            ("Waits for", shown["reason"]),
            ("Next step", shown["action"]),
            ("Name", shown["candidate"]["name"]),
            ("E-mail", shown["candidate"]["email"]),
            ("Source", shown["source"]),
            ("Application", shown["application_id"]),
            ("Candidate there", shown["candidate_id"]),
            ("Title", shown["title"]),
            ("Job", shown["job_id"]),
            ("Requisition", shown["requisition_id"]),
            ("Stage", shown["stage"] or shown["stage_id"]),
            ("Since", printing.moment(shown["reached_at"])),
            ("Link sent", _sent(shown)),
            ("Next reminder", printing.moment(shown["next_reminder_at"])),
            ("Personal link", shown["personal_link"]),
            ("Attempts", str(shown["attempts"])),
        )
    )
    if shown["openings"]:
        printing.heading(f"Say which: sprout candidates resend {shown['id']} --interview INTERVIEW")
        printing.table(("Interview", "Job", "Title", "Language"), map(_opening, shown["openings"]))
    if shown["results"]:
        printing.heading("Results")
        heads = ("Result", "Event", "Attempt", "Score", "Mark", "When", "Found by")
        printing.table(heads, map(_result, shown["results"]))


def _sent(shown: Shown) -> str | None:
    """How often, and when last."""
    if shown["invited_at"] is None:
        return None
    last, reminded = printing.moment(shown["invited_at"]), shown["reminded"]
    since = f", {reminded} reminder{'s' if reminded > 1 else ''} since" if reminded else ""
    return f"{'once' if shown['sent'] == 1 else str(shown['sent']) + ' times'}, last {last}{since}"


def _opening(one: Shown) -> tuple[Cell, ...]:
    return one["interview_id"] or "not made yet", one["job_id"], printing.title(one["title"]), one["language"] or "–"


def _row(shown: Shown) -> tuple[Cell, ...]:
    stage = shown["stage"] or shown["stage_id"] or "–"
    job = printing.title(shown["title"]) or shown["job_id"] or shown["requisition_id"] or "–"
    scores = (_score(shown["latest"]), _score(shown["best"]))
    who = (shown["id"], printing.state(shown["state"]), shown["candidate"]["name"] or "–")
    return *who, stage, job, str(shown["attempts"]), *scores, shown["reason"] or "–"


def _result(shown: Shown) -> tuple[Cell, ...]:
    attempt = "a preview" if shown["test"] else f"{shown['attempt']} of {shown['attempts']}"
    marks = [word for word, is_so in (("latest", shown["latest"]), ("best", shown["best"])) if is_so]
    told = f"{attempt} ({', '.join(marks)})" if marks else attempt
    ended = shown["event"].rpartition(".")[2]
    when, rule = printing.moment(shown["completed_at"] or shown["received_at"]), shown["matched_by"] or "–"
    return shown["id"], ended, told, _score(shown), MARKS[shown["passed"]], when, rule


def _score(shown: Shown | None) -> str:
    return "–" if shown is None or shown["score"] is None else f"{shown['score']:g}"
