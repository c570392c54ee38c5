"""The table of faults lists every test of a fault, with the promise that stands in the test."""

from pathlib import Path

from tests.faults import catalogue

JUNIT = """\
<testsuites><testsuite>
<testcase classname="tests.faults.test_x" name="test_f01_a[sqlite]"/>
<testcase classname="tests.faults.test_x" name="test_f01_a[postgres]"><failure/></testcase>
<testcase classname="tests.faults.test_x" name="test_f02_b"/>
<testcase classname="tests.faults.test_x" name="test_f03_c"><skipped type="pytest.xfail"/></testcase>
</testsuite></testsuites>
"""


def test_the_table_of_faults_is_that_of_the_tests() -> None:
    written = catalogue.TABLE.read_text(encoding="utf-8")
    wanted = catalogue.table(catalogue.entries(), catalogue.noted(written))
    assert written == wanted, "docs/faults.md is behind: python -m tests.faults.catalogue"


def test_a_result_counts_the_endings_of_a_tests_parameters(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    file.write_text(JUNIT)
    ended = catalogue.results([file])
    assert ended["tests/faults/test_x.py::test_f01_a"] == "1 failed, 1 passed"
    assert ended["tests/faults/test_x.py::test_f02_b"] == "passed"
    assert ended["tests/faults/test_x.py::test_f03_c"] == "known fault"


def test_results_stay_until_another_run_tells_others() -> None:
    one = catalogue.Entry("F-01", "tests/x.py::test_f01_a", "It | holds.")
    page = catalogue.table([one], {one.test: "passed"})
    assert catalogue.noted(page) == {one.test: "passed"}
    assert "&#124;" in page
