"""`python -m worker.sandbox`: a TalentSprout for this machine, until SIGTERM or Ctrl-C.

Prints one line on stdout once it listens: `sandbox listening on http://127.0.0.1:PORT`.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from worker.sandbox.running import run
from worker.sandbox.server import Sandbox
from worker.sandbox.settings import Key, Limiter, Organization, Seconds, Settings


def seconds(text: str) -> Seconds:
    """`2-8`, or one number for both ends. Raises ValueError for anything else."""
    low, _, high = text.partition("-")
    return Seconds(float(low), float(high or low))


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m worker.sandbox", description="A TalentSprout for this machine.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes any free one")
    parser.add_argument("--speed", type=float, default=1.0, help="divides every time, the limits' window included")
    parser.add_argument("--limiter", type=Limiter, choices=list(Limiter), default=Limiter.LOG)
    parser.add_argument("--latency", type=seconds, default=Settings().generating, help="of a generation, such as 2-8")
    parser.add_argument("--candidates", type=int, default=1, help="how many finish each interview by themselves")
    parser.add_argument(
        "--finishing", type=seconds, default=Settings().finishing, help="how long they take, such as 30-90"
    )
    parser.add_argument(
        "--organization",
        action="append",
        default=[],
        metavar="NAME=KEY",
        help="instead of one with the fake key; repeat for more",
    )
    parser.add_argument(
        "--webhook-url",
        action="append",
        default=[],
        metavar="[NAME=]URL",
        help="where completions go, of one organization or of all",
    )
    parser.add_argument(
        "--secrets",
        choices=["-"],
        help='read more of --organization and --webhook-url from standard input, as {"organization": […], "webhook_url": […]}: '
        "everybody may read a command line",
    )
    parser.add_argument("--seed", type=int, help="the same ids and latencies again")
    parser.add_argument("--ready-fd", type=int, help="a descriptor that gets the line, too, and is closed")
    return parser


def organizations(names: Sequence[str], webhook_urls: Sequence[str]) -> tuple[Organization, ...]:
    """Raises ValueError for an organization without a key and for a webhook of nobody."""
    chosen = tuple(_organization(text) for text in names) or (Organization(),)
    for text in webhook_urls:
        name, _, url = text.partition("=") if "=" in text.partition("://")[0] else ("", "", text)
        if name and name not in {one.name for one in chosen}:
            raise ValueError(f'--webhook-url: there is no organization "{name}"')
        chosen = tuple(replace(one, webhook_url=url) if name in ("", one.name) else one for one in chosen)
    return chosen


def _organization(text: str) -> Organization:
    name, _, secret = text.partition("=")
    if not name or not secret:
        raise ValueError("--organization: expected NAME=KEY")
    return Organization(name=name, keys=(Key(secret),))


def main(argv: Sequence[str] | None = None) -> int:
    parser = arguments()
    given = parser.parse_args(argv)

    def ready(sandbox: Sandbox) -> None:
        line = f"sandbox listening on {sandbox.public_url}\n"
        sys.stdout.write(line)
        sys.stdout.flush()
        if given.ready_fd is not None:
            with os.fdopen(given.ready_fd, "w") as listener:
                listener.write(line)

    told = json.load(sys.stdin) if given.secrets else {}
    try:
        settings = Settings(
            port=given.port,
            speed=given.speed,
            limiter=given.limiter,
            organizations=organizations(
                [*given.organization, *told.get("organization", [])], [*given.webhook_url, *told.get("webhook_url", [])]
            ),
            generating=given.latency,
            candidates=given.candidates,
            finishing=given.finishing,
            seed=given.seed,
        )
    except ValueError as error:
        parser.error(str(error))
    try:
        run(settings, ready)
    except OSError as error:
        sys.stderr.write(
            f"The sandbox cannot listen on port {given.port}: {error.strerror}. Choose another with --port.\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
