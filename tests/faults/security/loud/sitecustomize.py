"""Loud: put this folder on PYTHONPATH, and every process logs at DEBUG, and fails with a traceback where a title says so."""

import logging

from worker import log
from worker.descriptions import plain_text

MARK = "Fails its reader."
_usual, _readable = log.to_stderr, plain_text.readable


def _loud(level: int = logging.DEBUG) -> None:
    _usual(logging.DEBUG)


def _failing(description: str) -> str:
    if MARK in description:
        raise ValueError(description)  # what a careless library would do
    return _readable(description)


log.to_stderr = _loud
plain_text.readable = _failing
