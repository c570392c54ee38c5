"""Names looked up by the system, which may take its time: the caller waits no longer than it can afford."""

import socket
import threading
from concurrent.futures import Future
from functools import partial


def addresses(host: str, port: int, patience: float) -> list[str]:
    """The addresses of `host`, in the system's order, within `patience` seconds. Raises OSError, and TimeoutError among it."""
    outcome: Future[list[str]] = Future()
    ask = partial(_ask, host, port, outcome)
    threading.Thread(target=ask, name="name", daemon=True).start()  # the system's look-up can't be ended
    return outcome.result(patience)


def _ask(host: str, port: int, outcome: "Future[list[str]]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        outcome.set_exception(fault)
    else:
        outcome.set_result([str(address[0]) for *_, address in found])
