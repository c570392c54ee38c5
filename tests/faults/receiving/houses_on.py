"""A bridge within the test's own process, on either database: for promises that need no kill."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import Settings
from tests.web.houses import TWO_ORGANIZATIONS, Clock, House, assembled
from web.app import create_app
from web.context import of
from web.receiver import Receiver


@contextmanager
def house_on(folder: Path, database_url: str, text: str = TWO_ORGANIZATIONS) -> Iterator[House]:
    """`database_url` has the schema in it."""
    bridge = assembled(folder, text.replace("[bridge]", f'[bridge]\ndatabase_url = "{database_url}"'))
    wall = Clock()
    house = House(bridge, create_app(bridge, wall), wall, folder)
    try:
        yield house
    finally:
        bridge.ledger.close()


def receiver_of(house: House, settings: Settings | None = None) -> Receiver:
    """Another receiver on the same intake, perhaps with other settings; it takes the time as an argument."""
    known = of(house.app)
    return Receiver(settings or house.bridge.settings, known.intake, known.hinting)
