"""An office with one target on this machine, on SQLite; what differs between the databases is tested in tests/ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.letterbox import Inbox, Serve, serving
from tests.delivery.office import Office, a_target
from tests.delivery.receivers import Receiver, listening
from tests.ledger.databases import Ledgers
from worker.ledger.connection import Ledger


@pytest.fixture
def ledger(sqlite_ledgers: Ledgers) -> Iterator[Ledger]:
    with sqlite_ledgers.lent() as lent:
        yield lent


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def office(ledger: Ledger, tmp_path: Path, receiver: Receiver) -> Office:
    return Office.on(ledger, tmp_path, a_target(receiver.url))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def serve(inbox: Inbox, tmp_path: Path) -> Iterator[Serve]:
    with serving(inbox, tmp_path) as start:
        yield start
