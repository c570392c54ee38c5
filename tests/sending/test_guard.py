"""The guard: when in doubt, nothing is sent."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.ledger.stage import ACME, DEADLINE, LEASE, MARGIN, ONE_SECOND, UNREACHABLE, Stage
from worker.domain.outcome import Attempt
from worker.ledger import attempts
from worker.ledger.connection import Ledger
from worker.sending.guard import Guard, uptime
from worker.talentsprout.client import Abandoned


@pytest.fixture
def bridge(ledger: Ledger, tmp_path) -> Stage:
    return Stage.on(ledger, tmp_path)


def guard(bridge: Stage, held: Attempt, *, age: float = 0, ledger: Ledger | None = None) -> Guard:
    return Guard(ledger or bridge.ledger, held, DEADLINE, MARGIN, uptime() - age)


def test_a_fresh_claim_is_marked(bridge: Stage) -> None:
    request = bridge.file()
    held = bridge.claim()

    guard(bridge, held)()

    assert bridge.newest(request).sent_at == bridge.clock.now


@pytest.mark.parametrize(("age", "allowed"), [(14.0, True), (15.5, False), (3600.0, False)])
def test_a_claim_that_is_older_than_a_quarter_of_the_margin_is_abandoned(
    bridge: Stage, age: float, allowed: bool
) -> None:
    """By this machine's own clock, which also counts while it is suspended: the ledger's may have stood still."""
    request = bridge.file()
    held = bridge.claim()

    if allowed:
        guard(bridge, held, age=age)()
    else:
        with pytest.raises(Abandoned):
            guard(bridge, held, age=age)()

    assert (bridge.newest(request).sent_at is not None) is allowed


def lease_over(bridge: Stage, held: Attempt) -> None:
    bridge.clock.now = held.lease_until + ONE_SECOND


def overtaken(bridge: Stage, held: Attempt) -> None:
    bridge.lose(held)
    bridge.claim()


def ended(bridge: Stage, held: Attempt) -> None:
    bridge.settle(held, UNREACHABLE)


def marked(bridge: Stage, held: Attempt) -> None:
    bridge.mark(held)


@pytest.mark.parametrize("meanwhile", [lease_over, overtaken, ended, marked])
def test_an_attempt_that_is_not_its_own_any_more_is_abandoned(
    bridge: Stage, meanwhile: Callable[[Stage, Attempt], None]
) -> None:
    bridge.file()
    held = bridge.claim()
    meanwhile(bridge, held)

    with pytest.raises(Abandoned):
        guard(bridge, held)()


def test_with_the_ledger_away_nothing_is_sent(bridge: Stage, tmp_path) -> None:
    bridge.file()
    held = bridge.claim()
    away = Ledger(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")

    with pytest.raises(Abandoned):
        guard(bridge, held, ledger=away)()
    away.close()


def test_a_mark_that_is_heard_of_too_late_is_no_leave_to_send(bridge: Stage) -> None:
    """The database took its time to commit: meanwhile the lease may have ended, and somebody may have sent it again."""
    request = bridge.file()
    held = bridge.claim()
    margin = timedelta(seconds=0.8)
    sa.event.listen(bridge.ledger.engine, "commit", lambda _: time.sleep(0.5), once=True)

    with pytest.raises(Abandoned):
        Guard(bridge.ledger, held, DEADLINE, margin, uptime())()

    assert bridge.newest(request).sent_at is not None, "it is marked all the same, and counts"


def test_a_ping_is_guarded_too(bridge: Stage) -> None:
    ping = bridge.tell(attempts.claim_ping, ACME, "boot", LEASE)
    assert isinstance(ping, Attempt)

    guard(bridge, ping)()

    with pytest.raises(Abandoned):
        guard(bridge, ping)()


def test_uptime_counts_seconds_and_never_goes_back() -> None:
    moments = [uptime() for _ in range(1000)]

    assert moments == sorted(moments)
    assert timedelta(seconds=moments[-1] - moments[0]) < timedelta(minutes=1)
