"""Every promise of fetching is kept on both databases, and by every vendor."""

from collections.abc import Iterator

import pytest

from tests.fetching import hall as halls
from tests.fetching.hall import Hall
from tests.fetching.town import A_POSTING, Town
from tests.ledger.databases import Ledgers
from tests.standins.kinds import STANDINS
from worker.ledger.connection import Ledger

ANNOUNCING = ["ashby", "breezy", "pinpoint", "recruitee", "smartrecruiters"]


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """The test's own, empty."""
    ledgers: Ledgers = request.getfixturevalue(f"{request.param}_ledgers")
    with ledgers.lent() as lent:
        yield lent


@pytest.fixture(params=ANNOUNCING)
def town(request: pytest.FixtureRequest, sqlite_ledgers: Ledgers) -> Iterator[Town]:
    """Each vendor that announces postings without their texts; for what depends on the vendor."""
    with sqlite_ledgers.lent() as ledger, STANDINS[request.param]() as vendor:
        vendor.put(A_POSTING)
        yield Town(ledger, vendor)


@pytest.fixture
def ashby(ledger: Ledger) -> Iterator[Town]:
    """One vendor for all, on each database."""
    with STANDINS["ashby"]() as vendor:
        vendor.put(A_POSTING)
        yield Town(ledger, vendor)


@pytest.fixture(params=halls.ASKING)
def hall(request: pytest.FixtureRequest, sqlite_ledgers: Ledgers) -> Iterator[Hall]:
    """Each vendor that tells of candidates by ids alone; for what depends on the vendor."""
    with sqlite_ledgers.lent() as ledger:
        yield from halls.opened(ledger, request.param)


@pytest.fixture
def lever_hall(ledger: Ledger) -> Iterator[Hall]:
    """One of them for all, on each database."""
    yield from halls.opened(ledger, "lever")
