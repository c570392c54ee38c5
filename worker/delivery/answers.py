"""A target's answer, or the lack of one, as what is kept of it."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from worker import log
from worker.delivery.post import TAKEN, Posted
from worker.domain.delivery import Ended
from worker.domain.fields import clean, single_line
from worker.domain.message import Mail
from worker.outbound import Answer, OutboundFault
from worker.policy import asking
from worker.targets import Explains, TargetKind

LONGEST_EXCERPT = 300  # characters; enough to recognise an error, too few to keep a person's data in
LONGEST_SAID = 120
FOR_GOOD = "5"  # how the codes of a mail server's refusal begin that no repeat changes


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
    """There is no answer; the fault's sentence says why. Of an answer with an unusable body the status says enough."""
    if fault.status is not None:
        return Ended(status=fault.status, excerpt=str(fault), took=took)
    return Ended(fault=str(fault), took=took)


def unwritten(bug: Exception) -> Ended:
    """Nothing was sent: what was to be said could not be written. A try that failed, because people mend bugs."""
    return Ended(fault=f"The message could not be written ({type(bug).__name__}); that is a fault of the bridge.")


def posted(found: Posted, mail: Mail, took: timedelta) -> Ended:
    """What came of a letter. Its server's codes stand for an answer: 250 is its success, and no HTTP status.

    Whoever was refused for now is written to again, and nobody else. Once nobody is left it is delivered, if one of them has it.
    """
    for_good = {one: said for one, said in found.refused.items() if said.startswith(FOR_GOOD)}
    has_it = () if found.status != TAKEN else (one for one in mail.recipients if one not in found.refused)
    settled = {**dict.fromkeys(has_it, ""), **for_good}
    for_now = {one: said for one, said in found.refused.items() if one not in for_good}
    if for_now and (settled or mail.left is not None):
        return Ended(fault=_for_now(for_now, mail), took=took, recipients=settled, is_partial=True)
    if found.status == TAKEN or (found.is_final and found.refused and mail.is_had):
        some = f"Refused for good: {', '.join(sorted(for_good.values()))}." if for_good else ""
        return Ended(status=200, excerpt=some, took=took, recipients=settled if some or mail.left is not None else {})
    refusal = f"The mail server answered {found.said}." if found.said else "The mail server did not take it."
    return Ended(fault=found.fault or refusal, took=took, is_final=found.is_final)


def _for_now(refused: Mapping[str, str], mail: Mail) -> str:
    codes = ", ".join(sorted(set(refused.values())))
    were = "was" if len(refused) == 1 else "were"
    return f"{len(refused)} of {len(mail.to)} recipients {were} refused for now ({codes}); nobody else is written to again."


def excerpt(body: bytes) -> str:
    """The beginning of an answer, for people."""
    text = body[: LONGEST_EXCERPT * 8].decode("utf-8", "replace")
    return log.without_secrets(single_line(clean(text)))[:LONGEST_EXCERPT]


def since(began: float) -> timedelta:
    """How long it took, from a moment of the monotonic clock."""
    return timedelta(seconds=time.monotonic() - began)
