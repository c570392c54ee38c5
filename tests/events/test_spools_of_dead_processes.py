"""kill -9 between the fsync of the spool and the database: the next process stores what was acknowledged, once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.events.desks import Desk, a_receipt, sqlite_desk, until
from worker.ledger.events import Stored

ROOT = Path(__file__).parents[2]
BEGIN = """
import os, signal, sys
from pathlib import Path
from tests.events.desks import Desk, a_receipt, until
from tests.keys import KEYS
from worker.ledger.connection import Ledger
folder = Path(sys.argv[1])
desk = Desk(folder, Ledger(f"sqlite:///{folder}/bridge.db", keys=KEYS))
"""
SPOOL_AND_DIE = """
for number in range(5):
    print(desk.intake.store(a_receipt(number)).event_id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
DRAIN = """
desk.intake.start()
until(lambda: not list(desk.spool.iterdir()), "all is drained")
"""


def killed(desk: Desk, program: str, step: str = "") -> list[str]:
    """Run it until it is killed, at `step` or by itself; the ids that it has told by then."""
    paths = f"{ROOT / 'tests/faults/armed'}{os.pathsep}{ROOT}"
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + program, str(desk.folder)],
        env={**os.environ, "PYTHONPATH": paths, "SPROUT_CRASH_AT": step},
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    return [line for line in done.stdout.splitlines() if "[" not in line]  # its log says something too


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = sqlite_desk(tmp_path)
    yield made
    made.ledger.close()


def stored_by_the_next(desk: Desk, count: int) -> list[tuple[str, bytes]]:
    desk.intake.start()
    until(lambda: len(desk.stored()) == count and not list(desk.spool.iterdir()), "all is drained")
    return desk.stored()


def test_what_a_dead_process_acknowledged_is_stored_by_the_next_in_order_and_before_what_is_new(desk: Desk) -> None:
    with desk.away():
        told = killed(desk, SPOOL_AND_DIE)
    assert len(told) == 5

    again = desk.intake.store(a_receipt(3))
    new = desk.intake.store(a_receipt(9))

    assert again == Stored(told[3], duplicate=True)
    assert [event_id for event_id, _ in stored_by_the_next(desk, 6)] == [*told, new.event_id]
    assert desk.hinted[:5] == told


def test_a_process_killed_before_it_acknowledged_has_doubled_nothing_for_the_retry(desk: Desk) -> None:
    with desk.away():
        assert killed(desk, SPOOL_AND_DIE, "after_spool_append") == []
        retry = desk.intake.store(a_receipt(0))

    ((event_id, body),) = stored_by_the_next(desk, 1)
    assert (event_id, body) == (retry.event_id, b"0")


@pytest.mark.parametrize("step", ["before_event_commit", "after_event_commit"])
def test_a_process_killed_while_it_drains_has_lost_and_doubled_nothing(desk: Desk, step: str) -> None:
    with desk.away():
        told = killed(desk, SPOOL_AND_DIE)
    killed(desk, DRAIN, step)
    assert len(list(desk.spool.iterdir())) == 1
    assert len(desk.stored()) == (5 if step == "after_event_commit" else 0)

    assert [event_id for event_id, _ in stored_by_the_next(desk, 5)] == told
