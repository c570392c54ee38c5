"""Scale: what one claim costs in a ledger of a thousand rows and of a million.

A claim is what a worker does before each call: `attempts.claim` and `attempts.mark`, one transaction each, on disk when they
return. Half of the rows wait, half were answered. The clock is moved on by a slot after each claim, so that pacing, which is
part of what is measured, never says "not yet".
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from bench.backlog import LIMIT, WINDOW, Backlog, count, fill
from bench.report import Aim, Row
from tests.servers import PostgresServer, postgres
from worker.domain.request import State, Tier
from worker.ledger import attempts, schema, tables
from worker.ledger.connection import Ledger, Tx, database_clock

ORGANIZATIONS = (1, 100, 10_000)
PEER = 5  # everything is compared with 100,000 rows
ROUNDS = 5
CLAIMS = 100  # in a round
SLOT = WINDOW / LIMIT * 1.02
LEASE, DEADLINE, MARGIN = timedelta(seconds=360), timedelta(seconds=300), timedelta(seconds=60)


@dataclass
class Claimant:
    """A ledger of one size and what its claims took, in milliseconds, round by round."""

    ledger: Ledger
    backlog: Backlog
    ahead: timedelta = timedelta(0)
    claimed: int = 0
    rounds: list[list[float]] = field(default_factory=list)

    @classmethod
    def on(cls, url: str, backlog: Backlog) -> "Claimant":
        """Filled, and on a clock that we move."""
        ledger = Ledger(url, pool=2)
        fill(ledger, backlog)
        one = cls(ledger, backlog)
        ledger.clock = one._now
        one._claims(10)  # statements are compiled, pages are read
        one.rounds.clear()
        return one

    def measure(self) -> None:
        """One round."""
        self._claims(CLAIMS)

    def counted(self) -> bool:
        """Whether the ledger has an attempt for each claim, and no request has two."""
        mine = tables.attempt.c.boot_id == "claimant"
        distinct = sa.select(sa.func.count(sa.distinct(tables.attempt.c.request_id))).where(mine)
        sending = tables.request.c.state == State.SENDING

        def unit(tx: Tx) -> set[int]:
            return {
                count(tx, tables.attempt, mine),
                int(tx.conn.execute(distinct).scalar_one()),
                count(tx, tables.request, sending),
            }

        return self.ledger.read(unit) == {self.claimed}

    def _claims(self, many: int) -> None:
        taken = []
        for _ in range(many):
            name = self.backlog.name(self.claimed)
            began = time.perf_counter()
            self._claim(name)
            taken.append((time.perf_counter() - began) * 1000)
            self.claimed += 1
            self.ahead += SLOT
            if self.claimed % LIMIT == 0:
                self.ledger.write(_end)
        self.rounds.append(taken)

    def _claim(self, name: str) -> None:
        found = self.ledger.write(lambda tx: attempts.claim(tx, name, Tier.AI, "claimant", LEASE))
        if not isinstance(found, attempts.Claimed):
            raise SystemExit(f"nothing was claimed for {name} of {self.backlog}: {found}")
        if not self.ledger.write(lambda tx: attempts.mark(tx, found.attempt, DEADLINE, MARGIN)):
            raise SystemExit("a call was not marked")

    def _now(self, conn: sa.Connection) -> datetime:
        return database_clock(conn) + self.ahead


def chosen(words: Sequence[str]) -> Iterator[Row]:
    """Of another size: python -m bench.part scale --largest 7"""
    parser = argparse.ArgumentParser(prog="python -m bench.part scale", description=__doc__)
    parser.add_argument("--largest", type=int, choices=(6, 7), default=6, help="10 to the power of what, in rows")
    parser.add_argument("--smallest", type=int, choices=(3, 4, 5), default=3, help="the same of the smallest")
    parser.add_argument("--organizations", type=int, choices=ORGANIZATIONS, help="one number instead of all three")
    given = parser.parse_args(words)
    organizations = ORGANIZATIONS if given.organizations is None else (given.organizations,)
    yield from _rows(range(given.smallest, given.largest + 1), organizations)


def _rows(powers: Sequence[int], organizations: Sequence[int]) -> Iterator[Row]:
    with postgres() as server:
        for many in organizations:
            with ExitStack() as stack:
                databases = {database: _urls(stack, database, server, powers) for database in ("sqlite", "postgresql")}
                with ThreadPoolExecutor(len(databases)) as pool:  # the databases do the work, and each has a core
                    filled = pool.map(_claimants, databases.values(), [many] * len(databases))
                    found = dict(zip(databases, filled, strict=True))
                for database, claimants in found.items():
                    for one in claimants.values():
                        stack.callback(one.ledger.close)
                    _measure(claimants.values())
                    yield from _judged(database, many, claimants)


def _urls(stack: ExitStack, database: str, server: PostgresServer, powers: Sequence[int]) -> dict[int, str]:
    """A database for each size, with the schema alone: Alembic does one after another."""
    if database == "sqlite":
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        urls = {power: f"sqlite:///{folder}/{power}.db" for power in powers}
    else:
        urls = {power: server.create_database() for power in powers}
    for url in urls.values():
        ledger = Ledger(url, pool=1)
        schema.upgrade(ledger)
        ledger.close()
        if database != "sqlite":
            stack.callback(server.drop_database, url)
    return urls


def _claimants(urls: Mapping[int, str], organizations: int) -> dict[int, Claimant]:
    """One for each size that gives every organization something to wait for."""
    wanted = {power: Backlog(10**power, organizations) for power in urls}
    return {power: Claimant.on(urls[power], one) for power, one in wanted.items() if one.rows >= organizations}


def _measure(claimants: Collection[Claimant]) -> None:
    """In turn, round by round; who has nothing left that waits is left out."""
    for _ in range(ROUNDS):
        for one in claimants:
            if one.claimed + CLAIMS <= one.backlog.rows // 2:
                one.measure()


def _judged(database: str, organizations: int, found: Mapping[int, Claimant]) -> Iterator[Row]:
    largest, peer = max(found), found[PEER]
    for name, part, most in (("p50", statistics.median, 1.3), ("p99", p99, 3.0)):
        ours = [part(one) for one in found[largest].rounds]
        theirs = [part(one) for one in peer.rounds]
        yield Row(
            goal="P7",
            what=f"claim {name}, 10^{largest} ÷ 10^{PEER} rows, {database}, {organizations:,} organizations",
            unit="ms",
            aim=Aim(at_most=most),
            ours=ours,
            peer=theirs,
            ratios=[mine / other for mine, other in zip(ours, theirs, strict=True)],
            checks={"attempts = distinct requests = claims": all(one.counted() for one in found.values())},
            facts={f"10^{power}": _median_of(one, part) for power, one in found.items()},
            repeat=f"python -m bench.part scale --largest {largest} --organizations {organizations}",
        )


def p99(taken: Sequence[float]) -> float:
    """Of a round."""
    return sorted(taken)[int(len(taken) * 0.99) - 1]


def _median_of(one: Claimant, part: Callable[[Sequence[float]], float]) -> float | None:
    return round(statistics.median(part(each) for each in one.rounds), 3) if one.rounds else None


def _end(tx: Tx) -> None:
    """The calls have ended: no more are in flight than in a window of one organization."""
    tx.conn.execute(sa.update(tables.attempt).where(tables.attempt.c.ended_at.is_(None)).values(ended_at=tx.now()))
