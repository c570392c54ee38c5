"""A worker process: its rounds find what nobody told it of, and nothing ends them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.ledger.stage import ACME
from tests.sending.shop import Shop, until
from worker.domain.interview import Interview
from worker.domain.outcome import Created, Evidence
from worker.domain.request import State, Tier
from worker.ledger import attempts, processes, tables
from worker.sending.journal import Journal
from worker.station import Station

LINK = "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"
MADE = Created(Interview(LINK.rpartition("/")[2], LINK, {}), Evidence(True, True, 201))


@pytest.fixture
def station(shop: Shop) -> Iterator[Station]:
    made = Station(shop.bridge)
    yield made
    made.stop()
    assert made.land(20)
    made.leave()


def left_behind(folder: Path, boot_id: str, attempt_id: str, outcome: Created) -> Path:
    """The journal of a process that died."""
    written = Journal(folder / "journal", boot_id)
    written.write(attempt_id, outcome)
    written.close()
    return folder / "journal" / boot_id


def sent(shop: Shop) -> attempts.Claimed:
    """A call whose process died after the answer came."""
    shop.file()
    claimed = shop.caller.claim(ACME, Tier.AI)
    assert isinstance(claimed, attempts.Claimed)
    times = shop.bridge.settings.bridge
    held = claimed.attempt
    assert shop.bridge.ledger.write(lambda tx: attempts.mark(tx, held, times.call_deadline, times.lease_margin))
    return claimed


def test_what_nobody_told_it_of_is_found_and_sent(shop: Shop, station: Station) -> None:
    request = shop.file()

    station.start()

    until(lambda: shop.state_of(request) is State.CREATED, "the sweep")


def test_it_reports_and_says_goodbye(shop: Shop) -> None:
    station = Station(shop.bridge)
    station.start()
    until(lambda: shop.bridge.ledger.read(processes.known), "the report")
    assert [one.boot_id for one in shop.bridge.ledger.read(processes.known)] == [station.boot_id]

    station.stop()
    assert station.land(20)
    station.leave()

    assert shop.bridge.ledger.read(processes.known) == []


def test_answers_in_the_journals_of_the_dead_are_settled(shop: Shop, station: Station, tmp_path: Path) -> None:
    claimed = sent(shop)
    path = left_behind(tmp_path, "0-dead", claimed.attempt.id, MADE)

    station.start()

    until(lambda: shop.state_of(claimed.request.id) is State.CREATED, "the replay")
    until(lambda: not path.exists(), "the tidying up")
    assert shop.interview_of(claimed.request.id).interview.share_link == LINK


def test_a_journal_of_another_ledger_is_kept_and_does_not_stand_in_the_way_of_the_others(
    shop: Shop, station: Station, tmp_path: Path
) -> None:
    """data_dir stayed and the database is another one: its interviews may be wanted where they are known."""
    foreign = left_behind(tmp_path, "0-foreign", "an attempt of another ledger", MADE)
    claimed = sent(shop)
    left_behind(tmp_path, "1-dead", claimed.attempt.id, MADE)

    station.start()

    until(lambda: shop.state_of(claimed.request.id) is State.CREATED, "the replay of the second file")
    assert foreign.exists()


def test_a_step_of_a_round_that_fails_ends_neither_the_round_nor_the_process(
    shop: Shop, station: Station, tmp_path: Path
) -> None:
    (tmp_path / "journal" / "0-a-folder").mkdir()  # nobody expects that
    request = shop.file()

    station.start()

    until(lambda: shop.state_of(request) is State.CREATED, "the sweep")


def test_one_of_two_processes_sweeps(shop: Shop, station: Station) -> None:
    other = Station(shop.bridge)
    request = shop.file()
    station.start()
    other.start()

    until(lambda: shop.state_of(request) is State.CREATED, "the sweep")

    holder = sa.select(tables.duty.c.holder)
    held = shop.bridge.ledger.read(lambda tx: list(tx.conn.execute(holder).scalars()))
    assert held in ([station.boot_id], [other.boot_id])
    assert len(shop.arrivals()) == 1
    other.stop()
    assert other.land(20)
    other.leave()
