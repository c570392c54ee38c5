"""The fault catalogue: which fault is injected by which test, what must hold, and how the last run ended.

    python -m tests.faults.catalogue [JUNIT.xml ...]        # writes docs/faults.md

Every test whose name begins with `test_fNN_` or `test_sNN_` is a row; the first line of its docstring is the promise, or else
its name.
Results come from the files that `pytest --junitxml=FILE` writes; without one they stay as they stand in the table.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs/faults.md"
TESTS = ROOT / "tests"
NAME = re.compile(r"test_(([fs])(\d\d))_(\w+)")
ROW = re.compile(r"^\| (?P<id>[FS]-\d\d) \| .* \| `(?P<test>[^`]+)` \| (?P<result>[^|]*) \|$")
NOT_RUN = "–"
HEAD = """\
# Faults

What can go wrong, what then holds, and the test that makes it happen. F: faults; S: security.
Made by `python -m tests.faults.catalogue`, with the results of the last run that was handed to it: don't edit it by hand.

| fault | promise | test | last result |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True, order=True)
class Entry:
    """One test of one fault: `F-01`, the test as `tests/file.py::name`, and the promise that it checks."""

    fault: str
    test: str
    promise: str


def entries(folder: Path = TESTS) -> list[Entry]:
    """Every fault's tests, found by reading the files, without importing them."""
    return sorted(entry for path in folder.rglob("test_*.py") for entry in _of_file(path))


def _of_file(path: Path) -> Iterator[Entry]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (found := NAME.fullmatch(node.name)):
            first = (ast.get_docstring(node) or "").partition("\n")[0].strip()
            fault = f"{found[2].upper()}-{found[3]}"
            yield Entry(
                fault, f"{path.relative_to(ROOT)}::{node.name}", first or found[4].replace("_", " ").capitalize() + "."
            )


def results(files: Iterable[Path]) -> Mapping[str, str]:
    """How each test ended, over all its parameters. Of several files the last that has a test tells."""
    told: dict[str, str] = {}
    for file in files:
        told |= _of_run(file)
    return told


def _of_run(file: Path) -> dict[str, str]:
    ended: defaultdict[str, list[str]] = defaultdict(list)
    for case in ET.parse(file).iter("testcase"):  # our own pytest wrote it
        path = f"{case.get('classname', '').replace('.', '/')}.py"
        ended[f"{path}::{case.get('name', '').partition('[')[0]}"].append(_ending(case))
    return {test: _told(endings) for test, endings in ended.items()}


def _ending(case: ET.Element) -> str:
    for tag, ending in (("failure", "failed"), ("error", "failed")):
        if case.find(tag) is not None:
            return ending
    skipped = case.find("skipped")
    if skipped is None:
        return "passed"
    return "known fault" if skipped.get("type") == "pytest.xfail" else "skipped"


def _told(endings: list[str]) -> str:
    counts = {one: endings.count(one) for one in ("failed", "known fault", "skipped", "passed") if one in endings}
    return ", ".join(one if count == 1 and len(counts) == 1 else f"{count} {one}" for one, count in counts.items())


def noted(text: str) -> Mapping[str, str]:
    """The results that a table holds."""
    return {found["test"]: found["result"] for line in text.splitlines() if (found := ROW.match(line))}


def table(found: Iterable[Entry], ended: Mapping[str, str]) -> str:
    """The page."""
    rows = (
        f"| {one.fault} | {one.promise.replace('|', '&#124;')} | `{one.test}` | {ended.get(one.test, NOT_RUN)} |"
        for one in found
    )
    return HEAD + "\n".join(rows) + "\n"


def main(files: list[str]) -> None:
    """Write docs/faults.md."""
    before = noted(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}
    TABLE.write_text(table(entries(), {**before, **results(map(Path, files))}), encoding="utf-8")
    sys.stdout.write(f"{TABLE.relative_to(ROOT)}: {len(entries())} tests\n")


if __name__ == "__main__":
    main(sys.argv[1:])
