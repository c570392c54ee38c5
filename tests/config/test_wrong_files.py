"""The table of faults: a wrong file, and the exact lines that say so."""

import tomllib
import traceback
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from config import ConfigError, Fault, Kinds, load
from tests.config.conftest import KEY, LOCAL, Lines, Load

SECRET = "a-secret-that-is-long-enough"
SOURCE = f'[sources.careers]\nkind = "greenhouse"\norganization = "acme"\nsecret = "{SECRET}"\n'


def table() -> list[ParameterSet]:
    """The cases of wrong_files.toml: a whole file, and the lines that are said about it."""
    written = tomllib.loads(Path(__file__).with_name("wrong_files.toml").read_text())
    return [in_full(case, written["beginnings"].get(case.get("after"), "")) for case in written["case"]]


def in_full(case: dict[str, Any], beginning: str) -> ParameterSet:
    lines = [f"bridge.toml, {line}" for line in case["says"]]
    return pytest.param(f"{beginning}{case['file']}\n", lines, id=f"{case.get('after', 'whole')}: {case['name']}")


@pytest.mark.parametrize(("text", "lines"), table())
def test_a_wrong_file_is_told_in_these_words(faults_of: Lines, text: str, lines: list[str]) -> None:
    assert faults_of(text) == lines


def test_all_faults_of_a_file_are_told_at_once_in_its_order(faults_of: Lines) -> None:
    lines = faults_of(
        """
        [bridge]
        sweep = 15
        bind = "localhost"
        [targets.chat]
        kind = "slak"
        organization = "acmee"
        events = []
        [organizations.acme]
        base_url = "http://localhost:9000"
        api_key = "env:SURELY_NOT_SET"
        on_unknown = "guess"
        [sources.careers]
        kind = "greenhouse"
        organization = "acme"
        secrt = "x"
        [sources.careers.interview]
        voice = "aloy"
        """
    )

    assert [line.split(":")[0].removeprefix("bridge.toml, ") for line in lines] == [
        "[bridge] bind",
        "[bridge] sweep",
        "[targets.chat] kind",
        "[targets.chat] organization",
        "[targets.chat] events",
        "[organizations.acme] api_key",
        "[organizations.acme] on_unknown",
        "[sources.careers] secrt",
        "[sources.careers] secret",
        "[sources.careers.interview] voice",
    ]


def test_a_fault_carries_its_place_beside_its_words(load_text: Load) -> None:
    with pytest.raises(ConfigError) as refused:
        load_text(LOCAL + SOURCE + "[sources.careers.interview]\npassing_score = 101\n")

    assert refused.value.faults == (
        Fault(
            file="bridge.toml",
            section="sources.careers.interview",
            key="passing_score",
            problem="101 is out of range; expected a number from 0 to 100.",
        ),
    )


def test_a_file_that_cannot_be_read_is_one_fault(folder: Path, kinds: Kinds) -> None:
    (folder / "latin.toml").write_bytes("# gr\xfcn".encode("latin-1"))
    (folder / "deep.toml").write_text(f"a = {'[' * 5000}{']' * 5000}")

    assert said(folder, kinds) == f"{folder}: is a folder; name the file in it."
    assert (
        said(Path("none.toml"), kinds)
        == "none.toml: can't be read (No such file or directory); let the user of this process read it."
    )
    assert said(Path("latin.toml"), kinds) == "latin.toml: is not UTF-8 text (byte 5); save it as UTF-8."
    assert said(Path("deep.toml"), kinds).startswith("deep.toml: is not TOML (")


def said(path: Path, kinds: Kinds) -> str:
    with pytest.raises(ConfigError) as refused:
        load(path, kinds)
    return str(refused.value)


def test_no_message_shows_a_secret_or_what_may_be_one(faults_of: Lines) -> None:
    canary = "canary-5e1f"
    text = f"""
        [bridge]
        database_url = "postgresql+psycopg://bridge:{canary}#@db/bridge"
        broker_url = "redsi://:{canary}@broker"
        public_url = "https://{canary}@bridge.example.com"
        [organizations.acme]
        api_key = ["{canary}"]
        base_url = "https://api.example.com/?key={canary}"
        webhook_token = "{canary}"
        [sources.careers]
        kind = "standard"
        organization = "tsk_{canary}"
        secret = ["{canary}", "{canary} {canary}", ""]
        api_key = "{canary} "
        on_change = "whsec_{canary}"
        [targets.chat]
        kind = "slack"
        organization = "acme"
        url = "http://chat.example.com/{canary}"
        secret = "{canary}\\n"
        events = []
        """

    lines = faults_of(text)

    assert len(lines) > 12
    assert canary not in "\n".join(lines)


def test_a_wrong_file_leaves_no_secret_in_a_traceback(load_text: Load) -> None:
    two_words = LOCAL.replace(KEY, f"{KEY} {KEY}")

    with pytest.raises(ConfigError) as refused:
        load_text(two_words)

    assert KEY not in "".join(traceback.format_exception(refused.value))
