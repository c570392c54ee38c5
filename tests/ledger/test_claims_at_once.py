"""Many workers claim at the same moment: lock first, look second, and nothing is claimed twice or left behind."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa

from tests.keys import KEYS
from tests.ledger.stage import ACME, LEASE, TEXT, meanwhile, wait_until_blocked
from worker import filing
from worker.domain.request import Tier
from worker.ledger import attempts, budgets, tables
from worker.ledger.connection import Ledger, Tx
from worker.policy import identity

WORKERS = 8
REQUESTS = 500
FAST = timedelta(milliseconds=20)  # so many windows that slots are no obstacle, and still one claim at a time
LIMIT = 1000


def fill(ledger: Ledger, count: int) -> set[str]:
    def unit(tx: Tx) -> set[str]:
        budgets.prepare(tx, ACME, Tier.AI, LIMIT, FAST)
        wanted = [filing.Submission(ACME, TEXT, identity=identity.brought(str(number))) for number in range(count)]
        return {filing.file(tx, one).request.id for one in wanted}

    return ledger.write(unit)


def claim_until_empty(ledger: Ledger) -> list[str]:
    mine = []
    while True:
        found = ledger.write(lambda tx: attempts.claim(tx, ACME, Tier.AI, "boot", LEASE))
        if isinstance(found, attempts.Claimed):
            mine.append(found.attempt.request_id)
        elif found == attempts.NothingDue(None):
            return mine


def together(work: Callable[[Ledger], list[str]], url: str) -> list[str]:
    """What eight workers, each with connections of its own, claimed between them."""
    ledgers = [Ledger(url, keys=KEYS) for _ in range(WORKERS)]
    barrier = threading.Barrier(WORKERS)

    def begin(ledger: Ledger) -> list[str]:
        barrier.wait()
        return work(ledger)

    with ThreadPoolExecutor(WORKERS) as pool:
        found = [one for mine in pool.map(begin, ledgers) for one in mine]
    for ledger in ledgers:
        ledger.close()
    return found


def test_eight_workers_on_one_organization_claim_every_request_once(postgres_ledger: Ledger) -> None:
    filed = fill(postgres_ledger, REQUESTS)

    claimed = Counter(together(claim_until_empty, postgres_ledger.url))

    assert claimed == Counter(filed)
    count = sa.select(sa.func.count()).select_from(tables.attempt)
    assert postgres_ledger.read(lambda tx: tx.conn.execute(count).scalar_one()) == REQUESTS


def test_threads_of_one_sqlite_process_claim_every_request_once(sqlite_ledgers) -> None:
    with sqlite_ledgers.lent() as ledger:
        filed = fill(ledger, 60)

        assert Counter(together(claim_until_empty, ledger.url)) == Counter(filed)


def test_who_waits_for_the_lock_looks_at_the_slots_afterwards(overlapping) -> None:
    """Two claims at one moment: the second one's look must see the first one's slot, so it gets none."""
    bridge, other = overlapping(), overlapping()
    bridge.file()
    bridge.file()
    first_has_claimed, first_may_commit = threading.Event(), threading.Event()
    answers: list[object] = []

    def slow(tx: Tx) -> object:
        found = attempts.claim(tx, ACME, Tier.AI, "slow", LEASE)
        first_has_claimed.set()
        first_may_commit.wait(10)
        return found

    first = threading.Thread(target=lambda: answers.append(bridge.ledger.write(slow)))
    first.start()
    assert first_has_claimed.wait(10)
    second = threading.Thread(target=lambda: answers.append(other.try_claim()))
    second.start()
    wait_until_blocked(bridge.ledger, second)
    first_may_commit.set()
    first.join(10)
    second.join(10)

    assert [type(answer) for answer in answers] == [attempts.Claimed, attempts.NoSlot]


def test_a_call_that_is_marked_while_slots_are_counted_is_counted(overlapping) -> None:
    """The count reads twice, and a call that goes from claimed to sent in between must be in one of them."""
    bridge, other = overlapping(), overlapping()
    bridge.file()
    held = bridge.claim()

    with meanwhile(bridge.ledger, "FROM attempt", lambda: other.mark(held)):
        seen = bridge.ask(budgets.view, ACME, Tier.AI, bridge.clock.now)

    assert len(seen.stamps) + seen.claimed >= 1
