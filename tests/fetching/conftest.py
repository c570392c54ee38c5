"""Every promise of fetching is kept on both databases."""

from collections.abc import Iterator

import pytest

from tests.ledger.databases import Ledgers
from worker.ledger.connection import Ledger


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """The test's own, empty."""
    ledgers: Ledgers = request.getfixturevalue(f"{request.param}_ledgers")
    with ledgers.lent() as lent:
        yield lent
