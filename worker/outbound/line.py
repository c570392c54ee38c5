"""Line: what of a call has left, and its end at the deadline.

httpcore reports each step to a trace hook; a Line is that hook. httpx's time-outs start again with every byte, so a peer that
drips could hold a call for ever: a timer shuts the connection down, which wakes whoever reads or writes.
"""

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock, Timer
from typing import Any


class Line:
    """The trace hook of one call, whatever number of addresses it tries."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.sent = False  # the first byte of the request was about to be handed over
        self.timed_out = False
        self._ends = time.monotonic() + seconds
        self._closing = Lock()
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._strike)
        self._timer.daemon = True
        self._timer.start()

    def left(self) -> float:
        """Seconds to the deadline; a little more than nothing when it has passed, because 0 would mean for ever or never."""
        return max(self._ends - time.monotonic(), 0.001)

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        match event:
            case "connection.connect_tcp.complete" | "connection.start_tls.complete":
                self._hold(info["return_value"].get_extra_info("socket"))
            case "http11.send_request_headers.started":
                self.sent = True
            case "http11.response_closed.started":
                self.let_go()

    def let_go(self) -> None:
        """The connection is about to be closed, and its number may be reused then."""
        with self._closing:
            self._socket = None

    def finish(self) -> None:
        """No deadline any more."""
        self._timer.cancel()
        self.let_go()

    def _hold(self, sock: socket.socket) -> None:
        with self._closing:
            self._socket = sock
            if self.timed_out:
                self._shut()

    def _strike(self) -> None:
        with self._closing:
            self.timed_out = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # the peer was faster
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # not SSLSocket's: another thread uses its state
