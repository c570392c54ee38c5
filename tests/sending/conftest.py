"""Shops to work in, on SQLite: what differs between the databases is tested in tests/ledger."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.sending.shop import Shop, opened
from worker.ledger.connection import Ledger


@pytest.fixture
def open_shop(ledger: Ledger, tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(opened(ledger, tmp_path, **settings))


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop()
