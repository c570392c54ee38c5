"""Batches are kept on both databases, on a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batches.desk import Office
from tests.ledger.databases import Ledgers
from tests.ledger.stage import Stage


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    ledgers: Ledgers = request.getfixturevalue(f"{request.param}_ledgers")
    with ledgers.lent() as lent:
        yield Office(Stage.on(lent, tmp_path))
