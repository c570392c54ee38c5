"""F-67 and F-69: a long line, and long calls. Neither delays what is live, nor the pace."""

import statistics
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.generating.judge import pace
from tests.faults.generating.wording import a_text
from tests.faults.generating.workshop import ORGANIZATION, Workshop, workshop
from worker import filing
from worker.domain.request import Tier
from worker.ledger import attempts
from worker.ledger.connection import Tx
from worker.policy import priority

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
BACKLOG = 10_000
LIMIT, SPEED = 60, 10.0  # 60 in 6 seconds: a slot is 100 ms
WINDOW = 60 / SPEED
TWO_SLOTS = 2
IN_BETWEEN = 2  # slots that open while the live one is being filed and its hint is on its way
SLOW_CLAIM = 3.0  # times as slow as with a short line: more is no longer the machine's noise
CLAIMS = 30


def _file_a_batch(shop: Workshop, number: int) -> None:
    def unit(tx: Tx) -> None:
        for one in range(number):
            wanted = filing.Submission(ORGANIZATION, a_text(100_000 + one), "Batch", priority=priority.BATCH)
            filing.file(tx, wanted)

    shop.write(unit)


def test_f67_a_live_job_overtakes_a_backlog_and_the_pace_holds(tmp_path: Path) -> None:
    with workshop(tmp_path, speed=SPEED, limit=LIMIT, sweep="1s") as shop:
        _file_a_batch(shop, BACKLOG)
        shop.kick()
        time.sleep(1.5 * WINDOW)
        before = len(shop.calls())
        live = shop.request(shop.file()).label
        time.sleep(WINDOW / 6)
        shop.stations[0].stop()
        shop.land()
        ahead = [one["label"] for one in shop.calls()][before:].index(f"{live}-1")

        assert ahead <= TWO_SLOTS + IN_BETWEEN
        assert before > LIMIT, "it was busy"
        shop.judge_budget(LIMIT)
        assert pace([one["body_at"] for one in shop.calls()], LIMIT, WINDOW) > 0.9
        assert {one["status"] for one in shop.calls()} == {201}


def test_f67_a_claim_takes_as_long_with_ten_thousand_waiting_as_with_ten(tmp_path: Path) -> None:
    with workshop(tmp_path, start=False, speed=600, limit=1000) as shop:
        _file_a_batch(shop, 2 * CLAIMS)
        short = _median_claim(shop)
        _file_a_batch(shop, BACKLOG)
        long = _median_claim(shop)
        assert long < SLOW_CLAIM * short


def _median_claim(shop: Workshop) -> float:
    """Of claims that find a slot and a request; what they claimed is forgotten again."""
    taken = []
    for _ in range(CLAIMS):
        shop.ahead += timedelta(seconds=1)
        began = time.perf_counter()
        claimed = shop.write(lambda tx: attempts.claim(tx, ORGANIZATION, Tier.AI, "test", timedelta(seconds=60)))
        taken.append(time.perf_counter() - began)
        assert isinstance(claimed, attempts.Claimed)
    return statistics.median(taken)


def test_f69_calls_of_forty_seconds_keep_the_pace_with_one_process(tmp_path: Path) -> None:
    with workshop(tmp_path, speed=5, latency=(30, 60), deadline="60s", sweep="1s") as shop:
        shop.file_many(26)
        shop.until_state("created", 26, 60)

        calls = shop.calls()
        shop.judge_budget(20)
        assert pace([one["body_at"] for one in calls], 20, 12) > 0.95
        at_once = max(
            sum(other["body_at"] <= one["body_at"] < other["finished_at"] for other in calls) for one in calls
        )
        assert at_once > 10, "they fly side by side"
        shop.judge()
