"""`sprout deliveries test`: an invented message, sent now and from here, so that its answer can be seen at once."""

from dataclasses import replace

import click

from config.settings import Target
from worker import clock, ids
from worker.cli import opening, options, printing, settings
from worker.cli.endings import Failure
from worker.delivery import handing
from worker.domain.delivery import Ended
from worker.domain.message import Happened, Message
from worker.domain.note import Draft
from worker.ledger.announcing import PREFIX
from worker.outbound import Outbound
from worker.targets import Undeliverable
from worker.wording import examples


@click.command()
@click.argument("name", metavar="TARGET")
@options.event("What it tells of, such as result.completed; else the target's first.")
@options.as_json
def try_target(name: str, event: str | None, as_json: bool) -> None:
    """\b
    sprout deliveries test recruiting
    sprout deliveries test recruiting --event result.completed

    Send a target a message about invented people and jobs, now, and print what it answers. Nothing is stored. What is posted
    has "test": true in its data.
    """
    target = settings.named("target", name, opening.assembled().settings.targets)
    told = _invented(Happened(event or target.events[0]), target)
    try:
        packed = handing.written(told, target)
        if isinstance(packed, Draft):  # it would stand on a job of somebody's
            raise Failure("undeliverable", "Notes are written to real jobs alone. See one: sprout deliveries preview")
        ended = handing.handed_over(packed, target, Outbound())
    except Undeliverable as fault:
        raise Failure("undeliverable", str(fault)) from None
    if as_json:
        seconds = round(ended.took.total_seconds(), 3)
        known = {"status": ended.status, "excerpt": ended.excerpt, "fault": ended.fault, "seconds": seconds}
        printing.as_document({"id": told.id, "target": name, "event": told.event, **known})
    else:
        printing.facts(_facts(told, target, ended))
    if ended.status is None or not 200 <= ended.status < 300:
        raise Failure("not_delivered", f"{name} did not take it.")


def _invented(event: Happened, target: Target) -> Message:
    """Under an id of its own, so that a receiver does not take the second test for a repeat."""
    example = examples.message(event, target.organization)
    return replace(example, id=f"{PREFIX}test_{ids.new_id()}", at=clock.wall(), facts={**example.facts, "test": True})


def _facts(told: Message, target: Target, ended: Ended) -> tuple[tuple[str, str | None], ...]:
    return (
        ("Target", f"{target.name} ({target.kind})"),
        ("Message", f"{told.id}, {told.event}, invented"),
        ("Answer", None if ended.status is None else str(ended.status)),
        ("Trouble", ended.fault),
        ("It said", ended.said or ended.excerpt),
        ("Took", f"{ended.took.total_seconds():.3f} s"),
    )
