"""`sprout results attach`: a person says to which job a result belongs that no job here has."""

import click

from worker import recruiting
from worker.cli import finding, opening, options, printing
from worker.ledger.connection import Tx
from worker.shown import Shown, result


@click.command()
@click.argument("session", metavar="SESSION")
@click.argument("job", metavar="JOB")
@options.as_json
def attach(session: str, job: str, as_json: bool) -> None:
    """\b
    sprout results attach 65f0ab77bb22cc33dd44ee99 spr-7K2QX

    Say to which job an unmatched result belongs. SESSION is TalentSprout's id of the session, or the result's here; JOB is a
    request's label or id, an interview's id, or the job's id in its ATS. The interview's other name is learned by that: earlier
    and later results under it follow.
    """
    bridge = opening.bridge()

    def unit(tx: Tx) -> list[Shown]:
        found = finding.interview_of(tx, job)
        known = finding.session_of(tx, session)
        return [result(one) for one in recruiting.attach(tx, opening.person(), known, found)]

    shown = bridge.ledger.write(unit)
    if as_json:
        printing.as_list(shown)
    else:
        rows = [(one["id"], printing.state(one["state"]), one["interview_id"], one["share_link"]) for one in shown]
        printing.table(("Result", "State", "Interview", "Share link"), rows)
