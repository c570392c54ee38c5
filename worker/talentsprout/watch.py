"""Watch: how far a call got, and its end at the deadline.

httpcore reports each step of a call to a trace hook; a Watch is that hook. The steps decide what is known afterwards: the
same exception is raised when nothing was sent and when everything was.

httpx's time-outs start again with every byte, so a peer that drips could hold a call for ever. A timer therefore ends the
connection: both directions are shut down, which wakes the thread that reads or writes, and makes the kernel answer whatever
a flooding peer still sends with a reset. (Shutting down the reading side alone leaves a flood readable on Linux.)

And it measures the spread: how much later than its stamp a call may have arrived at the server.
"""

import socket
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from threading import Lock, Timer
from typing import Any

from worker import steps

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER for 0 s: close() drops what is unsent and sends a reset


class Watch:
    """The trace hook of one call.

    The guard is called when the connection stands and before the first byte leaves; what it raises ends the call with
    nothing sent. The deadline runs from its return. One event later the head of the request would have left already.

    The guard returns the moment of the call's stamp, by `time.monotonic`. From there to the last byte handed over is the part
    of the spread that can be seen; how long the bytes then travel can't, but it is not more than a round trip, and the
    TLS handshake has just made one.
    """

    def __init__(self, guard: Callable[[], float], deadline: timedelta) -> None:
        self.spread: timedelta | None = None  # until the body was written
        self.body_done = False  # the last byte of the request was handed to the kernel
        self.timed_out = False
        self.refusal: BaseException | None = None  # what the guard raised
        self.connected = False
        self._guard = guard
        self._stamped = self._shaking_hands = 0.0
        self._round_trip = 0.0  # of the TLS handshake, in seconds
        self._timer = Timer(deadline.total_seconds(), self._strike)
        self._timer.daemon = True
        self._closing = Lock()
        self._socket: socket.socket | None = (
            None  # None again when it is about to be closed: its number may be reused then
        )
        self._sending = False
        self._answered = False

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        match event:
            case "connection.connect_tcp.complete":
                self._socket = info["return_value"].get_extra_info("socket")
            case "connection.start_tls.started":
                self._shaking_hands = time.monotonic()
            case "connection.start_tls.complete":
                self._round_trip = time.monotonic() - self._shaking_hands
                self._socket = info["return_value"].get_extra_info("socket")
            case "http11.send_request_headers.started":
                self.connected = True
                self._ask_the_guard()
                self._sending = True
                self._timer.start()
            case "http11.send_request_body.complete":
                self.body_done = True
                self.spread = timedelta(seconds=time.monotonic() - self._stamped + self._round_trip)
                steps.reached("after_body_sent")
            case "http11.receive_response_body.complete":
                self._answered = True
            case "http11.response_closed.started":
                self.finish()

    def finish(self) -> None:
        """Let go of the connection, which is about to be closed: with a reset where the exchange is unfinished."""
        self._timer.cancel()
        with self._closing:
            if self._socket and self._sending and not self._answered:
                self._reset_on_close(self._socket)
            self._socket = None

    def _ask_the_guard(self) -> None:
        try:
            self._stamped = self._guard()
        except BaseException as refusal:
            self.refusal = refusal
            raise

    def _strike(self) -> None:
        with self._closing:
            if self._socket is None:
                return
            self.timed_out = True
            self._reset_on_close(self._socket)
            with suppress(OSError):  # the peer was faster
                # Not SSLSocket's own method, which would take the TLS state away from under the reading thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    @staticmethod
    def _reset_on_close(sock: socket.socket) -> None:
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
