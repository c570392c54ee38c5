"""The ear for hints: Celery, on its threads pool, without beat, events, remote control or signal handlers of its own."""

import threading
from collections.abc import Callable

from celery import Celery
from celery.worker import WorkController, state

from worker import assembly, hints, log, tasks
from worker.station import Station

HINTS_AT_ONCE = 8  # a hint is done in milliseconds; calls to TalentSprout fly in threads of their own
_logger = log.named(__name__)


class Ear:
    """Works on hints in a thread, reconnecting for as long as it takes."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="ear", daemon=True)

    def start(self) -> None:
        """Begin to listen; a broker that is away is waited for."""
        self._thread.start()

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether it listens by then."""
        return self._ready.wait(seconds)

    def alive(self) -> bool:
        """Whether it still listens."""
        return self._thread.is_alive()

    def stop(self, seconds: float) -> None:
        """Take no more hints, and wait a while for those at work."""
        state.should_stop = 0  # type: ignore[assignment]  # celery-types knows only None
        self._thread.join(seconds)

    def _listen(self) -> None:
        bridge = self._station.bridge
        timing = bridge.settings.bridge
        app = hints.application(assembly.broker_url(bridge.settings), timing.call_deadline + timing.lease_margin)
        tasks.register(app, self._station)
        app.set_current()
        try:
            _controller(app, self._station.boot_id, self._is_ready).start()
        except Exception:  # whatever it was, the process must notice that nobody listens any more
            _logger.exception("the ear for hints failed")
            raise

    def _is_ready(self, _consumer: object) -> None:
        self._ready.set()


def _controller(app: Celery, name: str, on_ready: Callable[[object], None]) -> WorkController:
    return WorkController(
        app=app,
        hostname=f"{name}@sprout",
        pool="threads",
        concurrency=HINTS_AT_ONCE,
        queues=["live", "batch"],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        ready_callback=on_ready,
    )
