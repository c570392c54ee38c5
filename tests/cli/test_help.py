"""Help: at once, complete, and with an example first."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from worker.cli.entry import TABLE
from worker.cli.front import NARROWEST, WIDEST, page
from worker.cli.sprout import main
from worker.cli.table import Noun

ROOT = Path(__file__).parents[2]
HEAVY = ("sqlalchemy", "celery", "pydantic", "httpx", "rich", "flask", "config")
CONTRACT = {
    "": "demo up web worker doctor ping sandbox generate create sign",
    "db": "upgrade",
    "batch": "run",
    "requests": "list show retry adopt cancel",
    "events": "list show replay",
    "interviews": "list show",
    "results": "list show",
    "sources": "list test",
    "token": "create list revoke",
}
UNCONFIGURED = {"demo", "sandbox"}
OF_OTHERS = {"demo", "up", "web", "worker"}  # they start processes and answer nothing as JSON


def leaves() -> Iterator[tuple[str, ...]]:
    for name, entry in TABLE.items():
        if isinstance(entry, Noun):
            yield from ((name, word) for word in entry.commands)
        else:
            yield (name,)


def loaded(words: tuple[str, ...]) -> click.Command:
    command: click.Command | None = main
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    assert command is not None
    return command


@pytest.mark.parametrize("words", [(), ("requests",)])
def test_the_list_of_commands_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    code = (
        "import json, sys\n"
        "from worker.cli.sprout import main\n"
        "try:\n"
        "    main([*sys.argv[1:], '--help'])\n"
        "finally:\n"
        f"    print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)\n"
    )
    argv = [sys.executable, "-c", code, *words]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    assert "Commands:" in done.stdout
    assert json.loads(done.stderr) == []


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 110, 200])
def test_the_first_page_is_what_click_would_print(columns: int) -> None:
    ours = page(columns)

    width = max(min(columns, WIDEST) - 2, NARROWEST)
    assert ours == CliRunner().invoke(main, ["--help"], terminal_width=width).output


def test_the_first_page_loads_no_click() -> None:
    code = "import sys; sys.argv = ['sprout', '-h']\nfrom worker.cli import main\nmain()\nassert 'click' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    assert done.stdout.startswith("Usage: sprout")


def test_every_command_of_the_contract_is_there() -> None:
    promised = {tuple(f"{noun} {word}".split()) for noun, words in CONTRACT.items() for word in words.split()}
    assert promised <= set(leaves())


@pytest.mark.parametrize("words", list(leaves()), ids=" ".join)
def test_every_command_loads_and_its_help_starts_with_an_example(words: tuple[str, ...]) -> None:
    command = loaded(words)
    options = {option for parameter in command.params for option in parameter.opts}
    assert ("--config" in options) is (words[0] not in UNCONFIGURED)
    if words[0] not in OF_OTHERS:
        assert (command.help or "").strip("\b\n ").startswith("sprout ")
        assert "--json" in options


def test_a_mistyped_command_is_wrong_usage_and_gets_a_suggestion() -> None:
    done = CliRunner().invoke(main, ["requsts", "list"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert 'Did you mean "requests"?' in done.stderr


def test_a_reader_that_has_gone_is_no_reason_to_complain() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    argv = [sys.executable, "-m", "worker.cli", "--help"]
    with os.fdopen(writing, "wb") as stdout:
        done = subprocess.run(argv, stdout=stdout, stderr=subprocess.PIPE, cwd=ROOT, timeout=60, check=False)
    assert done.stderr == b""
