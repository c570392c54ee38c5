"""What becomes of a request when an attempt of it has ended.

Retries live in the ledger only. Waits double from one second to 30, with full jitter (API reference, "Errors": repeat 5xx
after 1, 2, 4 … at most 30 seconds); a request whose answers keep failing is held after 8 of them or 15 minutes. An attempt
that never reached TalentSprout does not count, for a day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Created, Evidence, NotExecuted, Outcome, Refused, Remedy, Unknown
from worker.domain.request import Because, Code, GenerationRequest

MOST_FAILURES = 8
FAILING_FOR = timedelta(minutes=15)
OUT_OF_REACH_FOR = timedelta(hours=24)
LONGEST_WAIT = timedelta(seconds=30)
TEXT_LIMITS = (20_000, 12_000, 6_000, 3_000)  # each 504 `timeout` asks for a more concise description


@dataclass(frozen=True)
class Finish:
    """The interview exists."""

    interview: Interview
    origin: Origin


@dataclass(frozen=True)
class TryAgain:
    """Back in line, due at a moment; the next attempt may send less text, or text that was enriched."""

    due_at: datetime
    because: Because | None
    failures: int
    failing_since: datetime | None
    text_limit: int
    enriched: bool


@dataclass(frozen=True)
class Hold:
    """A person must change something."""

    because: Because


@dataclass(frozen=True)
class PauseOrganization:
    """Nothing of this organization is sent until a ping succeeds; the request stays in line."""

    evidence: Evidence


@dataclass(frozen=True)
class AskAPerson:
    """It may have run: nobody repeats it without a word."""

    because: Because


Step = Finish | TryAgain | Hold | PauseOrganization | AskAPerson


def after(outcome: Outcome, request: GenerationRequest, now: datetime, jitter: Callable[[float], float]) -> Step:
    """What happens next to `request`, whose newest attempt ended with `outcome`."""
    match outcome:
        case Created():
            return Finish(outcome.interview, outcome.origin)
        case Refused():
            return PauseOrganization(outcome.evidence)
        case Unknown():
            return AskAPerson(Because(outcome.code, facts(outcome.evidence)))
        case NotExecuted():
            return _repeat_or_hold(outcome, request, now, jitter)
        case _:
            assert_never(outcome)


def shorter_than(limit: int) -> int | None:
    """The next shorter text limit in UTF-16 units, or None where it can't get shorter."""
    return next((shorter for shorter in TEXT_LIMITS if shorter < limit), None)


def _repeat_or_hold(
    outcome: NotExecuted, request: GenerationRequest, now: datetime, jitter: Callable[[float], float]
) -> Step:
    because = Because(outcome.code, facts(outcome.evidence))
    match outcome.remedy:
        case Remedy.PERSON:
            return Hold(because)
        case Remedy.ROOM:
            return _in_line_again(request, now)
        case Remedy.REACH:
            return _when_reachable(request, because, now, jitter)
        case Remedy.MORE_TEXT:
            return Hold(because) if request.enriched else _enriched(request, now)
        case Remedy.SHORTER_TEXT:
            return _shorter(request, because, now, jitter)
        case Remedy.TIME:
            return _with_backoff(request, because, now, jitter)
        case _:
            assert_never(outcome.remedy)


def _in_line_again(request: GenerationRequest, now: datetime) -> TryAgain:
    return TryAgain(now, None, request.failures, request.failing_since, request.text_limit, request.enriched)


def _enriched(request: GenerationRequest, now: datetime) -> TryAgain:
    return TryAgain(now, None, request.failures, request.failing_since, TEXT_LIMITS[0], enriched=True)


def _shorter(request: GenerationRequest, because: Because, now: datetime, jitter: Callable[[float], float]) -> Step:
    """One try for each limit. A text that is short already is sent as it is: the vendor documents its 504 as safe."""
    failures = request.failures + 1
    shorter = shorter_than(request.text_limit)
    if shorter is None and failures >= len(TEXT_LIMITS):
        return Hold(because)
    limit = shorter or request.text_limit
    due_at = now + _wait(failures, jitter)
    most = max(len(TEXT_LIMITS), failures + sum(one < request.text_limit for one in TEXT_LIMITS))
    facts_then = {**because.facts, "attempt": failures + 1, "of": most, "again_at": due_at.isoformat()}
    since = _since(request, now, answered=True)
    return TryAgain(due_at, Because(because.code, facts_then), failures, since, limit, request.enriched)


def _when_reachable(
    request: GenerationRequest, because: Because, now: datetime, jitter: Callable[[float], float]
) -> Step:
    since = _since(request, now, answered=False)
    if now - since >= OUT_OF_REACH_FOR:
        return Hold(Because(Code.ATTEMPTS_USED, {**because.facts, "attempts": request.fence}))
    due_at = now + _wait(request.fence, jitter)
    facts_then = {**because.facts, "again_at": due_at.isoformat()}
    return TryAgain(
        due_at, Because(because.code, facts_then), request.failures, since, request.text_limit, request.enriched
    )


def _with_backoff(
    request: GenerationRequest, because: Because, now: datetime, jitter: Callable[[float], float]
) -> Step:
    failures = request.failures + 1
    since = _since(request, now, answered=True)
    if failures >= MOST_FAILURES or now - since >= FAILING_FOR:
        return Hold(Because(Code.ATTEMPTS_USED, {**because.facts, "attempts": failures}))
    due_at = now + _wait(failures, jitter)
    facts_then = {**because.facts, "attempt": failures + 1, "of": MOST_FAILURES, "again_at": due_at.isoformat()}
    return TryAgain(due_at, Because(because.code, facts_then), failures, since, request.text_limit, request.enriched)


def _since(request: GenerationRequest, now: datetime, *, answered: bool) -> datetime:
    """Since when it fails in this way: time out of reach is none of failing answers, nor the other way round."""
    before = request.because is not None and request.because.facts.get("status") is not None
    return request.failing_since if request.failing_since is not None and before is answered else now


def _wait(failures: int, jitter: Callable[[float], float]) -> timedelta:
    """Full jitter over 1, 2, 4 … 30 seconds, and never less than a quarter of a second."""
    most = min(2.0 ** min(failures - 1, 10), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=max(jitter(most), 0.25))


def facts(evidence: Evidence) -> dict[str, object]:
    """What of the evidence a sentence may need; absent things are left out."""
    named = {
        "status": evidence.status,
        "error": evidence.code,
        "message": evidence.message,
        "param": evidence.param,
        "x_request_id": evidence.x_request_id,
        "trouble": evidence.trouble,
        "body_done": evidence.body_done or None,
        "likely": evidence.likely or None,
    }
    return {name: value for name, value in named.items() if value is not None}
