"""A file that is begun twice at the same moment, from wherever, is one batch, and each of its rows one request."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tests.batches.desk import WARD, Office, job, sheet
from tests.keys import KEYS
from tests.ledger.stage import ACME, ADA, BEN, BOLT, ONE_SECOND, bridge_on
from worker.batches import running, showing
from worker.batches.judging import Judge
from worker.batches.reading import open_sheet
from worker.batches.rows import Sheet
from worker.batches.running import Run
from worker.domain.request import State
from worker.ledger import batch_rows, batches
from worker.ledger.connection import Ledger

AT_ONCE = 6


def begin(office: Office, of: Sheet, origin: str | None = "/srv/jobs.csv", owner: str = ACME, who: object = ADA) -> Run:
    judge = Judge(office.judge.organizations, owner)
    return running.begin(office.stage.bridge, of, judge, who, origin)


def written(folder: Path, *numbers: int, name: str = "jobs.csv") -> Sheet:
    rows = "".join(f'{number},"{WARD.format(number)}"\n' for number in numbers)
    (folder / name).write_text(f"id,description\n{rows}")
    return open_sheet(folder / name)


def all_batches(office: Office) -> list[str]:
    return [one.id for one in office.stage.ask(batches.page, 50, None).items]


def test_of_two_first_runs_of_a_file_the_second_joins_the_first_before_it_has_filed_a_row(office: Office) -> None:
    of = sheet(*map(job, range(1, 131)))
    first, second = begin(office, of), begin(office, of, who=BEN)
    assert first.goes_on is None
    assert second.goes_on is not None
    assert second.goes_on.id == first.batch == second.batch
    assert second.goes_on.actor == "ada"

    both = [running.run(office.stage.bridge, of, office.judge, now) for now in (first, second)]
    for each in (*both, *both):
        next(each)
    for one in both:
        list(one)

    assert all_batches(office) == [first.batch]
    assert office.stage.ask(batches.counts, first.batch) == {State.WAITING: 130}
    assert len(office.requests()) == 130
    assert office.batch(first.batch).read_at is not None


def test_many_first_runs_at_the_same_moment_are_one_batch_and_file_each_row_once(
    office: Office, tmp_path: Path
) -> None:
    ledgers = [Ledger(office.stage.ledger.url, office.stage.clock, keys=KEYS) for _ in range(AT_ONCE)]
    barrier = threading.Barrier(AT_ONCE, timeout=30)
    of = written(tmp_path, *range(1, 121))

    def run(place: int, ledger: Ledger) -> str:
        bridge = bridge_on(ledger, tmp_path)
        barrier.wait()
        now = running.begin(bridge, of, office.judge, ADA, [None, f"/srv/{place % 2}", f"inbox:/in:{place}"][place % 3])
        list(running.run(bridge, of, office.judge, now))
        return now.batch

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = set(pool.map(run, range(AT_ONCE), ledgers))
    for ledger in ledgers:
        ledger.close()

    assert all_batches(office) == list(found), "one batch, whoever began it"
    assert office.stage.ask(batches.counts, *found) == {State.WAITING: 120}
    assert len(office.requests()) == 120
    assert len(office.verdicts(*found)) == 120


def test_the_same_file_from_another_place_joins_its_batch(office: Office, tmp_path: Path) -> None:
    first = begin(office, written(tmp_path, 1, 2), "/srv/jobs.csv")
    uploaded = begin(office, written(tmp_path, 1, 2, name="upload.csv"), None)
    put = begin(office, written(tmp_path, 1, 2, name="in.csv"), "inbox:/in/jobs.csv:1:2")
    assert {first.batch, uploaded.batch, put.batch} == set(all_batches(office))
    assert len(all_batches(office)) == 1


@pytest.mark.parametrize("numbers", [(2, 1), (1, 2, 3), (1,)])
def test_other_content_under_another_name_is_another_batch_and_its_rows_are_known(
    office: Office, tmp_path: Path, numbers: tuple[int, ...]
) -> None:
    office.run(written(tmp_path, 1, 2), origin=None)
    office.run(written(tmp_path, *numbers), origin=None)
    assert len(all_batches(office)) == 2
    assert len(office.requests()) == len({1, 2, *numbers})


def test_the_same_file_for_two_organizations_is_two_batches_that_are_each_found_again(
    office: Office, tmp_path: Path
) -> None:
    of = written(tmp_path, 1, 2)
    for _ in range(2):
        for owner in (ACME, BOLT):
            now = begin(office, of, owner=owner)
            list(running.run(office.stage.bridge, of, Judge(office.judge.organizations, owner), now))
    assert len(all_batches(office)) == 2
    assert sorted(one.organization for one in office.requests()) == [ACME, ACME, BOLT, BOLT]


def test_a_file_that_was_edited_between_two_first_runs_is_one_batch(office: Office, tmp_path: Path) -> None:
    first = begin(office, written(tmp_path, 1, 2))
    second = begin(office, written(tmp_path, 3, 1, 2))
    assert second.batch == first.batch


def test_an_older_state_of_a_file_from_elsewhere_does_not_take_its_batch_back(office: Office, tmp_path: Path) -> None:
    batch = office.run(written(tmp_path, 1, 2))
    office.run(written(tmp_path, 1, 2, 3))
    other = office.run(written(tmp_path, 1, 2), origin=None)
    assert other != batch
    assert len(office.verdicts(batch)) == 3


def test_a_batch_that_is_read_says_so_until_its_reader_is_gone(office: Office) -> None:
    def state(batch: str) -> str:
        bridge = office.stage.bridge
        shown: Callable[..., dict[str, object]] = showing.batch
        return str(office.stage.ask(shown, office.batch(batch), bridge.timing)["state"])

    of, bridge = sheet(*map(job, range(1, 211))), office.stage.bridge
    now = begin(office, of)
    assert state(now.batch) == "filing"
    reading = running.run(bridge, of, office.judge, now)
    next(reading)
    office.stage.pass_time(timedelta(seconds=50))
    next(reading)
    office.stage.pass_time(timedelta(seconds=50))
    assert state(now.batch) == "filing", "each chunk says that somebody reads"
    office.stage.pass_time(timedelta(seconds=10) + ONE_SECOND)
    assert state(now.batch) == "unfinished", "who was killed says nothing any more"
    reading.close()

    again = begin(office, of)
    reading = running.run(bridge, of, office.judge, again)
    next(reading)
    reading.close()
    assert state(now.batch) == "unfinished", "who was interrupted says so at once"
    list(running.run(bridge, of, office.judge, begin(office, of)))
    assert state(now.batch) == "running"


def test_handed_in_twice_at_once_each_row_is_filed_once(office: Office) -> None:
    of, bridge = sheet(*map(job, range(1, 121))), office.stage.bridge
    first, second = begin(office, of), begin(office, of)
    running.keep_unfiled(bridge, of, first)
    filing = running.file_kept(bridge, first.batch)
    next(filing)
    running.keep_unfiled(bridge, of, second)
    list(filing)
    assert office.stage.ask(batch_rows.batches_to_file) == []
    assert office.stage.ask(batches.counts, first.batch) == {State.WAITING: 120}
    assert len(office.requests()) == 120
