"""What can go wrong on demand: the kinds, the queue they wait in, and what each does to the interview and to the window.

A fault is taken by the next call it fits that passes every check (key, scope, limit, fields), except the two that strike
before there is a body to check. What the answer looks like is in distortion.py, what happens to the connection in sabotage.py.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from worker.sandbox.settings import Endpoint, Switches


class Kind(StrEnum):
    NONE = "none"  # an ordinary answer, for its latency, headers or fields
    STATUS = "status"  # written "status:503"; the vendor's envelope, or `body` as it is
    HANG = "hang"
    CREATED_HANG = "created_hang"
    HALF_CLOSE = "half_close"
    RESET_ON_ACCEPT = "reset_on_accept"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    TRUNCATE = "truncate"
    TRUNCATE_HANG = "truncate_hang"
    DRIP_HEADERS = "drip_headers"
    DRIP_BODY = "drip_body"
    GARBAGE_STATUS_LINE = "garbage_status_line"
    GARBAGE_200 = "garbage_200"
    NO_SHARE_LINK_200 = "200_no_share_link"
    OTHER_ID_TYPE_200 = "200_other_id_type"
    CREATED_500 = "created_500"
    HTML_502 = "html_502"
    HTML_504_AFTER = "html_504_after"
    REDIRECT_307 = "redirect_307"
    REDIRECT_308 = "redirect_308"
    GZIP_BOMB = "gzip_bomb"
    WRONG_GZIP = "wrong_gzip"
    WRONG_CONTENT_LENGTH = "wrong_content_length"
    FLOOD_1XX = "1xx_flood"


BEFORE_THE_BODY = frozenset({Kind.RESET_ON_ACCEPT, Kind.RESET_BEFORE})
CREATES_NOTHING = BEFORE_THE_BODY | {Kind.STATUS, Kind.HANG, Kind.HTML_502, Kind.REDIRECT_307, Kind.REDIRECT_308}
NEVER_COUNTED = BEFORE_THE_BODY | {
    Kind.HTML_502,
    Kind.REDIRECT_307,
    Kind.REDIRECT_308,
}  # answered before the vendor's code
UNAUTHORIZED = frozenset({401, 403})
INVALID = frozenset({400, 404, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the queue. Seconds are TalentSprout's time.

    `body`: text instead of the answer's; "\\udc80" to "\\udcff" stand for the bytes 80 to ff, so that bad UTF-8 can be asked for.
    `fields` and `without` change the JSON object of an answer; `headers` replaces headers, none for an empty list.
    `size`: bytes of the bomb or of garbage, bytes sent before a cut, or how many 1xx.
    """

    kind: Kind
    status: int = 0
    endpoint: Endpoint | None = None  # None: any
    organization: str = ""  # empty: any
    times: int | None = 1  # None: until the next reset
    share: float = 1.0  # of the calls that fit, by chance
    creates: bool | None = None  # None: as is usual for the kind
    latency: float | None = None
    complete_first: bool = False  # a candidate's completion is delivered before the answer
    code: str = ""
    message: str = ""
    param: str = ""
    retry_after: str | None = None  # of a 429, as it is; None: no such header
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)
    without: Sequence[str] = ()
    body: str | None = None
    content_type: str = ""
    location: str = ""
    size: int | None = None
    interval: float = 1.0  # between two dripped bytes

    @property
    def name(self) -> str:
        return f"status:{self.status}" if self.kind is Kind.STATUS else self.kind

    @property
    def executes(self) -> bool:
        """Whether the call does its work, so that an interview comes into being."""
        return self.kind not in CREATES_NOTHING if self.creates is None else self.creates

    def latency_of(self, usual: float) -> float:
        """How long the call takes: as asked for, at once where the vendor would not start to work, else as usual."""
        at_once = self.kind in NEVER_COUNTED or (self.kind is Kind.STATUS and self.status < 500)
        return self.latency if self.latency is not None else 0.0 if at_once else usual

    def counts(self, switches: Switches) -> bool:
        """Whether the call consumes the window."""
        if self.kind in NEVER_COUNTED:
            return self.executes
        if self.status == 429:
            return switches.limited_counts
        if self.status in UNAUTHORIZED:
            return switches.unauthorized_counts
        return self.status not in INVALID or switches.invalid_counts

    def fits(self, endpoint: Endpoint | None, organization: str) -> bool:
        return self.endpoint in (None, endpoint) and self.organization in ("", organization)


class FaultQueue:
    """Faults in the order in which they were asked for; the first that fits is taken."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def waiting(self) -> list[Fault]:
        return list(self._waiting)

    def take_on_accept(self) -> bool:
        """Whether the connection just accepted, whoever opened it, is to be reset."""
        return self._take(lambda fault: fault.kind is Kind.RESET_ON_ACCEPT) is not None

    def take_before_body(self, endpoint: Endpoint, organization: str) -> Fault | None:
        return self._take(lambda fault: fault.kind is Kind.RESET_BEFORE and fault.fits(endpoint, organization))

    def take(self, endpoint: Endpoint, organization: str) -> Fault | None:
        return self._take(lambda fault: fault.kind not in BEFORE_THE_BODY and fault.fits(endpoint, organization))

    def _take(self, fits: Callable[[Fault], bool]) -> Fault | None:
        for place, fault in enumerate(self._waiting):
            if not fits(fault) or self._rng.random() >= fault.share:
                continue
            if fault.times is not None:
                left = replace(fault, times=fault.times - 1)
                self._waiting[place : place + 1] = [left] if left.times else []
            return fault
        return None
