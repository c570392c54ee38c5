"""An office with one target on this machine, on SQLite; what differs between the databases is tested in tests/ledger."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.delivery.letterbox import Inbox, Serve, serving
from tests.delivery.offices import office, open_office, receiver
from tests.standins.notebooks import Book, notebook

__all__ = ["office", "open_office", "receiver"]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def serve(inbox: Inbox, tmp_path: Path) -> Iterator[Serve]:
    with serving(inbox, tmp_path) as start:
        yield start


@pytest.fixture
def open_book() -> Iterator[Callable[[str], Book]]:
    """The notebook of a vendor, by its kind."""
    with ExitStack() as opened:
        yield lambda kind: opened.enter_context(notebook(kind))
