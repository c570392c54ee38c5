"""Deliveries are kept as long as their organization wants; what is still to be sent stays, and nothing is told anew."""

from datetime import timedelta

import sqlalchemy as sa

from tests.ledger.dispatching import ALL, CHAT, claim, happen, planned, settle
from tests.ledger.stage import ACME, Stage, created
from worker.domain.delivery import Ended
from worker.ledger import announcing, retention, targets
from worker.ledger.connection import Tx
from worker.ledger.retention import Due, Kind
from worker.ledger.tables import delivery_try

KEPT = timedelta(days=30)


def expire(stage: Stage) -> int:
    return stage.tell(retention.expire, Kind.DELIVERIES, ACME, stage.clock.now - KEPT)


def tries(stage: Stage) -> int:
    def unit(tx: Tx) -> int:
        return tx.conn.execute(sa.select(sa.func.count()).select_from(delivery_try)).scalar_one()

    return stage.ask(unit)


def test_what_ended_long_ago_goes_with_its_tries_and_what_waits_stays(told: Stage) -> None:
    for cause in ("one", "two", "three"):
        happen(told, cause, lane=cause)
    for held, status in zip(claim(told), (204, 302, 503), strict=True):
        settle(told, held, Ended(status))
    oldest = told.clock.now
    told.pass_time(KEPT + timedelta(minutes=1))
    happen(told, "new", lane="new")
    before = told.clock.now - KEPT

    due = told.ask(retention.due, Kind.DELIVERIES, ACME, before)
    gone = [expire(told), expire(told)]

    assert due == Due(2, oldest)
    assert gone == [2, 0]
    assert (len(planned(told, target="crm")), len(planned(told, target=CHAT)), tries(told)) == (2, 4, 1)
    assert told.ask(retention.due, Kind.DELIVERIES, "another", before) == Due(0, None)


def test_a_quiet_source_is_not_told_of_again_because_its_delivery_is_old(told: Stage) -> None:
    def is_quiet() -> None:
        told.tell(announcing.source_quiet, ACME, "careers", "event-1", {"name": "careers"})

    is_quiet()
    (held,) = claim(told)
    settle(told, held, Ended(204))
    told.pass_time(KEPT * 2)

    assert expire(told) == 0
    is_quiet()
    assert len(planned(told, target="crm")) == 1


def test_what_happens_once_is_not_told_again_when_its_delivery_is_gone(told: Stage) -> None:
    told.file()
    told.settle(told.send(), created())
    for held in (*claim(told), *claim(told, CHAT)):
        settle(told, held, Ended(204))
    told.pass_time(KEPT * 2)

    assert expire(told) == 2
    told.sweep()
    assert planned(told) == []


def test_what_waits_for_a_target_that_has_long_been_gone_goes_too(told: Stage) -> None:
    happen(told, "one")
    told.pass_time(KEPT * 2)
    told.tell(targets.prepare, [targets.Wanted(CHAT, ACME, "webhook", ALL)])

    assert expire(told) == 0, "it may be configured again"
    told.pass_time(KEPT + timedelta(minutes=1))
    assert expire(told) == 1
    assert [one.target for one in planned(told)] == [CHAT]
