"""Offices with one target on this machine: the fixtures of every folder that delivers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.delivery.office import Office, a_target
from tests.delivery.receivers import Receiver, listening
from worker.ledger.connection import Ledger
from worker.outbound import Outbound

OpenOffice = Callable[..., Office]


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
