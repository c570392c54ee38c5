"""How long a batch will take is arithmetic: right on an idle budget, and it follows what others spend, and pauses."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.batches.desk import Office, job, sheet
from tests.ledger.stage import ONE_SECOND, UNAUTHORIZED, WINDOW, created
from worker.batches import prediction
from worker.batches.checking import Totals
from worker.ledger import attempts, batch_standing
from worker.ledger.connection import Tx
from worker.policy.pacing import Budget
from worker.policy.prediction import Queue, all_end_at, ends_at

TAKES = timedelta(seconds=6)
ROWS = 100


def drained(office: Office) -> datetime:
    """Send everything as fast as the budget lets it go; when the last call is answered."""
    flying: list[tuple[datetime, attempts.Attempt]] = []
    while True:
        found = office.stage.try_claim()
        if isinstance(found, attempts.Claimed):
            assert office.stage.mark(found.attempt)
            flying.append((office.stage.clock.now + TAKES, found.attempt))
        elif isinstance(found, attempts.NothingDue):
            break
        else:
            assert isinstance(found, attempts.NoSlot)
            assert found.wait is not None
            office.stage.pass_time(found.wait)
        while flying and flying[0][0] <= office.stage.clock.now:
            office.stage.settle(flying.pop(0)[1], created())
    return flying[-1][0]


def foretold_of(tx: Tx, batch: str) -> tuple[datetime, datetime | None]:
    return prediction.of_batch(tx, batch_standing.moving(tx, batch))


def test_a_check_of_a_hundred_rows_foretells_the_run_within_a_tenth(office: Office) -> None:
    of = sheet(*map(job, range(ROWS)))
    counted = Totals()
    for one in office.check(of):
        counted.add(one)
    now, foretold = office.stage.ask(prediction.of_calls, counted.calls)
    batch = office.run(of)
    assert office.stage.ask(foretold_of, batch) == (now, foretold)

    ended = drained(office)

    assert foretold is not None
    assert abs(ended - foretold) <= (ended - now) / 10


def test_what_goes_first_is_counted(office: Office) -> None:
    for _ in range(40):
        office.stage.file()
    batch = office.run(sheet(job(1)))
    now, foretold = office.stage.ask(foretold_of, batch)
    assert foretold is not None
    assert foretold - now >= 2 * WINDOW


def test_a_paused_organization_has_no_end_that_is_known(office: Office) -> None:
    batch = office.run(sheet(job(1), job(2)))
    office.stage.settle(office.stage.send(), UNAUTHORIZED)
    _, foretold = office.stage.ask(foretold_of, batch)
    assert foretold is None


NOW = datetime.fromisoformat("2026-11-24T09:00:00+00:00")
IDLE = Budget(20, WINDOW)
QUEUE = Queue(IDLE, ahead=99, ours=100, takes=TAKES)


def test_spending_by_others_and_a_closed_budget_are_followed() -> None:
    idle = ends_at(QUEUE, NOW)
    half = ends_at(replace(QUEUE, budget=replace(IDLE, foreign=10, foreign_until=NOW + WINDOW)), NOW)
    closed = ends_at(replace(QUEUE, budget=replace(IDLE, closed_until=NOW + WINDOW)), NOW)
    assert idle is not None
    assert half is not None
    assert abs((half - NOW - TAKES) - 2 * (idle - NOW - TAKES)) < ONE_SECOND
    assert closed == idle + WINDOW


def test_budgets_are_spent_in_parallel_and_one_without_an_end_has_none() -> None:
    short = replace(QUEUE, ahead=0, ours=1)
    assert all_end_at([short, QUEUE], NOW) == ends_at(QUEUE, NOW)
    assert all_end_at([short, replace(QUEUE, is_stopped=True)], NOW) is None
    assert all_end_at([], NOW) == NOW
