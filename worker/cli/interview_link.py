"""`sprout interviews link`: the link of a job's interview, or of one candidate to it."""

import click

from worker import recruiting
from worker.cli import finding, opening, options, printing
from worker.domain.interview import StoredInterview
from worker.ledger.connection import Tx


@click.command()
@click.argument("job", metavar="JOB")
@click.option("--for", "who", metavar="WHO", help="A candidate's application: the link brings its result back to it.")
@options.as_json
def link(job: str, who: str | None, as_json: bool) -> None:
    """\b
    sprout interviews link spr-7K2QX
    sprout interviews link 3b0c7d52 --for 01j2c

    Print a share link. JOB is a request's label or id, an interview's id, or the job's id in its ATS.
    """
    bridge = opening.bridge()

    def unit(tx: Tx) -> dict[str, str | None]:
        found: StoredInterview = finding.interview_of(tx, job)
        whole = found.interview.share_link
        candidate = None if who is None else finding.application(tx, who)
        if candidate is not None:
            whole = recruiting.link_for(tx, candidate, found.interview.id, bridge.settings)
        named = None if candidate is None else candidate.id
        return {"interview_id": found.interview.id, "candidate": named, "link": whole}

    shown = bridge.ledger.read(unit)
    if as_json:
        printing.as_document(shown)
    else:
        click.echo(shown["link"])
