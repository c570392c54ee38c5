"""The one HTTP client for everybody but TalentSprout: what `domain.call.Call` describes is made here, and nothing else.

Addresses come from data too (a next page, a stranger's webhook), so every one is treated as if a stranger had written it: https
on the usual ports, a public address, looked up once and connected to as it was checked. Nothing is followed, kept or repeated.
"""

from worker.outbound.client import DEADLINE, MOST_BYTES, Answer, Outbound
from worker.outbound.faults import (
    BrokenOff,
    CallRefused,
    NoAddress,
    NoConnection,
    NotTrusted,
    OutboundFault,
    TooLarge,
    TooSlow,
)

__all__ = [
    "DEADLINE",
    "MOST_BYTES",
    "Answer",
    "BrokenOff",
    "CallRefused",
    "NoAddress",
    "NoConnection",
    "NotTrusted",
    "Outbound",
    "OutboundFault",
    "TooLarge",
    "TooSlow",
]
