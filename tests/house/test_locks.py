"""The lock files: hashed, without addresses, and of one mind with pyproject.toml. `make lock` writes them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")


# No release of it has wheels both for the oldest Python and for the newest.
SPLIT = {"lingua-language-detector"}


def locked(root: Path, name: str) -> dict[str, frozenset[Version]]:
    """Every distribution of a lock file and its versions, which are several only where a marker splits a pin in two."""
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", (root / name).read_text(encoding="utf-8"), re.MULTILINE)
    found: dict[str, frozenset[Version]] = {}
    for pin, version in pins:
        found[canonicalize_name(pin)] = found.get(canonicalize_name(pin), frozenset()) | {Version(version)}
    assert {pin for pin, versions in found.items() if len(versions) > 1} <= SPLIT
    return found


def wanted(pyproject: dict, lock: str) -> Iterator[Requirement]:
    groups = pyproject["dependency-groups"]
    if lock != "requirements-build.lock":
        yield from map(Requirement, pyproject["project"]["dependencies"])
    if lock != "requirements.lock":
        yield from map(Requirement, groups["build"])
    if lock == "requirements-dev.lock":
        yield from (Requirement(item) for item in groups["dev"] if isinstance(item, str))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_direct_dependency_is_locked_at_a_version_it_allows(root: Path, pyproject: dict, lock: str) -> None:
    pins = locked(root, lock)
    wrong = [
        f"{wish}: {pins.get(canonicalize_name(wish.name))}"
        for wish in wanted(pyproject, lock)
        if not (found := pins.get(canonicalize_name(wish.name))) or not all(map(wish.specifier.contains, found))
    ]
    assert wrong == [], f"{lock} doesn't fit pyproject.toml: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_every_pin_has_hashes(root: Path, lock: str) -> None:
    text = (root / lock).read_text(encoding="utf-8")
    pins = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert re.findall(r"\w+://\S*|\bfile:\S*|^-.*", text, re.MULTILINE) == []
    assert [pin.splitlines()[0] for pin in pins if not re.search(r"--hash=sha256:[0-9a-f]{64}", pin)] == []


def test_what_is_tested_is_what_runs(root: Path) -> None:
    """Each pin of the shorter locks is the same in the development lock."""
    everything = locked(root, "requirements-dev.lock")
    for lock in ("requirements.lock", "requirements-build.lock"):
        assert locked(root, lock).items() <= everything.items()


def test_the_build_group_is_what_the_build_asks_for(pyproject: dict) -> None:
    """Then the project installs without a network and without an environment of its own for the build."""
    assert pyproject["dependency-groups"]["build"] == pyproject["build-system"]["requires"]
