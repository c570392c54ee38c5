"""`sprout sign`: the headers of a source's own signature, for trying its webhook with curl."""

import click

from config.wording import one_of
from worker import assembly, clock, ids, sources
from worker.cli import files, options, printing, settings


@click.command()
@click.argument("source", metavar="SOURCE")
@click.argument("file", metavar="FILE|-")
@options.as_json
@click.pass_context
def sign(context: click.Context, source: str, file: str, as_json: bool) -> None:
    """\b
    sprout sign greenhouse job.json | curl -H @- --data-binary @job.json http://127.0.0.1:8080/webhooks/greenhouse

    Print the headers that SOURCE, a section of the configuration, would send with FILE as its body: content type, signature and
    a fresh delivery id. They vouch for these bytes; send exactly them (--data-binary).
    """
    configured = assembly.settings_in_force(settings.of(context)).sources
    if source not in configured:
        known = one_of(source, sorted(configured)) if configured else "the configuration has none"
        raise click.UsageError(f'There is no source "{source}"; {known}.')
    body = files.contents(file)
    found = configured[source]
    headers = sources.named(found.kind).sign(body, found, delivery_id=ids.new_id(), now=clock.wall())
    if as_json:
        printing.as_document({"headers": headers})
    else:
        printing.lines(f"{name}: {value}" for name, value in headers.items())
