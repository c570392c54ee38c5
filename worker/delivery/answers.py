"""A target's answer, or the lack of one, as what is kept of it."""

import time
from datetime import datetime, timedelta

from worker import log
from worker.delivery.post import TAKEN, Posted
from worker.domain.delivery import Ended
from worker.domain.fields import clean, single_line
from worker.outbound import Answer, OutboundFault
from worker.policy import asking
from worker.targets import Explains, TargetKind

LONGEST_EXCERPT = 300  # characters; enough to recognise an error, too few to keep a person's data in
LONGEST_SAID = 120


def answered(answer: Answer, kind: TargetKind, took: timedelta, now: datetime) -> Ended:
    """It answered, whatever it said. What looks like a secret or a mail address is not kept."""
    is_success = 200 <= answer.status < 300
    said = kind.said(answer.status, answer.body) if isinstance(kind, Explains) and not is_success else None
    return Ended(
        status=answer.status,
        excerpt=excerpt(answer.body),
        took=took,
        retry_after=asking.retry_after(answer.headers.get("retry-after"), now),
        said=None if said is None else log.without_secrets(single_line(said))[:LONGEST_SAID],
    )


def unanswered(fault: OutboundFault, took: timedelta) -> Ended:
    """There is no answer; the fault's sentence says why."""
    return Ended(fault=str(fault), took=took)


def posted(found: Posted, took: timedelta) -> Ended:
    """What came of a letter. Its server's codes stand for an answer: 250 is its success, and no HTTP status."""
    if found.status == TAKEN:
        some = f"{found.refused} recipients were refused" if found.refused else ""
        return Ended(status=200, excerpt=some, took=took)
    refusal = f"The mail server answered {found.said}." if found.said else "The mail server did not take it."
    return Ended(fault=found.fault or refusal, took=took, is_final=found.is_final)


def excerpt(body: bytes) -> str:
    """The beginning of an answer, for people."""
    text = body[: LONGEST_EXCERPT * 8].decode("utf-8", "replace")
    return log.without_secrets(single_line(clean(text)))[:LONGEST_EXCERPT]


def since(began: float) -> timedelta:
    """How long it took, from a moment of the monotonic clock."""
    return timedelta(seconds=time.monotonic() - began)
