"""What a hint starts. Thin on purpose: the ledger decides, and doing nothing is a fine answer to a hint."""

from collections.abc import Callable
from functools import partial

from celery import Celery

from worker import hints, log
from worker.ledger.connection import LedgerFault
from worker.station import Station

_logger = log.named(__name__)


def register(app: Celery, station: Station) -> None:
    """Teach the application the hints of this process."""

    @app.task(name=hints.READ)
    def read(*event_ids: str) -> None:
        for event_id in event_ids:
            _work(partial(station.read, event_id))

    @app.task(name=hints.PUMP)
    def pump(organization: str) -> None:
        _work(lambda: station.pump.run(organization))

    @app.task(name=hints.FETCH)
    def fetch() -> None:
        station.look_for_fetches()

    @app.task(name=hints.DELIVER)
    def deliver(_organization: str) -> None:
        station.courier.look()

    @app.task(name=hints.FILE)
    def file(_batch_id: str) -> None:
        station.look_for_rows()


def _work(step: Callable[[], None]) -> None:
    try:
        step()
    except LedgerFault as fault:
        _logger.warning("hint not followed: the ledger is away", fault=type(fault).__name__)
