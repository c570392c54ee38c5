"""The process stops at the step that SPROUT_STOP_AT names, a moment after it: other threads have ended their transactions then.

A process that is stopped within a transaction keeps its locks, and on SQLite nobody else can write until it goes on. For the
same reason the signal is sent to the thread that is at the step: sent to the process, the thread would go on for a while.
"""

import os
import signal
import threading
import time

from worker import steps

QUIET_SECONDS = 0.3


def _quietly(name: str) -> None:
    if name == os.environ.get("SPROUT_STOP_AT"):
        time.sleep(QUIET_SECONDS)
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


steps.reached = _quietly
