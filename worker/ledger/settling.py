"""T3: what an attempt's outcome changes, in one transaction.

Fenced: an older attempt changes nothing, except that a Created always counts, and that the newest attempt may settle the
unknown that its own lease end made. A second interview for one request is kept as surplus, and the audit says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from worker.domain.interview import Interview, Origin
from worker.domain.outcome import BudgetNews, Created, Evidence, NotExecuted, Outcome
from worker.domain.request import Because, Code, GenerationRequest, State
from worker.ledger import aliases, attempts, audit, budgets, interviews, invitations, organizations, requests
from worker.ledger.connection import Tx
from worker.policy import aftermath, repeats

OPEN_TO_ITS_OWN_ATTEMPT = frozenset({State.SENDING, State.UNKNOWN})


@dataclass(frozen=True)
class Rules:
    """What settling needs from outside: chance, and how soon a paused organization is probed first."""

    jitter: Callable[[float], float]
    first_probe: timedelta


@dataclass(frozen=True)
class Settled:
    """What became of the request. `surplus` names a second interview."""

    state: State
    surplus: str | None = None


class Forgotten(Exception):
    """The ledger does not know the attempt: the power failed before its claim was on the disk, and so before its mark."""


def settle(tx: Tx, attempt_id: str, outcome: Outcome, rules: Rules) -> Settled:
    """Write the outcome of an attempt of a request; may be called again with the same outcome. Raises Forgotten."""
    found = attempts.find(tx, attempt_id)
    if found is None:
        raise Forgotten
    held, tier, sent_at = found
    assert held.request_id is not None, "a ping is settled by settle_ping"
    wanted = requests.get(tx, held.request_id, lock=True)
    assert wanted is not None, "requests are never deleted"
    attempts.finish(tx, held.id, type(outcome).__name__, outcome.evidence, outcome.news)
    budgets.learn(tx, held.organization, tier, held.id, sent_at, outcome.news)
    if isinstance(outcome, Created):
        organizations.trusted_again(tx, held.organization)
        if wanted.failures and wanted.state is State.SENDING:
            budgets.lock(tx, held.organization, tier)
            allowed = budgets.allowed_repeats(tx, held.organization, tier)
            budgets.note_repeats(tx, held.organization, tier, repeats.after_success(allowed))
        return _created(tx, wanted, outcome.interview, outcome.origin)
    if wanted.fence != held.n or wanted.state not in OPEN_TO_ITS_OWN_ATTEMPT:
        return Settled(wanted.state)
    step = aftermath.after(outcome, wanted, tx.now(), rules.jitter)
    _note_acceptance(tx, held.organization, outcome)
    return Settled(_take(tx, wanted, step, rules))


def settle_ping(tx: Tx, attempt_id: str, evidence: Evidence, news: BudgetNews) -> None:
    """A ping's slot is spent, and it says something of the budget; what it says of the key is `organizations.probed`."""
    found = attempts.find(tx, attempt_id)
    assert found is not None, "attempts are never deleted"
    held, tier, sent_at = found
    attempts.finish(tx, attempt_id, "Ping", evidence, news)
    budgets.learn(tx, held.organization, tier, attempt_id, sent_at, news)


def end_lease(tx: Tx, attempt_id: str) -> State | None:
    """Its time is over: provably not sent goes back in line, anything else is unknown. None where nothing changed."""
    found = attempts.find(tx, attempt_id)
    if found is None:
        return None
    held, tier, _ = found
    wanted = None if held.request_id is None else requests.get(tx, held.request_id, lock=True)
    sent = attempts.lapse(tx, attempt_id)  # after the lock: a mark, or an outcome, may have come between
    if sent is None:
        return None
    budgets.end_trial(tx, held.organization, tier, attempt_id)
    if wanted is None or wanted.fence != held.n or wanted.state is not State.SENDING:
        return None
    if not sent:
        requests.move(tx, wanted.id, {State.SENDING}, State.WAITING, due_at=tx.now(), because=None)
        return State.WAITING
    requests.move(tx, wanted.id, {State.SENDING}, State.UNKNOWN, because=Because(Code.DIED_SENDING, {}))
    return State.UNKNOWN


def _created(tx: Tx, wanted: GenerationRequest, made: Interview, origin: Origin) -> Settled:
    if wanted.state is State.CREATED:
        return _created_again(tx, wanted, made)
    if not interviews.store(tx, wanted.organization, made, origin, wanted.id):
        # An id that another request has: nobody can say what exists.
        because = Because(Code.UNREADABLE_ANSWER, {"trouble": "the answer names an interview that another request has"})
        requests.move(tx, wanted.id, OPEN_TO_ITS_OWN_ATTEMPT, State.UNKNOWN, because=because)
        return Settled(State.UNKNOWN)
    requests.move(tx, wanted.id, set(State), State.CREATED, interview_id=made.id, because=None)
    invitations.follow_request(tx, wanted)
    return Settled(State.CREATED)


def _created_again(tx: Tx, wanted: GenerationRequest, made: Interview) -> Settled:
    """A journal is replayed, a commit was lost, a person was faster; or it is a second interview, and somebody must know."""
    for stored in interviews.of_request(tx, wanted.id):
        if stored.interview.share_link == made.share_link and stored.interview.id != made.id:
            aliases.learn(tx, wanted.organization, made.id, stored.interview.id)  # adopted by the link's short code
            return Settled(State.CREATED)
    if not interviews.store(tx, wanted.organization, made, Origin.SURPLUS, wanted.id):
        return Settled(State.CREATED)
    audit.record(tx, "bridge", "surplus interview", wanted.id, {"interview": made.id})
    return Settled(State.CREATED, surplus=made.id)


def _note_acceptance(tx: Tx, organization: str, outcome: Outcome) -> None:
    """An answer of TalentSprout itself that isn't a refusal shows that the key is good."""
    if isinstance(outcome, NotExecuted) and outcome.evidence.status is not None:
        organizations.trusted_again(tx, organization)


def _take(tx: Tx, wanted: GenerationRequest, step: aftermath.Step, rules: Rules) -> State:
    match step:
        case aftermath.TryAgain():
            changes = {
                "due_at": step.due_at,
                "failures": step.failures,
                "failing_since": step.failing_since,
                "text_limit": step.text_limit,
                "enriched": step.enriched,
            }
            return _move(tx, wanted, State.WAITING, step.because, **changes)
        case aftermath.Hold():
            return _move(tx, wanted, State.HELD, step.because)
        case aftermath.AskAPerson():
            return _move(tx, wanted, State.UNKNOWN, step.because)
        case aftermath.PauseOrganization():
            organizations.pause(tx, wanted.organization, aftermath.facts(step.evidence), rules.first_probe)
            return _move(tx, wanted, State.WAITING, None, due_at=wanted.due_at)
        case aftermath.Finish():
            raise AssertionError("a Created is settled before its aftermath is asked")
        case _:
            assert_never(step)


def _move(tx: Tx, wanted: GenerationRequest, to: State, because: Because | None, **changes: object) -> State:
    requests.move(tx, wanted.id, OPEN_TO_ITS_OWN_ATTEMPT, to, because=because, **changes)
    return to
