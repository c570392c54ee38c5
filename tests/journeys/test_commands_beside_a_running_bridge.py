"""Commands from another terminal: at once while all runs, within a sweep without the broker, and clear when nothing runs."""

import signal
import time
from pathlib import Path

import pytest

from tests.journeys.household import Household, household
from tests.processes import Program
from tests.servers import BrokerServer, PostgresServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
JOB = "A job for somebody who repairs bicycles, talks with customers and keeps a small workshop in order. "


def _file(house: Household, number: int) -> str:
    path = house.folder / f"job-{number}.txt"
    path.write_text(f"Number {number}. {JOB}")
    return str(path)


def test_filed_work_starts_at_once_and_within_a_sweep_when_the_broker_was_killed(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        up = house.start()
        assert house.sprout("generate", "--wait", _file(house, 1)).startswith("http://127.0.0.1:")

        broker = next(one for one in up.family() if "valkey" in one.name())
        broker.kill()
        link = house.sprout("generate", "--wait", _file(house, 2))
        assert "/interview/" in link

        table = house.folder / "jobs.csv"
        table.write_text(f'id,title,job_description\nb-1,Baker,"Bake. {JOB}"\nb-2,Cook,"Cook. {JOB}"\n')
        house.sprout("batch", "run", str(table), "--wait")
        house.sprout("batch", "run", str(table), "--wait")
        assert len(house.calls(executed=True)) == 4


def test_waiting_says_what_is_missing_when_nothing_runs(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        argv = ["generate", "--wait", _file(house, 1)]
        waiting = house.start(*argv, ready=False)
        house.until(lambda: "No worker has reported" in waiting.last_words(), f"it says so: {waiting.last_words()}")
        waiting.process.send_signal(signal.SIGINT)
        assert waiting.process.wait(10) == 130

        house.start()
        house.until_state("created")


def test_a_second_up_on_the_same_folder_is_refused_with_the_reason(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        first = house.start()
        second = house.run("up")
        assert second.returncode == 1
        assert f"process {first.process.pid}" in second.stderr or "already" in second.stderr


def test_a_first_ctrl_c_lets_calls_finish_and_a_second_makes_them_unknown(tmp_path: Path) -> None:
    with household(tmp_path, speed=1, latency=(4, 4), deadline="20s") as house:
        up = house.start()
        house.sprout("generate", _file(house, 1))
        house.until(lambda: house.calls(), "the call is under way")
        assert up.stop(signal.SIGINT) == 0
        assert house.requests()[0]["state"] == "created"

        up = house.start()
        house.sprout("generate", _file(house, 2))
        house.until(lambda: len(house.calls()) == 2, "the second call is under way")
        up.process.send_signal(signal.SIGINT)
        time.sleep(1)
        assert up.is_running(), "it waits for the call"
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(10) == 0
        assert house.requests()[0]["state"] == "unknown"


def test_up_and_three_workers_that_start_in_the_same_second_all_come_to_work(
    tmp_path: Path, postgres_server: PostgresServer, valkey_server: BrokerServer
) -> None:
    bridge = f'database_url = "{postgres_server.create_database()}"\nbroker_url = "{valkey_server.url}"\n'
    with household(tmp_path, bridge=bridge) as house:
        workers: list[Program] = [house.start("worker") for _ in range(3)]
        house.start()
        for worker in workers:
            house.until(lambda one=worker: "is ready" in one.last_words(), f"it works: {worker.last_words()}")
        for number in range(6):
            house.sprout("generate", _file(house, number))
        house.until_state("created", 6)
        assert len(house.calls(executed=True)) == 6
