"""The spool alone: what it took is there, byte for byte, whatever happens to the process or the file."""

import resource
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.events.desks import LONG_AGO, a_receipt
from tests.keys import KEYS
from worker import ids
from worker.domain.received import Received
from worker.events.records import load
from worker.events.spool import CannotSpool, Spool
from worker.ledger.events import Receipt

EVERYTHING = 10_000, 10_000_000


def numbered(number: int, **more: object) -> Receipt:
    return replace(a_receipt(number, **more), event_id=ids.new_id())  # type: ignore[arg-type]  # as a_receipt takes them


def bodies(spool: Spool) -> list[bytes]:
    """In the order in which they would go, file after file."""
    found = []
    while batch := spool.oldest(*EVERYTHING):
        found += [load(entry, KEYS).received.body for entry in batch]
        spool.forget(batch)
    return found


def left_behind(folder: Path, *groups: list[Receipt]) -> Path:
    """The file of a process that is dead: a copy, because a lock is not copied."""
    alive = Spool(folder / "alive", KEYS)
    for group in groups:
        alive.keep(group)
    (folder / "dead").mkdir()
    (file,) = (folder / "alive").iterdir()
    return Path(shutil.copy(file, folder / "dead"))


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "data" / "spool", KEYS)


def test_a_receipt_comes_back_as_it_was(spool: Spool) -> None:
    received = Received({"x-a": "zwei \xe4 \t\n", "x-b": "\ud800"}, bytes(range(256)), LONG_AGO)
    first = Receipt("careers", "acme", received, ("id:1", "sha256:\t\n\u2028"), event_id=ids.new_id())
    ping = replace(numbered(2), ignored="A ping.")

    stored = spool.keep([first, ping])
    back = [load(entry, KEYS) for entry in spool.oldest(*EVERYTHING)]

    assert back == [replace(first, waited=True), replace(ping, waited=True)]
    assert [(one.event_id, one.duplicate) for one in stored] == [(first.event_id, False), (ping.event_id, False)]


def test_nobody_else_can_read_it(spool: Spool, tmp_path: Path) -> None:
    spool.keep([numbered(1)])
    folder = tmp_path / "data" / "spool"
    (file,) = folder.iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, file)] == [0o700, 0o700, 0o600]


def test_nothing_is_left_of_what_the_database_has(spool: Spool, tmp_path: Path) -> None:
    spool.keep([numbered(n) for n in range(3)])
    spool.forget(spool.oldest(2, 10_000))
    assert len(spool) == 1
    spool.forget(spool.oldest(2, 10_000))
    assert (len(spool), list((tmp_path / "data" / "spool").iterdir())) == (0, [])

    (again,) = spool.keep([numbered(1)])
    assert not again.duplicate  # whether it is one, the database knows
    assert bodies(spool) == [b"1"]


def test_a_repeat_of_what_lies_here_is_told_the_first_ones_id(spool: Spool) -> None:
    first, again, other_source = numbered(1), numbered(1), numbered(1, source="forms")
    told = spool.keep([first, again, other_source])
    told += spool.keep([numbered(1)])

    assert [one.duplicate for one in told] == [False, True, False, True]
    assert [one.event_id for one in told] == [first.event_id, first.event_id, other_source.event_id, first.event_id]
    assert len(spool) == 2


def test_a_load_is_as_large_as_was_asked_for_and_never_empty(spool: Spool) -> None:
    spool.keep([numbered(n, body=bytes(1000)) for n in range(5)])
    assert [len(spool.oldest(count, size)) for count, size in ((5, 3500), (2, 10_000), (5, 1))] == [2, 2, 1]


def test_a_full_spool_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", KEYS, largest=2000)
    spool.keep([numbered(1)])
    assert spool.has_room()
    with pytest.raises(CannotSpool, match="2000 bytes"):
        spool.keep([numbered(2), numbered(3, body=bytes(2000))])

    assert len(spool) == 1
    assert not Spool(tmp_path / "spool", KEYS, largest=100).has_room()
    assert bodies(spool) == [b"1"]


def test_what_others_have_spooled_counts_too(tmp_path: Path) -> None:
    Spool(tmp_path, KEYS).keep([numbered(1, body=bytes(1000))])
    with pytest.raises(CannotSpool):
        Spool(tmp_path, KEYS, largest=1500).keep([numbered(2, body=bytes(500))])


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("before", [0, 1])
def test_a_disk_that_takes_half_a_record_has_taken_none(tmp_path: Path, before: int) -> None:
    spool = Spool(tmp_path / "spool", KEYS)
    if before:
        spool.keep([numbered(1)])
    with files_of_at_most(1000), pytest.raises(CannotSpool, match="can't be written"):
        spool.keep([numbered(2, body=bytes(5000))])
    with files_of_at_most(1000):
        assert not spool.has_room()
    spool.keep([numbered(3)])

    assert spool.has_room()
    assert bodies(spool) == [b"1"] * before + [b"3"]
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_folder_that_can_not_be_made_has_no_room(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"")
    spool = Spool(tmp_path / "spool", KEYS)
    assert not spool.has_room()
    with pytest.raises(CannotSpool):
        spool.keep([numbered(1)])


def test_a_record_that_was_cut_is_left_out_wherever_it_was_cut(tmp_path: Path) -> None:
    file = left_behind(tmp_path, [numbered(1)], [numbered(2)])
    whole = file.read_bytes()
    end_of_first = whole.index(b"\n") + 1
    file.unlink()

    for end in range(end_of_first, len(whole)):
        (file.parent / f"cut-{end}").write_bytes(whole[:end])
    spool = Spool(file.parent, KEYS)
    spool.adopt()

    assert bodies(spool) == [b"1"] * (len(whole) - end_of_first)
    assert list(file.parent.iterdir()) == []


def test_a_damaged_record_costs_itself_alone_and_its_file_is_kept(tmp_path: Path) -> None:
    file = left_behind(tmp_path, [numbered(n) for n in range(3)])
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[1].replace(b"careers", b"forgery") + lines[2])

    spool = Spool(file.parent, KEYS)
    spool.adopt()

    assert bodies(spool) == [b"0", b"2"]
    assert [path.suffix for path in file.parent.iterdir()] == [".damaged"]
    again = Spool(file.parent, KEYS)
    again.adopt()
    assert len(again) == 0


def test_what_dead_processes_left_goes_first_and_its_repeats_are_known(tmp_path: Path) -> None:
    file = left_behind(tmp_path, [numbered(1)], [numbered(2)])
    spool = Spool(file.parent, KEYS)
    spool.keep([numbered(3)])
    spool.adopt()

    (again,) = spool.keep([numbered(2)])

    assert again.duplicate
    assert bodies(spool) == [b"1", b"2", b"3"]


def test_what_a_living_process_spools_is_left_to_it(tmp_path: Path) -> None:
    living, other = Spool(tmp_path, KEYS), Spool(tmp_path, KEYS)
    living.keep([numbered(1)])
    other.adopt()
    assert len(other) == 0
    assert bodies(living) == [b"1"]
