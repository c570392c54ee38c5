"""Child processes that end with their parent, however it ends, and ports for them."""

import contextlib
import ctypes
import errno
import signal
import socket
import sys

PR_SET_PDEATHSIG = 1
PYTHON = (sys.executable, "-P", "-m")  # -P: never a module of the folder in which somebody happens to be
ANSWER_SECONDS = 0.5


def die_with_parent() -> None:
    """Run between fork and exec: Linux kills this child when the thread that started it is gone. Elsewhere nothing happens.

    So children are started by the main thread only.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens on that address of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            return fault.errno != errno.EADDRINUSE
    return True


def answers(host: str, port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection((host, port), ANSWER_SECONDS).close()
    except OSError:
        return False
    return True


def free_port(wanted: int) -> int:
    """`wanted` on loopback if it is free, else one that is."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no port is free on 127.0.0.1")
