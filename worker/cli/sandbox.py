"""`sprout sandbox`: a TalentSprout for this machine, and the lines of configuration that reach it."""

import sys
from typing import Any

import click

from worker import assembly, children
from worker.cli import options, printing
from worker.cli.endings import Failure
from worker.sandbox.__main__ import organizations, seconds
from worker.sandbox.running import run
from worker.sandbox.server import Sandbox
from worker.sandbox.settings import Limiter, Organization, Seconds, Settings

USUAL_PORT = int(assembly.SANDBOX_ELSEWHERE.split(":")[2].partition("/")[0])


def _range(_context: click.Context, _option: click.Parameter, value: str) -> Seconds:
    """`2-8`, or one number for both ends."""
    try:
        return seconds(value)
    except ValueError:
        raise click.BadParameter(f'"{value}" is no range of seconds; expected one such as 2-8.') from None


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help=f"0: any free one; without it {USUAL_PORT}, if it is free.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="Divides every time, the limits' window too.")
@click.option("--limiter", type=click.Choice([str(one) for one in Limiter]), default="log", show_default=True)
@click.option("--latency", callback=_range, default="2-8", metavar="2-8", help="Seconds of a generation.")
@click.option("--candidates", type=int, default=1, show_default=True, help="How many finish each interview.")
@click.option("--finishing", callback=_range, default="30-90", metavar="30-90", help="Seconds they take.")
@click.option("--organization", "names", multiple=True, metavar="NAME=KEY", help="Instead of one with a fake key.")
@click.option("--webhook-url", "urls", multiple=True, metavar="[NAME=]URL", help="Where completions are sent.")
@click.option("--seed", type=int, help="The same ids and latencies again.")
@options.as_json
def sandbox(port: int | None, names: tuple[str, ...], urls: tuple[str, ...], as_json: bool, **chosen: Any) -> None:
    """\b
    sprout sandbox --speed 10
    sprout sandbox --port 8090 --limiter weighted --candidates 0

    Run a TalentSprout for this machine: its limits, headers and errors, and candidates that finish. It prints the lines of
    configuration that reach it, and runs until Ctrl-C. `sprout up` brings one of its own where nothing is configured.
    """
    settings = _settings(children.free_port(USUAL_PORT) if port is None else port, names, urls, chosen)

    def ready(running: Sandbox) -> None:
        if as_json:
            printing.as_document(_document(running, settings))
        else:
            click.echo("\n".join(_configuration(running, settings)))
        sys.stdout.flush()
        printing.note(f"The sandbox listens on {running.public_url}. Ctrl-C ends it.")
        if not urls:
            printing.note("Completions are sent nowhere; --webhook-url says where.")

    try:
        run(settings, ready)
    except OSError as fault:
        raise Failure(
            "port", f"Port {settings.port} can't be had: {fault.strerror}. Choose another with --port."
        ) from None


def _settings(port: int, names: tuple[str, ...], urls: tuple[str, ...], chosen: dict[str, Any]) -> Settings:
    try:
        return Settings(
            port=port,
            organizations=organizations(names, urls),
            speed=chosen["speed"],
            limiter=Limiter(chosen["limiter"]),
            generating=chosen["latency"],
            candidates=chosen["candidates"],
            finishing=chosen["finishing"],
            seed=chosen["seed"],
        )
    except ValueError as fault:
        raise click.UsageError(f"{fault}.", click.get_current_context()) from None


def _configuration(running: Sandbox, settings: Settings) -> list[str]:
    """As it stands in bridge.toml. The keys open nothing but this sandbox."""
    lines = [f"# {running.public_url}: a sandbox, no real interview is made"]
    for one in settings.organizations:
        lines += [
            f"[organizations.{one.name}]",
            f'api_key = "{one.keys[0].secret}"',
            f'base_url = "{running.base_url}"',
            f"limits = {{ {_limits(one, settings)} }}",
        ]
    return lines


def _document(running: Sandbox, settings: Settings) -> dict[str, object]:
    """The same for programs."""
    return {
        "base_url": running.base_url,
        "organizations": {one.name: {"api_key": one.keys[0].secret} for one in settings.organizations},
        "configuration": "\n".join(_configuration(running, settings)) + "\n",
    }


def _limits(one: Organization, settings: Settings) -> str:
    window = f"{settings.window_seconds:.6f}".rstrip("0").rstrip(".")
    return f'ai = "{one.ai_limit}/{window}s", default = "{one.default_limit}/{window}s"'
