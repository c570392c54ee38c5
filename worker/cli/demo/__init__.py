"""`sprout demo`: the whole job on this machine, from a signed webhook in to a candidate's score out, against the sandbox.

It reads no configuration, works in a folder of its own on free ports, and leaves nothing behind. What it tells it has seen: in
the ledger, and in the sandbox's own record.
"""

import shutil
import signal
import tempfile
import time
from pathlib import Path

import click

from worker.cli.demo import house, story

LONGEST_ONCE_SECONDS = 38.0


@click.command()
@click.option("--speed", type=click.FloatRange(1, 100), default=10.0, show_default=True, help="Divides every time.")
@click.option("--once", is_flag=True, help="End by itself, with status 0 only if every step was seen.")
def demo(*, speed: float, once: bool) -> None:
    """\b
    sprout demo
    sprout demo --once

    See the bridge do its job, with nothing to configure.
    """
    began = time.monotonic()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    folder = Path(tempfile.mkdtemp(prefix="sprout-demo-"))
    try:
        with house.running(folder, speed) as running:
            ends = began + LONGEST_ONCE_SECONDS if once else None
            missing = story.tell(running, speed, ends)
            if missing:
                raise click.ClickException(f"not seen: {'; '.join(missing)}.")
            click.echo(f"\nEvery step was seen, in {time.monotonic() - began:.0f} s.")
            if not once:
                click.echo(f"Look around: {running.url}   (Ctrl-C ends the demo and removes it)")
                while running.alive():
                    time.sleep(0.3)
    except KeyboardInterrupt:
        click.echo("\nThe demo ends; nothing of it stays.", err=True)
        raise SystemExit(130 if once else 0) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
