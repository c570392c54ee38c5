"""Serving: waitress with its poll loop, which keeps answering while a thousand slow connections drip.

What waitress refuses before the application sees it is a problem document too.
"""

import contextlib
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import FrameType

from waitress import create_server, wasyncore  # type: ignore[import-untyped]  # waitress ships no types
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]  # the same
from waitress.server import BaseWSGIServer  # type: ignore[import-untyped]  # the same
from waitress.task import ErrorTask  # type: ignore[import-untyped]  # the same

from web import problems
from web.app import SECURITY_HEADERS, create_app
from web.context import of
from web.lanes import Lanes
from web.parsing import StrictParser
from web.receiver import LARGEST_COMPLETION
from worker import log
from worker.assembly import Bridge
from worker.batches import handed_in

MOST_CONNECTIONS = 4000
OPEN_FILES = 8192
IDLE_SECONDS = 30
LARGEST_HEADERS = 16 * 1024  # bytes
HEADROOM = 2  # of the largest body: waitress counts the framing of chunks, the application measures exactly
LOOP_SECONDS = 1.0
LAST_ANSWERS = timedelta(seconds=5)
_logger = log.named(__name__)


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress ships no types
    """What waitress itself answers: a request that is malformed, or larger than anything here."""

    def execute(self) -> None:
        error = self.request.error
        kind = problems.of_status(error.code, error.reason)
        body = problems.document(kind)
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend([("Content-Type", problems.CONTENT_TYPE), *SECURITY_HEADERS.items()])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress ships no types
    error_task_class = _Refusal
    parser_class = StrictParser


class Server:
    """A server that is bound and not yet running."""

    def __init__(self, bridge: Bridge) -> None:
        """Binds. Raises OSError where the address is taken or not this machine's."""
        _allow_open_files()
        self._sockets: dict[int, wasyncore.dispatcher] = {}
        bound = bridge.settings.bridge
        app = create_app(bridge)
        self._intake, self._readiness = of(app).intake, of(app).readiness
        self._data_dir = bound.data_dir
        self._server = create_server(
            app,
            map=self._sockets,
            _dispatcher=Lanes(),
            host=bound.bind_host,
            port=bound.bind_port,
            asyncore_use_poll=True,
            connection_limit=MOST_CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            max_request_body_size=HEADROOM * LARGEST_COMPLETION,
            max_request_header_size=LARGEST_HEADERS,
            clear_untrusted_proxy_headers=True,
            ident=None,
        )
        for listener in self._listeners():
            listener.channel_class = _Channel
        self._stopping = threading.Event()

    def run(self) -> None:
        """Serve until `stop`; then take no more connections and finish what is being answered."""
        self._intake.start()
        self._readiness.say_what_is_awaited()
        handed_in.sweep(self._data_dir)
        while not self._stopping.is_set():
            self._turn(LOOP_SECONDS)
        listeners = list(self._listeners())
        for listener in listeners:
            listener.del_channel()
            listener.socket.close()
        ends = time.monotonic() + LAST_ANSWERS.total_seconds()
        while self._is_answering() and time.monotonic() < ends:
            self._turn(0.05)
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._sockets)

    def stop(self) -> None:
        """From any thread, or a signal handler."""
        self._stopping.set()
        for listener in self._listeners():
            listener.pull_trigger()

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, map=self._sockets, use_poll=True, count=1)

    def _listeners(self) -> Iterator[BaseWSGIServer]:
        return (one for one in list(self._sockets.values()) if isinstance(one, BaseWSGIServer))

    def _is_answering(self) -> bool:
        channels = [one for one in list(self._sockets.values()) if isinstance(one, HTTPChannel)]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)


def serve(bridge: Bridge, on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT, and end quietly. Raises OSError where the address can't be bound.

    `on_ready` is called once connections are accepted. Signals are heard where this is the main thread.
    """
    server = Server(bridge)
    address = bridge.settings.bridge
    _logger.info("listening", host=address.bind_host, port=address.bind_port, public_url=address.public_url)
    with _signals(server.stop):
        on_ready()
        server.run()


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, heard) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _allow_open_files() -> None:
    """Room for as many connections as are accepted; where the system allows less, it is less."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if wanted < OPEN_FILES and soft < OPEN_FILES:
        _logger.warning("few open files are allowed; raise the limit (ulimit -n)", allowed=wanted, wanted=OPEN_FILES)
