"""Which file is read."""

from pathlib import Path

import pytest

from config import ConfigError, find


def test_the_argument_goes_before_the_variable_and_that_before_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one.toml", "two.toml", "bridge.toml"):
        (folder / name).touch()
    monkeypatch.setenv("SPROUT_CONFIG", "two.toml")

    assert find("one.toml") == Path("one.toml")
    assert find(None) == Path("two.toml")
    monkeypatch.delenv("SPROUT_CONFIG")
    assert find(None) == Path("bridge.toml")


def test_without_any_file_there_is_none_to_load(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(None) is None
    monkeypatch.setenv("SPROUT_CONFIG", "")
    assert find(None) is None


def test_a_file_that_is_named_and_does_not_exist_is_never_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bridge.toml").touch()
    with pytest.raises(ConfigError) as by_argument:
        find("bridge.tmol")
    monkeypatch.setenv("SPROUT_CONFIG", "/etc/none.toml")
    with pytest.raises(ConfigError) as by_variable:
        find(None)

    remedy = "correct the name, or leave it out to run the sandbox."
    assert str(by_argument.value) == f"bridge.tmol: does not exist, and --config names it; {remedy}"
    assert str(by_variable.value) == f"/etc/none.toml: does not exist, and SPROUT_CONFIG names it; {remedy}"
