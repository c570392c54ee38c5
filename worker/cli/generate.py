"""`sprout generate`: one job description becomes one interview."""

import click

from worker import filing
from worker.cli import files, opening, options
from worker.cli.endings import Failure
from worker.cli.interview_options import interview_options
from worker.cli.submitting import submit
from worker.descriptions import plain_text
from worker.domain.request import Kind
from worker.policy import identity, reasons


@click.command()
@click.argument("file", metavar="FILE|-")
@options.organization
@options.dedup_id
@click.option(
    "--title", metavar="TITLE", callback=options.as_title, help="In place of the title that TalentSprout would choose."
)
@interview_options
@options.wait
@options.as_json
def generate(
    file: str,
    organization: str | None,
    dedup_id: str | None,
    title: str | None,
    interview: dict[str, object],
    **how: bool,
) -> None:
    """\b
    sprout generate posting.txt --wait
    curl -s https://example.com/job.html | sprout generate - --title "Night nurse" --language en

    Have an interview written for the job description in FILE: plain text or HTML, 50 characters at least. The same
    description with the same options is the same request, so a command that is given twice makes one interview.
    """
    bridge, chosen = opening.for_filing(organization)
    text = plain_text.readable(files.text(file))
    fault = filing.fault_of(Kind.GENERATE, text)
    if fault is not None:
        raise Failure(fault.code, f"{reasons.resting(fault)} Nothing was filed.")
    wanted = filing.Submission(
        organization=chosen.name,
        text=text,
        title=title or "",
        options={**interview, "title": title} if title else interview,
        identity=identity.brought(dedup_id) if dedup_id else None,
    )
    submit(bridge, wanted, wait=how["wait"], as_json=how["as_json"])
