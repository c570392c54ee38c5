"""Hints: "there may be work", by task name and with ids only.

A hint may be lost, doubled or late, and nothing depends on it but latency: whoever can't reach the broker carries on, and the
sweep finds what is due.
"""

import socket
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kombu.exceptions import OperationalError

from worker import log, metrics

if TYPE_CHECKING:
    from celery import Celery

NOWHERE = "redis+socket:///nonexistent/broker.sock"
PUMP, READ, FILE, FETCH = "worker.pump", "worker.read", "worker.file", "worker.fetch"
DELIVER = "worker.deliver"
EXPIRES_SECONDS = 300
PATIENCE_SECONDS = 0.2
_logger = log.named(__name__)


def application(broker_url: str | None, longest_call: timedelta) -> "Celery":
    """The Celery application, for sending and for working. Without a broker it can only fail to send.

    A message that was taken and not acknowledged comes back after the visibility timeout, which is longer than any call; it
    finds nothing left to do.
    """
    from celery import Celery  # takes a fifth of a second: a command that sends no hint does not wait for it

    app = Celery("sprout", broker=broker_url or NOWHERE)
    app.conf.update(
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure_or_timeout=True,  # a hint that fails is not repeated: the sweep is the retry
        task_default_queue="live",
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_transport_options(longest_call),
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        task_send_sent_event=False,
        worker_enable_remote_control=False,  # access to the broker is not control of the worker
    )
    return app


def _transport_options(longest_call: timedelta) -> dict[str, object]:
    return {
        "visibility_timeout": max(600, 2 * longest_call.total_seconds()),
        "unacked_restore_interval": 30,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "global_keyprefix": "sprout:",
        "retry_policy": {"max_retries": 0},
    }


class Hints:
    """Sends hints through one Celery application; never raises. A broker that is away costs a fifth of a second at most."""

    def __init__(self, broker_url: str | None, longest_call: timedelta) -> None:
        self._url = broker_url
        self._longest_call = longest_call
        self._app: Celery | None = None

    def read(self, *event_ids: str) -> bool:
        """Events are stored. Whether the broker took the hint, which is one for all of them."""
        return self._send(READ, *event_ids)

    def pump(self, organization: str) -> bool:
        """An organization may have a request that is due."""
        return self._send(PUMP, organization)

    def file(self, batch_id: str) -> bool:
        """A batch has rows that are to be filed."""
        return self._send(FILE, batch_id)

    def fetch(self) -> bool:
        """There may be something to ask an ATS."""
        return self._send(FETCH)

    def deliver(self, organization: str) -> bool:
        """An organization may have a delivery that is due."""
        return self._send(DELIVER, organization)

    def _sender(self) -> "Celery":
        """For sending alone: a broker that hangs must not hold a hint for ever."""
        app = application(self._url, self._longest_call)
        app.conf.broker_transport_options = {**app.conf.broker_transport_options, "socket_timeout": 1}
        return app

    def _send(self, task: str, *arguments: str) -> bool:
        try:
            _knock(self._url)
            self._app = self._app or self._sender()
            self._app.send_task(task, args=arguments, retry=False, ignore_result=True, expires=EXPIRES_SECONDS)
        except (OperationalError, OSError) as fault:
            metrics.HINTS_LOST.inc()
            _logger.warning("hint not sent; the sweep will find it", task=task, fault=type(fault).__name__)
            return False
        return True


def _knock(url: str | None) -> None:
    """Raises OSError where nobody listens. The client itself would try for seconds before it said so."""
    if url is None:
        raise FileNotFoundError("no broker is known")
    parts = urlsplit(url)
    if parts.scheme.endswith("+socket"):
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(PATIENCE_SECONDS)
            door.connect(parts.path)
    else:
        port = parts.port or (5672 if parts.scheme.startswith("amqp") else 6379)
        with socket.create_connection((parts.hostname or "localhost", port), PATIENCE_SECONDS):
            pass
