"""A post office with one target, whose wire and answers a test decides."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.delivery.office import Office, a_target
from tests.delivery.receivers import Receiver, listening
from tests.ledger.databases import Ledgers
from worker.ledger.connection import Ledger
from worker.outbound import Outbound

OpenOffice = Callable[..., Office]


@pytest.fixture
def ledger(sqlite_ledgers: Ledgers) -> Iterator[Ledger]:
    with sqlite_ledgers.lent() as lent:
        yield lent


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def open_office(ledger: Ledger, tmp_path: Path) -> OpenOffice:
    """`url` of its target; `outbound` if the wire is not to be the usual one."""

    def opened(url: str, outbound: Outbound | None = None) -> Office:
        return Office.on(ledger, tmp_path, a_target(url), outbound=outbound)

    return opened


@pytest.fixture
def office(open_office: OpenOffice, receiver: Receiver) -> Office:
    return open_office(receiver.url)
