"""`batch run`: every good row is filed, none twice, and every bad one is told with its number."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.desk import TEXT, Desk
from worker.batches import running
from worker.batches.judging import Judge
from worker.batches.reading import open_sheet
from worker.domain.interview import Interview
from worker.domain.outcome import Created
from worker.ledger import batches, listing, requests
from worker.ledger.listing import Filters
from worker.operators import Person
from worker.policy import priority

HEADER = "id,title,job_description,voice"


def table(desk: Desk, *rows: str, header: str = HEADER) -> str:
    return desk.write("jobs.csv", "\n".join([header, *rows]) + "\n")


def good(number: int) -> str:
    return f'{number},Nurse {number},"{TEXT} Ward {number}.",sage'


def stored(desk: Desk) -> list[Any]:
    return list(desk.bridge.ledger.read(lambda tx: listing.requests_page(tx, Filters(), 200, None)).items)


def test_every_row_is_filed_in_its_order_behind_live_jobs(desk: Desk) -> None:
    told = desk.told("batch", "run", table(desk, *map(good, range(1, 4))))
    found = stored(desk)[::-1]
    assert (told["rows"], told["filed"], told["already_filed"], told["bad_rows"]) == (3, 3, 0, [])
    assert told["counts"]["waiting"] == 3
    assert [one.dedup_id for one in found] == ["1", "2", "3"]
    assert {(one.batch, one.priority, one.title[:5]) for one in found} == {(told["id"], priority.BATCH, "Nurse")}
    content = desk.bridge.ledger.read(lambda tx: requests.content(tx, found[0].id))
    assert content.options == {"title": "Nurse 1", "voice": "sage"}


def test_run_again_it_goes_on_with_its_batch_and_files_nothing_twice(desk: Desk) -> None:
    file = table(desk, *map(good, range(1, 151)))
    first, again = desk.told("batch", "run", file), desk.told("batch", "run", file)
    assert (first["filed"], again["filed"], again["already_filed"], again["id"]) == (150, 0, 150, first["id"])
    *_, follow, export = desk.run("batch", "run", file).stderr.splitlines()
    assert follow.endswith(f"sprout batch watch {first['id']}")
    assert export.strip() == f"sprout batch export {first['id']} results.csv"
    assert len(export) < 80
    assert len(stored(desk)) == 150
    assert desk.bridge.ledger.read(lambda tx: batches.exists(tx, first["id"]))
    listed = desk.told("requests", "list", "--batch", first["id"], "--limit", "200")
    assert len(listed["items"]) == 150


def test_a_run_beside_another_one_of_the_same_file_joins_it_and_says_so(desk: Desk) -> None:
    place = table(desk, *map(good, range(1, 4)))
    of, judge = open_sheet(Path(place)), Judge(frozenset(desk.bridge.settings.organizations), "acme")
    other = running.begin(desk.bridge, of, judge, Person("ada"), None)
    done = desk.run("batch", "run", place)
    assert f"Joins batch {other.batch}, begun by ada: the same file is being read there" in done.stderr
    assert sum(len(chunk) for chunk in running.run(desk.bridge, of, judge, other)) == 3
    assert len(stored(desk)) == 3


def test_a_row_without_an_id_is_known_by_its_text_and_options(desk: Desk) -> None:
    file = table(desk, f',,"{TEXT}",sage', f',,"{TEXT}",sage', f',,"{TEXT}",ash')
    told = desk.told("batch", "run", file)
    assert (told["filed"], told["already_filed"]) == (2, 1)


def test_bad_rows_are_told_with_their_numbers_and_the_others_filed(desk: Desk) -> None:
    file = table(desk, good(1), "2,Nurse,Too short,sage", f'3,Nurse,"{TEXT}",aloy', f'1,Nurse,"{TEXT}",', good(4))
    done = desk.run("batch", "run", file)
    assert done.exit_code == 1
    told = [line for line in done.stderr.splitlines() if line.startswith("row ")]
    assert [line.partition(":")[0] for line in told] == ["row 3", "row 4", "row 5"]
    assert "TalentSprout needs 50" in told[0]
    assert 'Did you mean "alloy"?' in told[1]
    assert 'The id "1" stands in row 2' in told[2]
    assert [one.dedup_id for one in stored(desk)] == ["4", "1"]


def test_ids_that_would_be_stored_as_one_are_bad_rows(desk: Desk) -> None:
    rows = [f'"a{odd}b","Nurse {number}","{TEXT} {number}"' for number, odd in enumerate(("\0", "\ufffd", "é"))]
    done = desk.run("batch", "run", table(desk, *rows, header="id,title,job_description"))
    assert done.exit_code == 1
    assert [one.dedup_id for one in stored(desk)] == ["aéb", "ab"], "NUL characters are left out, which is said"
    assert "NUL characters in it are left out." in done.stderr
    assert "can't be stored, or stands for one (U+FFFD at character 2)" in done.stdout + done.stderr


def test_a_report_with_bad_rows_is_still_one_document(desk: Desk) -> None:
    done = desk.run("batch", "run", table(desk, good(1), "2,Nurse,Too short,"), "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [one["row"] for one in told["bad_rows"]] == [3]


def test_a_file_that_is_no_batch_files_nothing(desk: Desk) -> None:
    error = desk.error("batch", "run", table(desk, good(1), '2,Nurse,"never closed,'))
    assert error["code"] == "not_a_batch"
    assert desk.error("batch", "run", "missing.csv")["code"] == "not_a_batch"
    assert stored(desk) == []


def test_rows_name_their_organization_or_the_command_does(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk("north", "south")
    header = f"{HEADER},organization"
    file = table(desk, f"{good(1)},north", f"{good(2)},", f"{good(3)},soth", header=header)
    assert desk.run("batch", "run", table(desk, good(1))).exit_code == 2
    table(desk, f"{good(1)},north", f"{good(2)},", f"{good(3)},soth", header=header)
    done = desk.run("batch", "run", file)
    assert done.exit_code == 1
    assert 'row 3: it names no organization; expected "north" or "south".' in done.stderr
    asked = 'row 4: the organization "soth" is not configured; expected "north" or "south". Did you mean "south"?'
    assert asked in done.stderr.splitlines()
    assert desk.run("batch", "run", file, "--organization", "south").exit_code == 1
    assert [(one.dedup_id, one.organization) for one in stored(desk)] == [("2", "south"), ("1", "north")]


def test_a_column_that_is_nearly_an_option_is_pointed_out(desk: Desk) -> None:
    done = desk.run("batch", "run", table(desk, f'1,Nurse,"{TEXT}",sage', header="id,title,description,voise"))
    assert done.exit_code == 0
    assert '"voise" (did you mean voice?)' in done.stderr


def test_waiting_ends_with_1_unless_every_row_has_its_interview(desk: Desk) -> None:
    file = table(desk, good(1), good(2))
    desk.told("batch", "run", file)
    links = [f"https://www.talentsprout.ai/interview/interview-{number}" for number in (1, 2)]
    desk.settle(desk.attempt(), Created(Interview("interview-1", links[0], {})))
    cancelled = stored(desk)[0]
    desk.told("requests", "cancel", cancelled.id)
    assert desk.run("batch", "run", file, "--wait").exit_code == 1

    desk.told("requests", "retry", cancelled.id)
    desk.settle(desk.attempt(), Created(Interview("interview-2", links[1], {})))
    told = desk.told("batch", "run", file, "--wait")
    assert told["counts"]["created"] == 2
