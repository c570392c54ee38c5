"""Child processes that end with their parent, however it ends."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Run between fork and exec: Linux kills this child when the thread that started it is gone. Elsewhere nothing happens.

    So children are started by the main thread only.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
