"""Houses for tests of security: one that is real, one that is the open sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.houses import SANDBOX, TWO_ORGANIZATIONS, House, make_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Two organizations, three sources, a public address: nothing is open."""
    made = make_house(tmp_path, TWO_ORGANIZATIONS)
    yield made
    made.bridge.ledger.close()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[House]:
    """Nothing configured, on loopback: the pages are open."""
    made = make_house(tmp_path, SANDBOX)
    yield made
    made.bridge.ledger.close()
