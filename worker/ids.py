"""Ids and other randomness.

An id is 20 characters: ten of milliseconds, ten of chance, so that ids sort by time and never meet. Within one process
they only grow, so rows filed in one breath keep their order. A label is what people search for in TalentSprout.
"""

import secrets
import threading

from worker import clock

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32
LABEL_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"  # no vowels, nothing that looks like something else
LABEL_LENGTH = 5
CHANCE_BITS = 50

_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]  # ten bits each
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A fresh id."""
    global _last
    with _lock:
        fresh = int(clock.wall().timestamp() * 1000) << CHANCE_BITS | secrets.randbits(CHANCE_BITS - 1)
        _last = max(fresh, _last + 1)
        return "".join([_PAIRS[_last >> shift & 1023] for shift in range(90, -1, -10)])


def new_label() -> str:
    """Five characters: 17 million of them; the ledger refuses a repeat and asks again."""
    drawn = secrets.randbelow(len(LABEL_ALPHABET) ** LABEL_LENGTH)
    return "".join(
        LABEL_ALPHABET[drawn // len(LABEL_ALPHABET) ** place % len(LABEL_ALPHABET)] for place in range(LABEL_LENGTH)
    )


def new_token() -> str:
    """An API token: 256 bits under a prefix that secret scanners can find."""
    return "spr_" + secrets.token_urlsafe(32)


def jitter(most: float) -> float:
    """A number between 0 and `most`, for backoff."""
    return secrets.SystemRandom().uniform(0, most)
