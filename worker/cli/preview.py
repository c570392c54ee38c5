"""`sprout deliveries preview`: what a target would be told, sent to nobody."""

import json
from pathlib import Path

import click

from config.settings import Target
from worker import clock
from worker.assembly import Bridge
from worker.cli import finding, opening, options, printing, settings
from worker.cli.endings import Failure
from worker.delivery import previewing
from worker.delivery.telling import NothingToTell
from worker.domain.delivery import Subjects
from worker.domain.message import Happened, Message
from worker.ledger import interviews
from worker.ledger.connection import Tx
from worker.targets import Undeliverable


@click.command()
@click.argument("target_name", metavar="TARGET")
@click.argument("event", type=click.Choice([one.value for one in Happened]), metavar="EVENT")
@click.option("--request", "request_id", metavar="ID", help="Of this request; else of an invented one.")
@click.option("--result", "result_id", metavar="ID", help="Of this result, with its candidate.")
@click.option("--html", "html_file", metavar="FILE", help="Write the HTML of a mail there, to open in a browser.")
@options.as_json
def preview(
    target_name: str, event: str, request_id: str | None, result_id: str | None, html_file: str | None, as_json: bool
) -> None:
    """\b
    sprout deliveries preview recruiting interview.created
    sprout deliveries preview team result.completed --result 01j2c --html mail.html

    Show what TARGET would be told of EVENT: the message as it would be posted, mailed or noted. Nothing is sent.
    Addresses that are secrets, and signatures, are shown as ***; --json has the body as it goes out.
    """
    if request_id is not None and result_id is not None:
        raise click.UsageError("Say --request or --result: a message is about one of them.")
    bridge = opening.assembled()
    target = settings.named("target", target_name, bridge.settings.targets)
    message = _message(bridge, target, Happened(event), request_id, result_id)
    try:
        found = previewing.preview(message, target, clock.wall())
    except Undeliverable as fault:
        raise Failure("undeliverable", str(fault)) from None
    if html_file is not None:
        _write(html_file, found.html)
    if as_json:
        printing.as_document(
            {"target": target.name, "event": event, "head": found.head, "body": found.body, "html": found.html}
        )
        return
    click.echo("\n".join(f"{name}: {value}" for name, value in found.head.items()))
    click.echo(f"\n{_readable(found.body)}")
    if event not in target.events:
        printing.note(f"{target.name} is not told of this: its events are {', '.join(target.events)}.")


def _message(bridge: Bridge, target: Target, event: Happened, request_id: str | None, result_id: str | None) -> Message:
    if request_id is None and result_id is None:
        return previewing.example(event, target)
    opening.with_schema(bridge)

    def unit(tx: Tx) -> Message:
        about = _of_result(tx, result_id) if request_id is None else _of_request(tx, request_id)
        return previewing.stored(tx, event, target, about, bridge.settings, bridge.timing)

    try:
        return bridge.ledger.read(unit)
    except NothingToTell as gone:
        raise Failure("not_found", str(gone)) from None


def _of_request(tx: Tx, given: str) -> Subjects:
    found = finding.request(tx, given)
    job = None if found.source is None else found.job_id
    return Subjects(request=found.id, interview=found.interview_id, source=found.source, job=job)


def _of_result(tx: Tx, given: str | None) -> Subjects:
    assert given is not None, "asked for where there is no request"
    found = finding.result(tx, given)
    stored = None if found.interview_id is None else interviews.get(tx, found.interview_id)
    request_id = None if stored is None else stored.request_id
    return Subjects(result=found.id, interview=found.interview_id, request=request_id)


def _readable(body: str) -> str:
    """JSON with line breaks; it goes out without."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.rstrip()


def _write(name: str, html: str | None) -> None:
    if html is None:
        raise click.UsageError("Only mail has HTML: leave out --html.")
    try:
        Path(name).write_text(html, encoding="utf-8")
    except OSError as error:
        raise Failure("file", f"{name} can't be written ({error.strerror}).") from None
    printing.note(f"The mail's HTML is in {name}.")
