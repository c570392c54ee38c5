"""`sprout results export`: everything that a list shows, as a file or on standard output, and nothing that opens more."""

import csv
import io
import json
from dataclasses import replace

import pytest

from tests.cli.desk import Desk
from tests.cli.test_reading_commands import stored_result
from worker import shown
from worker.cli.result_export import COLUMNS
from worker.domain.result import Candidate, CandidateResult
from worker.ledger import listing, results
from worker.ledger.connection import Tx

SECRETS = ("recording-nobody-should-see", "Good evening", "Notices changes")


def columns_of(found: shown.Shown) -> set[str]:
    inner = {f"{name}.{key}" for name, value in found.items() if isinstance(value, dict) for key in value}
    return inner | {name for name, value in found.items() if not isinstance(value, dict)}


def test_results_are_exported_as_they_are_listed_the_whole_of_them_newest_first(desk: Desk) -> None:
    desk.created()
    ids = [stored_result(desk, f"s-{number}") for number in range(3)]
    told = desk.told("results", "export")
    assert [one["id"] for one in told["items"]] == ids[::-1]
    assert told == desk.told("results", "list")
    assert columns_of(told["items"][0]) == set(COLUMNS), "a column for whatever a list shows"


def test_an_export_has_no_pages(desk: Desk) -> None:
    many = listing.MOST + 5
    said = CandidateResult("interview.completed", "", ("elsewhere",), Candidate())

    def unit(tx: Tx) -> None:
        for number in range(many):
            results.keep(tx, "acme", "event", replace(said, session_id=f"s-{number}"))

    desk.bridge.ledger.write(unit)
    told = desk.told("results", "export")
    assert (len({one["id"] for one in told["items"]}), told["next"]) == (many, None)


def test_without_a_file_it_is_csv_for_a_pipe_and_holds_nothing_that_opens_without_a_login(desk: Desk) -> None:
    result = stored_result(desk)
    done = desk.run("results", "export")
    (row,) = csv.DictReader(io.StringIO(done.stdout_bytes.decode("utf-8-sig")))
    assert (row["id"], row["candidate_name"], row["score"]) == (result, "Ada Lovelace", "81.5")
    assert (done.exit_code, [one for one in SECRETS if one in done.output]) == (0, [])


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx"])
def test_a_file_is_for_its_owner_alone_and_says_how_many_it_has(desk: Desk, ending: str) -> None:
    stored_result(desk)
    path = desk.folder / f"results.{ending}"
    done = desk.run("results", "export", str(path))
    assert (done.exit_code, done.stdout) == (0, f"1 result is in {path}.\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert desk.told("results", "export", str(path)) == {"file": str(path), "rows": 1}


def test_filters_narrow_an_export_and_what_is_no_format_is_said(desk: Desk) -> None:
    desk.created()
    stored_result(desk, "s-1")
    unmatched = stored_result(desk, "s-2", "no-such-interview")
    told = desk.told("results", "export", "--state", "unmatched", "--organization", "acme")
    assert [one["id"] for one in told["items"]] == [unmatched]
    wrong = desk.run("results", "export", str(desk.folder / "results.pdf"), "--json")
    assert (wrong.exit_code, wrong.stdout, json.loads(wrong.stderr)["code"]) == (1, "", "file")
    assert desk.run("results", "export", "--organization", "nobody").exit_code == 2


def test_nothing_to_export_is_a_file_with_its_columns_alone(desk: Desk) -> None:
    assert desk.told("results", "export") == {"items": [], "next": None}
    assert desk.run("results", "export").stdout_bytes.decode("utf-8-sig").count("\r\n") == 1
