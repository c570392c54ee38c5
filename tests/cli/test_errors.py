"""Errors: a sentence on stderr, an object with --json, 1 for an error and 2 for wrong usage, never a stack trace or a secret."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.desk import FAKE_KEY, Desk

ROOT = Path(__file__).parents[2]


def test_a_configuration_that_cannot_be_used_is_told_fault_by_fault(desk: Desk) -> None:
    path = desk.folder / "bridge.toml"
    path.write_text(path.read_text().replace("quarantine", "quarantaine").replace("greenhouse", "greenhose"))
    done = desk.run("requests", "list")
    assert (done.exit_code, done.stdout) == (1, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("bridge.toml, [bridge] quarantaine: ")
    assert second.startswith("bridge.toml, [sources.careers] kind: ")
    error = desk.error("requests", "list")
    assert [one["key"] for one in error["faults"]] == ["quarantaine", "kind"]
    assert FAKE_KEY not in done.stderr


@pytest.mark.parametrize("place", ["before", "behind"])
def test_the_configuration_is_named_before_the_command_or_behind_it(desk: Desk, place: str) -> None:
    (desk.folder / "bridge.toml").rename(desk.folder / "other.toml")
    named, command = ["--config", "other.toml"], ["token", "create", "--name", "x"]
    told = desk.told(*named, *command) if place == "before" else desk.told(*command, *named)
    assert told["name"] == "x"
    assert desk.error("--config", "missing.toml", "token", "list")["code"] == "configuration"


def test_commands_do_not_migrate_what_is_there(desk: Desk) -> None:
    with sqlite3.connect(desk.folder / "bridge.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
    error = desk.error("requests", "list")
    assert error["code"] == "schema"
    assert "sprout db upgrade" in error["error"]


def test_a_database_that_is_none_is_named(desk: Desk) -> None:
    (desk.folder / "bridge.db").write_bytes(b"this is no database" * 100)
    error = desk.error("requests", "list")
    assert error["code"] == "database"
    assert error["error"] == f"The database {desk.folder / 'bridge.db'} can't be used: file is not a database."


def test_a_database_that_is_away_is_named_without_its_password(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk("acme", database=False)
    path = desk.folder / "bridge.toml"
    url = "postgresql+psycopg://sprout:pass-of-nobody@127.0.0.1:9/bridge"
    path.write_text(path.read_text().replace("sqlite:///bridge.db", url))
    error = desk.error("requests", "list")
    assert error["code"] == "database"
    assert "bridge at 127.0.0.1" in error["error"]
    assert "pass-of-nobody" not in error["error"]


def test_a_bug_is_a_sentence_with_its_place_and_without_its_words(desk: Desk) -> None:
    """A row that no code of ours writes: whoever reads it fails."""
    one = desk.file()
    with sqlite3.connect(desk.folder / "bridge.db") as database:
        database.execute("UPDATE request SET state = 'confidential'")
    done = desk.run("requests", "show", one.id)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "This is a fault of the bridge: ValueError in " in done.stderr
    assert "confidential" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [["requests", "show"], ["requests", "list", "--limit", "0"], ["sign", "careers"], ["batch", "run"], ["nope"]],
)
def test_wrong_usage_ends_with_2_and_says_where_to_look(desk: Desk, words: list[str]) -> None:
    done = desk.run(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("sprout: ")
    assert "--help" in done.stderr
    assert desk.error(*words, status=2)["code"] == "usage"


@pytest.mark.parametrize("words", [["requests", "--help"], ["token", "list", "--json"]])
def test_a_standard_output_that_takes_no_more_is_no_fault_of_the_bridge(desk: Desk, words: list[str]) -> None:
    argv = [sys.executable, "-m", "worker.cli", "--config", str(desk.folder / "bridge.toml"), *words]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, cwd=ROOT, timeout=60, check=False, text=True)
    assert done.returncode == 1
    assert "Standard output takes no more: No space left on device." in done.stderr
    assert ("Traceback" in done.stderr, "fault of the bridge" in done.stderr) == (False, False)
