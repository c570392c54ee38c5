"""The table that a run of test_every_source*.py ends with: kinds by promises."""

import re
from collections import defaultdict

import pytest

CASE = re.compile(r"test_every_source\w*\.py::test_(?P<promise>\w+)\[(?P<kind>[a-z]+)")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Only where somebody asked for these tests by name: in a run of all they are a few among thousands."""
    if not any("test_every_source" in argument for argument in config.args):
        return
    counts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            if found := CASE.search(report.nodeid):
                kept = counts[found["kind"]][found["promise"]]
                kept[0] += outcome == "passed"
                kept[1] += 1
    promises = sorted({promise for kept in counts.values() for promise in kept})
    terminalreporter.section("what every source promises: kept of tried")
    for number, promise in enumerate(promises, 1):
        terminalreporter.write_line(f"{number:>3}  {promise.replace('_', ' ')}")
    terminalreporter.write_line(" " * 16 + "".join(f"{number:>6}" for number in range(1, len(promises) + 1)))
    for kind, kept in sorted(counts.items()):
        cells = ("{}/{}".format(*kept[promise]) if promise in kept else "" for promise in promises)
        terminalreporter.write_line(f"{kind:<16}" + "".join(f"{cell:>6}" for cell in cells))
