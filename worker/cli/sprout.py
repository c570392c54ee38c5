"""`sprout` by way of click: every command, and how each ends."""

import functools
import sys
from typing import Any

import click

from worker.cli import endings
from worker.cli.entry import TABLE, TEXT
from worker.cli.lazy import LazyGroup, config_option


class Sprout(LazyGroup):
    """The command itself. However it ends, it ends with a sentence and a status, never with a stack trace."""

    def __init__(self) -> None:
        super().__init__("sprout", TABLE, TEXT)
        self.params.append(config_option())

    def main(self, *given: Any, **more: Any) -> Any:
        """Run, and leave the process with the status of the contract: 0, 1 for an error, 2 for wrong usage, 130 interrupted."""
        args = given[0] if given else more.get("args")
        words = list(sys.argv[1:] if args is None else args)
        endings.tame_streams()
        more |= {"args": words, "prog_name": "sprout", "standalone_mode": False}
        run = functools.partial(super().main, **more)
        sys.exit(endings.status_of(run, as_json="--json" in words))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a fault from a deeper room becomes a sentence here."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as fault:
            raise endings.said(fault, ctx) from fault


main = Sprout()
