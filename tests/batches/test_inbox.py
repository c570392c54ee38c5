"""The inbox: a file is run once it is whole, its results lie beside it, and a restart files nothing twice."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import Batches, Settings
from tests.batches.desk import WARD, Office
from tests.ledger.stage import ACME, ADA, BOLT, created
from worker.batches import running
from worker.batches.clerk import Clerk
from worker.batches.inbox import results_of
from worker.batches.reading import open_sheet
from worker.domain.request import State
from worker.ledger import listing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


def clerk(office: Office, folder: Path, *organizations: str) -> Clerk:
    """Of a process that has just begun."""
    known = office.stage.bridge.settings
    names = organizations or (ACME,)
    settings = Settings(
        bridge=known.bridge,
        batches=Batches(inbox=folder),
        organizations={name: known.organizations[name] for name in names},
    )
    bridge = replace(office.stage.bridge, settings=settings)
    return Clerk(bridge, "boot", lambda organization: None, lambda: False)


def put(folder: Path, *numbers: int, name: str = "jobs.csv", title: str = "id") -> Path:
    rows = "".join(f'{number},"{WARD.format(number)}"\n' for number in numbers)
    (folder / name).write_text(f"{title},description\n{rows}")
    return folder / name


def states(office: Office) -> dict[State, int]:
    found: dict[State, int] = {}
    for (_, state), count in office.stage.ask(listing.counts).items():
        found[state] = found.get(state, 0) + count
    return found


def results(path: Path) -> list[dict[str, str]]:
    with results_of(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_is_taken_once_it_stands_still_and_its_results_lie_beside_it(office: Office, folder: Path) -> None:
    one = clerk(office, folder)
    path = put(folder, 1)
    one.work()
    put(folder, 1, 2)  # it grows: somebody writes it still
    one.work()
    assert states(office) == {}
    one.work()
    assert states(office) == {State.WAITING: 2}
    assert [row["state"] for row in results(path)] == ["waiting", "waiting"]

    office.stage.settle(office.stage.send(), created())
    office.stage.settle(office.stage.send(), created())
    one.work()

    found = results(path)
    assert [row["state"] for row in found] == ["created", "created"]
    assert all(row["share_link"].startswith("https://") for row in found)


def test_a_restart_takes_up_what_was_not_read_to_its_end_and_files_nothing_twice(office: Office, folder: Path) -> None:
    put(folder, *range(1, 251))
    first = clerk(office, folder)
    first.work()
    looks = iter([False, False, True])
    first.stopping = lambda: next(looks, True)
    first.work()
    begun = states(office)[State.WAITING]
    assert 0 < begun < 250

    for _ in range(3):
        second = clerk(office, folder)
        second.work()
        second.work()

    assert states(office) == {State.WAITING: 250}
    assert len(office.stage.ask(listing.requests_page, listing.Filters(), 200, None).items) == 200


def test_a_changed_file_is_run_again_and_only_what_is_new_is_filed(office: Office, folder: Path) -> None:
    one = clerk(office, folder)
    path = put(folder, 1)
    one.work()
    one.work()
    put(folder, 1, 2)
    one.work()
    one.work()
    assert states(office) == {State.WAITING: 2}
    assert len(results(path)) == 2


def test_a_file_that_is_no_batch_has_its_fault_beside_it(office: Office, folder: Path) -> None:
    one = clerk(office, folder, ACME, BOLT)
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 and nothing else")
    put(folder, 1, name="whose.csv")
    put(folder, 2, name="named.csv", title="organization")
    one.work()
    one.work()
    assert "several" in (folder / "whose.csv.fault.txt").read_text()
    assert (folder / "broken.xlsx.fault.txt").exists()
    assert "not configured" in results(folder / "named.csv")[0]["reason"]
    assert states(office) == {}


def test_what_is_not_a_batch_to_be_is_left_alone(office: Office, folder: Path) -> None:
    one = clerk(office, folder)
    for name in (".hidden.csv", "~$open.xlsx", "notes.txt", "jobs.csv.part"):
        put(folder, 1, name=name)
    before = sorted(folder.iterdir())
    one.work()
    one.work()
    assert sorted(folder.iterdir()) == before
    assert states(office) == {}


def test_results_are_not_run_as_a_batch(office: Office, folder: Path) -> None:
    one = clerk(office, folder)
    put(folder, 1)
    for _ in range(4):
        one.work()
    assert sorted(path.name for path in folder.iterdir()) == ["jobs.csv", "jobs.csv.results.csv"]


@pytest.mark.parametrize("name", [b"a" * 246 + b".csv", b"a\xff.csv", b"a.csv"])
def test_a_file_that_has_no_room_for_its_results_keeps_no_other_from_its_turn(
    office: Office, folder: Path, name: bytes
) -> None:
    one = clerk(office, folder)
    put(folder, 1).rename(os.fsdecode(os.fsencode(folder) + b"/" + name))
    (folder / "a.csv.fault.txt").mkdir()
    (folder / "a.csv.results.csv").mkdir()
    other = put(folder, 2, name="b.csv")
    one.work()
    one.work()
    assert states(office) == {State.WAITING: 2}
    assert len(results(other)) == 1


def test_results_that_could_not_be_written_are_written_once_they_can(office: Office, folder: Path) -> None:
    one = clerk(office, folder)
    path = put(folder, 1)
    results_of(path).mkdir()
    for _ in range(4):
        one.work()
    told = (folder / "jobs.csv.fault.txt").read_text()
    assert "jobs.csv.results.csv" in told
    results_of(path).rmdir()
    for _ in range(8):
        one.work()
    assert len(results(path)) == 1
    assert not (folder / "jobs.csv.fault.txt").exists()
    assert states(office) == {State.WAITING: 1}


def test_a_file_that_somebody_else_reads_is_left_to_them(office: Office, folder: Path) -> None:
    one = clerk(office, folder)
    path = put(folder, 1)
    one.work()
    judge = office.judge
    sheet = open_sheet(path)
    bridge = one.bridge
    now = running.begin(bridge, sheet, judge, ADA, f"inbox:{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}")
    one.work()
    assert states(office) == {}
    list(running.run(bridge, sheet, judge, now))
    one.work()
    assert len(results(path)) == 1
    assert office.batch(now.batch).run == 1


def test_no_link_in_the_inbox_leads_what_is_written_elsewhere(office: Office, folder: Path, tmp_path: Path) -> None:
    one = clerk(office, folder)
    others = tmp_path / "others.txt"
    others.write_text("not ours")
    (folder / "broken.csv").write_text("nothing\n")
    (folder / "broken.csv.fault.txt").symlink_to(others)
    path = put(folder, 1)
    results_of(path).symlink_to(others)
    one.work()
    one.work()
    assert others.read_text() == "not ours"
    assert len(results(path)) == 1
    assert "column" in (folder / "broken.csv.fault.txt").read_text()
