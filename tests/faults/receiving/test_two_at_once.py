"""Two that act on one thing in the same moment: people who decide, and transactions that cross."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.keys import KEYS
from tests.servers import PostgresServer
from tests.web.houses import AN_ID, House
from worker import operators
from worker.domain.request import Tier
from worker.ledger import audit, budgets
from worker.ledger.connection import TRIES, Ledger, LedgerFault, Tx
from worker.policy import reasons

LINKS = [f"https://www.talentsprout.ai/interview/{AN_ID[:-1]}{digit}" for digit in range(8)]

SEEN = {"not_there": True, "state": "unknown", "attempts": 1}  # as a page says it


def at_once(house: House, decisions: list[tuple[str, object]], request_id: str) -> list[tuple[int, str]]:
    """Everybody posts in the same moment; status and text of each answer."""
    barrier, api = threading.Barrier(len(decisions)), house.api()

    def decide(decision: tuple[str, object]) -> tuple[int, str]:
        http = house.client()
        barrier.wait()
        answer = http.post(f"/api/v1/requests/{request_id}/{decision[0]}", json=decision[1], headers=api.headers)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(len(decisions)) as pool:
        return list(pool.map(decide, decisions))


@pytest.mark.parametrize(
    "decisions",
    [
        [("adopt", {"share_link": link}) for link in LINKS],
        [("adopt", {"share_link": LINKS[0]}), ("retry", {"not_there": True})] * 3,
        [("retry", {"not_there": True})] * 6,
        [("retry", SEEN), ("cancel", SEEN)] * 3,
        [("cancel", {"not_there": True}), ("adopt", {"share_link": LINKS[0]})] * 3,
    ],
    ids=["eight links", "adopt or retry", "double click on retry", "retry or cancel", "cancel or adopt"],
)
def test_f76_of_decisions_in_one_moment_one_is_carried_out(house: House, decisions: list[tuple[str, object]]) -> None:
    """Parallel posts about one `unknown`: one decision; every other gets 409 with what happened."""
    request_id = house.api().file()
    house.unknown(request_id)

    answers = at_once(house, decisions, request_id)

    statuses = sorted(status for status, _ in answers)
    assert statuses == [200] + [409] * (len(decisions) - 1)
    assert house.count("audit") == 1
    (done,) = house.write(lambda tx: audit.of(tx, request_id))
    what = f"{done.actor} {operators.DONE[done.action]} at {reasons.clock_to_the_second(done.at)}."
    for status, told in answers:
        assert status == 200 or what in told, "a refusal says what the first did, who and when"


def test_f76_a_form_that_is_sent_again_changes_nothing(house: House) -> None:
    """The back button: the same decision posted again is a 409 and leaves everything as it is."""
    api = house.api()
    request_id = api.file()
    assert api.post(f"/requests/{request_id}/cancel").status_code == 200
    before = api.get(f"/requests/{request_id}").json
    assert api.post(f"/requests/{request_id}/cancel").status_code == 409
    assert api.get(f"/requests/{request_id}").json == before
    assert house.count("audit") == 1


def test_f76_an_old_page_decides_nothing_about_a_newer_attempt(house: House) -> None:
    """The first attempt was said not to be there; it was sent again and is unknown anew: 409, and who did that."""
    api = house.api()
    request_id = api.file()
    house.write(lambda tx: budgets.prepare(tx, "acme", Tier.AI, 1000, timedelta(milliseconds=1)))
    house.unknown(request_id)
    assert api.post(f"/requests/{request_id}/retry", SEEN).status_code == 200
    time.sleep(0.002)  # SQLite's clock has milliseconds
    house.unknown(request_id)

    for verb in ("retry", "cancel"):
        answer = api.post(f"/requests/{request_id}/{verb}", SEEN)
        assert answer.status_code == 409
        assert "is unknown with 2 attempts by now, which is not what you saw" in answer.json["detail"]
        assert "ada sent it back in line at" in answer.json["detail"]
    assert house.count("audit") == 1


@pytest.fixture
def ledger(postgres_server: PostgresServer, postgres_template: str) -> Ledger:
    return Ledger(postgres_server.create_database(postgres_template), keys=KEYS)


def test_f09_transactions_that_cross_are_done_once_each(ledger: Ledger) -> None:
    """Crossing updates, 40P01: the whole unit runs again from a fresh read; every effect is there once."""
    ledger.write(lambda tx: tx.conn.exec_driver_sql("CREATE TABLE tally (name text PRIMARY KEY, n int NOT NULL)"))
    ledger.write(lambda tx: tx.conn.exec_driver_sql("INSERT INTO tally VALUES ('one', 0), ('two', 0)"))
    runs: list[str] = []
    first_time = threading.Barrier(2)

    def crossing(mine: str, other: str) -> Callable[[Tx], None]:
        def unit(tx: Tx) -> None:
            again = mine in runs
            runs.append(mine)
            add = sa.text("UPDATE tally SET n = n + 1 WHERE name = :name")
            tx.conn.execute(add, {"name": mine})
            if not again:
                first_time.wait(20)
            tx.conn.execute(add, {"name": other})

        return unit

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(ledger.write, crossing(*names)) for names in (("one", "two"), ("two", "one"))]:
            done.result(30)

    assert len(runs) == 3, "one of the two ran twice"
    left = ledger.read(lambda tx: tx.conn.exec_driver_sql("SELECT name, n FROM tally ORDER BY name").all())
    assert [tuple(row) for row in left] == [("one", 2), ("two", 2)]
    ledger.close()


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_f09_a_unit_that_never_succeeds_is_tried_five_times_and_leaves_nothing(ledger: Ledger, code: str) -> None:
    """40001 and 40P01 at every try: five times, then the fault; nothing of any try is left."""
    ledger.write(lambda tx: tx.conn.exec_driver_sql("CREATE TABLE tally (n int)"))
    runs = 0

    def unit(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        tx.conn.exec_driver_sql("INSERT INTO tally VALUES (1)")
        tx.conn.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '{code}'; END $$")

    with pytest.raises(LedgerFault):
        ledger.write(unit)

    assert runs == TRIES == 5
    assert ledger.read(lambda tx: tx.conn.exec_driver_sql("SELECT count(*) FROM tally").scalar_one()) == 0
    ledger.close()


def test_f09_a_serialization_failure_runs_the_unit_again_on_what_is_there_then(ledger: Ledger) -> None:
    """Write skew under SERIALIZABLE, 40001: the second run reads afresh, so the rule that both checked holds."""
    ledger.write(lambda tx: tx.conn.exec_driver_sql("CREATE TABLE on_duty (name text PRIMARY KEY)"))
    ledger.write(lambda tx: tx.conn.exec_driver_sql("INSERT INTO on_duty VALUES ('one'), ('two')"))
    both_looked = threading.Barrier(2)
    runs: list[str] = []

    def leaves(name: str) -> Callable[[Tx], bool]:
        def unit(tx: Tx) -> bool:
            again = name in runs
            runs.append(name)
            tx.conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            left = tx.conn.exec_driver_sql("SELECT count(*) FROM on_duty").scalar_one()
            if not again:
                both_looked.wait(20)
            if left < 2:
                return False
            tx.conn.execute(sa.text("DELETE FROM on_duty WHERE name = :name"), {"name": name})
            return True

        return unit

    with ThreadPoolExecutor(2) as pool:
        gone = [pool.submit(ledger.write, leaves(name)) for name in ("one", "two")]
        assert sorted(done.result(30) for done in gone) == [False, True]
    assert len(runs) == 3
    ledger.close()
