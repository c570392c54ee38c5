"""`sprout sign`: the headers of a source's own signature, for trying its webhook with curl."""

import sys

import click

from worker import assembly, clock, ids, sources
from worker.cli import files, options, printing, settings
from worker.domain.fields import Unreadable
from worker.sources import SignsInside


@click.command()
@click.argument("source", metavar="SOURCE")
@click.argument("file", metavar="FILE|-")
@click.option("--body", "with_body", is_flag=True, help="The body with its signature, where that stands in the body.")
@options.as_json
@click.pass_context
def sign(context: click.Context, source: str, file: str, with_body: bool, as_json: bool) -> None:
    """\b
    sprout sign greenhouse job.json | curl -H @- --data-binary @job.json http://127.0.0.1:8080/webhooks/greenhouse

    Print the headers that SOURCE, a section of the configuration, would send with FILE as its body: content type, signature and
    a fresh delivery id. They vouch for these bytes; send exactly them (--data-binary).
    """
    found = settings.named("source", source, assembly.settings_in_force(settings.of(context)).sources)
    if with_body and as_json:
        raise click.UsageError("--body and --json answer in different ways: give one of them.")
    body = files.contents(file)
    kind = sources.named(found.kind)
    if with_body:
        if not isinstance(kind, SignsInside):
            raise click.UsageError(f'Kind "{found.kind}" signs with a header, not in the body: leave out --body.')
        try:
            sys.stdout.buffer.write(kind.signed_body(body, found, delivery_id=ids.new_id(), now=clock.wall()))
        except Unreadable as fault:
            raise click.ClickException(f"{file} can't be signed: {fault}.") from fault
        return
    headers = kind.sign(body, found, delivery_id=ids.new_id(), now=clock.wall())
    if isinstance(kind, SignsInside):
        printing.note(
            f"The signature of kind {found.kind} stands in the body, so these headers prove nothing. Make a body that does, "
            f"and send that one: sprout sign {source} {file} --body > signed.json"
        )
    if as_json:
        printing.as_document({"headers": headers})
    else:
        printing.lines(f"{name}: {value}" for name, value in headers.items())
