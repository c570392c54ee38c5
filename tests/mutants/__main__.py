"""`make mutants`: break one clause of the protocol at a time, in a copy, and see that the test which guards it notices.

    python -m tests.mutants                   # all of tests/mutants/edits.toml
    python -m tests.mutants fence spool       # those whose name contains one of the words
    python -m tests.mutants --table           # the table of docs/proof.md, to be put there

First the tests run on the copy as it is, and must pass: a test that fails anyway notices nothing.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutants.edits import ROOT, Edit, edits

FOLDERS = ("config", "worker", "web", "tests")
FILES = ("pyproject.toml", "README.md", "CHANGELOG.md", "Makefile", "docker-compose.yml", "Dockerfile")
LONGEST_SECONDS = 120
PYTEST = ("-m", "pytest", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header")
FAILED = 1  # pytest's status where tests ran and one failed; all else is an accident


def main(words: Sequence[str]) -> int:
    """Status 0 only if every edit was noticed."""
    chosen = [edit for edit in edits() if not words or any(word in edit.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="sprout-mutants-") as name:
        copy = Path(name)
        _fill(copy)
        environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        _expect_the_copy_to_run(copy, environment, {edit.file for edit in chosen})
        before = _run(copy, environment, sorted({edit.test for edit in chosen}), LONGEST_SECONDS * 3)
        if before.returncode != 0:
            print(f"The tests fail without any edit, so they prove nothing:\n{before.stdout[-3000:]}")
            return 1
        survived = [edit.name for edit in chosen if not _is_noticed(edit, copy, environment)]
    print(f"{len(chosen) - len(survived)} of {len(chosen)} edits noticed")
    for one in survived:
        print(f"NOT NOTICED: {one}")
    return 1 if survived or not chosen else 0


def _fill(copy: Path) -> None:
    leave = shutil.ignore_patterns("__pycache__")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave)
    for file in FILES:
        shutil.copy2(ROOT / file, copy / file)


def _expect_the_copy_to_run(copy: Path, environment: Mapping[str, str], files: set[str]) -> None:
    """An installed package that stood before the copy would make every edit go unnoticed, or noticed by accident."""
    for file in sorted(files):
        module = file.removesuffix(".py").replace("/", ".")
        say = f"import {module} as it; print(it.__file__)"
        said = subprocess.run(
            [sys.executable, "-c", say], cwd=copy, env=environment, capture_output=True, text=True, check=True
        )
        if Path(said.stdout.strip()) != copy / file:
            raise SystemExit(f"{module} comes from {said.stdout.strip()}, expected {copy / file}")


def _is_noticed(edit: Edit, copy: Path, environment: Mapping[str, str]) -> bool:
    path = copy / edit.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(edit.applied_to(whole), encoding="utf-8")
    began = time.monotonic()
    try:
        done = _run(copy, environment, [edit.test], LONGEST_SECONDS)
    finally:
        path.write_text(whole, encoding="utf-8")
    noticed = done.returncode == FAILED and re.search(r"\d+ failed", done.stdout) is not None
    verdict = "noticed" if noticed else f"NOT NOTICED (pytest ended with {done.returncode})"
    print(f"{edit.name:40} {time.monotonic() - began:5.1f} s  {verdict:12} {edit.test}", flush=True)
    return noticed


def _run(
    copy: Path, environment: Mapping[str, str], tests: Sequence[str], seconds: float
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *PYTEST, f"--timeout={LONGEST_SECONDS // 2}", *tests],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("word", nargs="*", help="a part of an edit's name")
    parser.add_argument("--table", action="store_true", help="print the rows of docs/proof.md and run nothing")
    given = parser.parse_args()
    if given.table:
        print(*(edit.row() for edit in edits()), sep="\n")
        sys.exit(0)
    sys.exit(main(given.word))
