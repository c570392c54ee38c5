"""Marked: put this folder on PYTHONPATH, and whoever reads a description with the mark in it dies at once."""

import os
import signal

from worker.descriptions import plain_text

MARK = "Kills its reader."
_usual = plain_text.readable


def _deadly(description: str) -> str:
    if MARK in description:
        os.kill(os.getpid(), signal.SIGKILL)
    return _usual(description)


plain_text.readable = _deadly
