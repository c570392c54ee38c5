"""`python -m web`: receiver, API and pages alone, without the command line around them."""

import sys

import click

from config import ConfigError, find, load
from web import serving
from web.readiness import LEDGER_PATIENCE
from worker import assembly, log


@click.command()
@click.option("--config", "named", metavar="FILE", help="The configuration; else SPROUT_CONFIG, else bridge.toml.")
def main(named: str | None) -> None:
    """Receive webhooks, serve the API and the pages."""
    log.to_stderr()
    try:
        bridge = assembly.assemble(load(find(named), assembly.kinds()), LEDGER_PATIENCE)
        serving.serve(bridge)
    except ConfigError as fault:
        click.echo(fault, err=True)
        sys.exit(1)
    except OSError as fault:
        click.echo(f"Can't serve: {fault.strerror or fault}. Is another process on that address?", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
