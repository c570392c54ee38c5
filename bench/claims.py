"""Claims: what eight processes claim from one organization at once, and what a commit for each claim costs.

The counts come from the ledger: as many attempts as distinct requests, or something was claimed twice. Beside our claim runs the
obvious one, a single statement that locks the budget and picks the request: it picks in the snapshot from before it had the lock.
It must claim twice, or this bench would not see it if ours did.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from bench.backlog import Backlog, count, fill
from bench.report import Aim, Row, interleaved
from tests.servers import PostgresServer, postgres
from worker.domain.request import Tier
from worker.ledger import attempts, schema, tables
from worker.ledger.connection import Ledger, Tx

CONNECTIONS = 8
LIMIT, WINDOW = 1000, timedelta(milliseconds=20)  # so many slots that none is ever waited for
LEASE = timedelta(seconds=360)
ORGANIZATIONS = 10_000
TOGETHER = 50  # organizations in one commit
LOTS, SINGLES = 2, 20  # commits of a process in a round, with many organizations each and with one
ROUNDS = 5
LONGEST_SECONDS = (
    100.0  # of one side: a claim of eight that crowd takes some milliseconds on a quiet machine, and 15 on a busy one
)
NEEDED = 3333  # claims a second: 10,000 organizations of 20 calls a minute
NAIVE = """\
WITH locked AS MATERIALIZED (
    SELECT organization FROM budget WHERE organization = %(name)s AND tier = 'ai' FOR UPDATE
), picked AS MATERIALIZED (
    SELECT id FROM request WHERE organization = (SELECT organization FROM locked) AND tier = 'ai' AND state = 'waiting'
    ORDER BY priority, due_at, id LIMIT 1
), moved AS (
    UPDATE request SET state = 'sending', fence = fence + 1 FROM picked WHERE request.id = picked.id
    RETURNING request.id, request.organization, request.tier, request.fence, request.due_at
)
INSERT INTO attempt (id, request_id, n, organization, tier, boot_id, slot_at, lease_until, ended_at)
SELECT gen_random_uuid(), id, fence, organization, tier, 'claimant', due_at, due_at, due_at FROM moved
RETURNING id
"""
_ledgers: list[Ledger] = []  # of a process that claims: one connection, for as long as it lives


@dataclass(frozen=True)
class Counted:
    """What the ledger says afterwards."""

    claims: int
    distinct: int
    seconds: float

    @property
    def twice(self) -> int:
        """Claims of a request that had been claimed."""
        return self.claims - self.distinct

    @property
    def rate(self) -> float:
        """A second."""
        return self.claims / self.seconds


def chosen(argv: Sequence[str]) -> Iterator[Row]:
    """Whether anything is claimed twice, or what many organizations in one commit are worth."""
    parser = argparse.ArgumentParser(prog="python -m bench.part claims", description=__doc__)
    parser.add_argument("--together", action="store_true", help="many organizations in one commit")
    parser.add_argument("--claims", type=int, default=10_000)
    given = parser.parse_args(argv)
    with postgres() as server:
        yield _many(server) if given.together else _once(server, given.claims)


def _once(server: PostgresServer, claims: int) -> Row:
    ours, naive = _drained(server, claims, claim_all), _drained(server, claims, claim_all_naively)
    return Row(
        goal="P8",
        what=f"claimed twice, {CONNECTIONS} processes on one organization, PostgreSQL",
        unit="claims",
        aim=Aim(at_most=0),
        ours=[ours.twice],
        peer=[naive.twice],
        ratios=[ours.twice],
        checks={
            f"{claims:,} claims": ours.distinct >= claims,
            "the naive claim claims twice, else the bench is blind": naive.twice > 0,
        },
        facts={
            "claims": ours.claims,
            "claims_per_second": round(ours.rate),
            "naive_claims": naive.claims,
            "naive_claims_per_second": round(naive.rate),
        },
        repeat=f"python -m bench.part claims --claims {claims}",
    )


def _drained(server: PostgresServer, claims: int, work: Callable[[float], int]) -> Counted:
    """Everything that waits is claimed by eight processes that begin together, or as much as they can in a while."""
    with _claimants(server, Backlog(claims * 2, 1, LIMIT, WINDOW)) as (ledger, pool):
        began = time.monotonic()
        list(pool.map(work, [began + LONGEST_SECONDS] * CONNECTIONS))
        return _counted(ledger, time.monotonic() - began)


def _many(server: PostgresServer) -> Row:
    backlog = Backlog(ORGANIZATIONS * 2, ORGANIZATIONS, LIMIT, WINDOW)
    with _claimants(server, backlog) as (ledger, pool):
        taken = iter(range(ORGANIZATIONS))

        def side(together: int, commits: int) -> Callable[[], float]:
            def claim() -> float:
                lots = [[[next(taken) for _ in range(together)] for _ in range(commits)] for _ in range(CONNECTIONS)]
                began = time.monotonic()
                claimed = sum(pool.map(claim_each, lots))
                return claimed / (time.monotonic() - began)

            return claim

        rounds = list(interleaved(ROUNDS, side(TOGETHER, LOTS), side(1, SINGLES)))
        counted = _counted(ledger, 1.0)
    ours, single = [one for one, _ in rounds], [one for _, one in rounds]
    return Row(
        goal="P11",
        what=f"claims of {TOGETHER} organizations in one commit ÷ one in a commit, {ORGANIZATIONS:,} organizations",
        unit="/s",
        aim=Aim(at_least=10),
        ours=ours,
        peer=single,
        ratios=[many / one for many, one in rounds],
        checks={
            "not built: one organization per pump": False,
            f"≥ {NEEDED:,}/s": statistics.median(ours) >= NEEDED,
            "attempts = distinct requests": counted.twice == 0,
            "every claim found a request": counted.claims == ROUNDS * CONNECTIONS * (TOGETHER * LOTS + SINGLES),
        },
        repeat="python -m bench.part claims --together",
    )


@contextmanager
def _claimants(server: PostgresServer, backlog: Backlog) -> Iterator[tuple[Ledger, ProcessPoolExecutor]]:
    """A ledger, and eight processes that are connected to it."""
    url = server.create_database()
    ledger = Ledger(url, pool=1)
    schema.upgrade(ledger)
    fill(ledger, backlog)
    ledger.close()  # no connection is to be inherited; the next question opens another
    fork = multiprocessing.get_context("fork")  # eight imports of everything would take longer than what is measured
    barrier = fork.Barrier(CONNECTIONS)
    with ProcessPoolExecutor(CONNECTIONS, mp_context=fork, initializer=_connect, initargs=(url, barrier)) as pool:
        list(pool.map(_is_connected, range(CONNECTIONS)))
        yield ledger, pool
    ledger.close()
    server.drop_database(url)


def _connect(url: str, barrier: "multiprocessing.synchronize.Barrier") -> None:
    _ledgers.append(Ledger(url, pool=1))
    _ledgers[0].read(lambda tx: tx.now())
    barrier.wait(60)


def _is_connected(_: int) -> bool:
    return bool(_ledgers)


def claim_all(until: float) -> int:
    """Claim from the one organization until nothing waits; each call ends at once, so that none counts as in flight."""

    def unit(tx: Tx) -> object:
        found = attempts.claim(tx, "org-0", Tier.AI, "claimant", LEASE)
        if isinstance(found, attempts.Claimed):
            mine = tables.attempt.c.id == found.attempt.id
            tx.conn.execute(sa.update(tables.attempt).where(mine).values(ended_at=found.attempt.slot_at))
        return found

    claimed = 0
    while time.monotonic() < until and not isinstance(found := _ledgers[0].write(unit), attempts.NothingDue):
        claimed += isinstance(found, attempts.Claimed)
    return claimed


def claim_all_naively(until: float) -> int:
    """The same with one statement, as it is written everywhere."""
    claimed = 0
    while time.monotonic() < until and _ledgers[0].write(_claim_naively) is not None:
        claimed += 1
    return claimed


def _claim_naively(tx: Tx) -> object:
    return tx.conn.exec_driver_sql(NAIVE, {"name": "org-0"}).first()


def claim_each(lots: Sequence[Sequence[int]]) -> int:
    """One claim for each organization, each lot in one transaction, the budgets locked in one order."""

    def unit(tx: Tx, lot: Sequence[int]) -> int:
        names = sorted(f"org-{number}" for number in lot)
        found = [attempts.claim(tx, name, Tier.AI, "claimant", LEASE) for name in names]
        return sum(isinstance(one, attempts.Claimed) for one in found)

    return sum(_ledgers[0].write(lambda tx, lot=lot: unit(tx, lot)) for lot in lots)  # type: ignore[misc]  # bound now


def _counted(ledger: Ledger, seconds: float) -> Counted:
    mine = tables.attempt.c.boot_id == "claimant"
    distinct = sa.select(sa.func.count(sa.distinct(tables.attempt.c.request_id))).where(mine)

    def unit(tx: Tx) -> Counted:
        return Counted(count(tx, tables.attempt, mine), int(tx.conn.execute(distinct).scalar_one()), seconds)

    return ledger.read(unit)
