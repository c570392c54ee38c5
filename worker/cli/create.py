"""`sprout create`: an interview from a person's own questions, or from a template."""

import click

from worker import filing
from worker.cli import files, opening, options
from worker.cli.interview_options import interview_options, of_questions
from worker.cli.submitting import submit
from worker.descriptions import plain_text
from worker.domain.request import Kind
from worker.policy import identity


@click.command()
@click.option("--title", required=True, metavar="TITLE", callback=options.as_title, help="As candidates see it.")
@click.option("--question", "asked", multiple=True, metavar="TEXT", help="A question; repeat for more, up to 50.")
@click.option("--description", metavar="FILE|-", help="A job description that candidates see.")
@options.organization
@options.dedup_id
@interview_options
@options.wait
@options.as_json
def create(
    title: str,
    asked: tuple[str, ...],
    description: str | None,
    organization: str | None,
    dedup_id: str | None,
    interview: dict[str, object],
    **how: bool,
) -> None:
    """\b
    sprout create --title "Night nurse" --question "Which shifts suit you?" --question "What calms you down?"
    sprout create --title "Night nurse" --template 0f8fad5b-d9cb-469f-a165-70867728950e --wait

    Make an interview from questions, or from a template, or from both: what is given here wins over the template.
    Questions with criteria for the evaluator: --option questions='[{"question": "…", "evaluation_criteria": "…"}]'
    """
    if asked and "questions" in interview:
        raise click.UsageError("Give questions either by --question or by --option questions=…, not by both.")
    if not (asked or "questions" in interview or "template_id" in interview):
        raise click.UsageError("Give at least one --question, or a --template.")
    bridge, chosen = opening.for_filing(organization)
    wanted = filing.Submission(
        organization=chosen.name,
        text=plain_text.readable(files.text(description)) if description else "",
        title=title,
        kind=Kind.CREATE,
        options={**interview, **of_questions(asked), "title": title},
        identity=identity.brought(dedup_id) if dedup_id else None,
    )
    submit(bridge, wanted, wait=how["wait"], as_json=how["as_json"])
