"""Calling an ATS's API: a described call becomes an answer that may say something, or the trouble that there is.

A connection that breaks and a gateway that coughs are tried again at once, a few times: asking changes nothing there. All longer
waiting is the ledger's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import tenacity

from config.settings import Source
from worker.domain.call import Call
from worker.outbound import Answer, BrokenOff, CallRefused, NoConnection, Outbound, OutboundFault, TooLarge
from worker.policy import asking
from worker.policy.asking import Trouble

QUICK_TRIES = 3
COUGHS = frozenset({502, 503, 504})
REFUSALS = {401: Trouble.REFUSED, 403: Trouble.FORBIDDEN}
BUSY = 429
RETRY_AFTER = "retry-after"
AWAY = frozenset({408, 425})


@dataclass(frozen=True)
class Failed:
    """No answer that could be read. `sentence` says why; `told` is what the vendor says of when to come again."""

    trouble: Trouble
    sentence: str
    told: timedelta | None = None


def ask(outbound: Outbound, source: Source, call: Call, now: datetime) -> Answer | Failed:
    """Make a call of a source. Its answer is one that the source's kind may read, whatever it says."""
    if call.key is not None and source.api_key is None:
        sentence = f"[sources.{source.name}] has no api_key, which its API wants. Add it and restart the bridge."
        return Failed(Trouble.REFUSED, sentence)
    try:
        answer = _quickly(outbound, source, call)
    except CallRefused as fault:
        return Failed(Trouble.REFUSED, f"{fault} See api_url of [sources.{source.name}].")
    except TooLarge as fault:
        return Failed(Trouble.UNREADABLE, str(fault))
    except OutboundFault as fault:
        return Failed(Trouble.AWAY, str(fault))
    return _judged(source, answer, now) or answer


def _judged(source: Source, answer: Answer, now: datetime) -> Failed | None:
    status, whose = answer.status, f"The API of {source.name} answered {answer.status}"
    told = asking.retry_after(answer.headers.get(RETRY_AFTER), now)
    if status in REFUSALS:
        remedy = f"it does not accept the api_key of [sources.{source.name}], or the key lacks a permission"
        return Failed(REFUSALS[status], f"{whose}: {remedy}. Correct it and restart the bridge.")
    if status == BUSY:
        return Failed(Trouble.BUSY, f"{whose}: it was called too often.", told)
    if status >= 500 or status in AWAY:
        return Failed(Trouble.AWAY, f"{whose}.", told)
    return None


def _quickly(outbound: Outbound, source: Source, call: Call) -> Answer:
    """A few tries within a few seconds. Raises OutboundFault."""
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type((NoConnection, BrokenOff)) | tenacity.retry_if_result(_coughed),
        stop=tenacity.stop_after_attempt(QUICK_TRIES),
        wait=tenacity.wait_exponential(multiplier=0.1, max=1),
        retry_error_callback=_last,
    )
    return retrying(outbound.make, call, key=source.api_key, configured=source.api_url)


def _coughed(answer: Answer) -> bool:
    return answer.status in COUGHS and RETRY_AFTER not in answer.headers


def _last(state: tenacity.RetryCallState) -> Answer:
    """What the last try gave, or raised."""
    assert state.outcome is not None, "there was a try"
    found: Answer = state.outcome.result()
    return found
