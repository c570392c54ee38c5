"""What makes a receiver's life harder: senders who drip their bodies, and a worker that drains a backlog on the same database."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench.served import PATH, ROOT, Served
from config import load
from tests.processes import Program
from worker import assembly, filing
from worker.ledger.connection import Tx

DRIP_SECONDS = 0.2
FILED = 500
TEXT = (
    "Job {number}. We look for somebody who repairs bicycles, talks with customers and keeps a small workshop in order."
)


class Dripping:
    """So many connections whose body never ends: a byte each, now and then, until `close`."""

    def __init__(self, port: int, count: int) -> None:
        head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 6000\r\n\r\n{{"
        self._peers = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
        for peer in self._peers:
            peer.sendall(head.encode())
        self._next = time.monotonic() + DRIP_SECONDS

    def turn(self) -> None:
        """Another drop, if it is time."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + DRIP_SECONDS
            for peer in self._peers:
                with suppress(ConnectionError):  # whoever is cut off stays cut off
                    peer.sendall(b" ")

    def close(self) -> None:
        """Hang up."""
        for peer in self._peers:
            peer.close()


@contextmanager
def draining(at: Served) -> Iterator[None]:
    """A backlog of requests, and a worker that sends them and reads whatever is received meanwhile."""
    path = at.folder / "bridge.toml"
    bridge = assembly.assemble(load(path, assembly.kinds()))
    assembly.prepare(bridge)
    bridge.ledger.write(_file)
    bridge.ledger.close()
    argv = [sys.executable, "-m", "worker.cli", "--config", str(path), "worker"]
    worker = Program(argv, log=at.folder / "worker.log", cwd=ROOT)
    try:
        yield
    finally:
        worker.kill()  # it would finish what is in flight, and nobody wants to know any more


def _file(tx: Tx) -> None:
    for number in range(FILED):
        filing.file(tx, filing.Submission("acme", TEXT.format(number=number)))
