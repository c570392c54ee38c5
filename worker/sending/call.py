"""One attempt from its claim to its settling, in the order that makes it happen at most once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from worker import composing, ids, log, metrics, steps
from worker.assembly import Bridge
from worker.domain.outcome import Attempt, Evidence, NotExecuted, Outcome, Remedy
from worker.domain.request import Code, Tier
from worker.ledger import attempts, requests, settling
from worker.ledger.connection import LedgerFault
from worker.sending.guard import Guard, uptime
from worker.sending.journal import Journal
from worker.talentsprout import client, verdict

PAUSE_SECONDS = 1.0  # between two tries to reach a ledger that is away
UNSENDABLE = NotExecuted(Code.BACKING_OFF, Remedy.TIME, Evidence(trouble="the request could not be composed"))
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_EVER = timedelta(days=-100_000)
Claim = attempts.Claimed | attempts.NoSlot | attempts.NothingDue | attempts.Paused
_logger = log.named(__name__)


@dataclass(frozen=True)
class Caller:
    """Makes the attempts of one worker process."""

    bridge: Bridge
    journal: Journal
    boot_id: str

    def claim(self, organization: str, tier: Tier) -> Claim:
        """T1. Whatever of it a power failure undoes, the mark can't be later on the disk than this."""
        return self.bridge.ledger.note(
            lambda tx: attempts.claim(tx, organization, tier, self.boot_id, self._deadline + self._margin)
        )

    def waits(self, organization: str, tier: Tier) -> bool:
        """Whether there is anything to claim, now or later. Looked at without a lock, which a call may need for its mark."""
        try:
            return self.bridge.ledger.read(lambda tx: requests.any_waits(tx, organization, tier))
        except LedgerFault:
            return True  # the claim will tell

    def warm(self) -> None:
        """Do once, with nothing, what lies between the mark and the first byte: the first call must not be slower there."""
        client.tls_context()
        nothing = Attempt("", None, None, "", "", _LONG_AGO, _LONG_AGO)
        self.bridge.ledger.write(lambda tx: attempts.mark(tx, nothing, _EVER, timedelta(0)))

    def make(self, claimed: attempts.Claimed) -> None:
        """Connect, mark, write, read, journal, settle."""
        steps.reached("after_claim")
        held = claimed.attempt
        began, claimed_at = time.monotonic(), uptime()
        outcome = self._exchange(claimed, claimed_at, lambda: held.slot_at + _since(began))
        metrics.CALLS.labels(held.organization, type(outcome).__name__).inc()
        _logger.info(
            "call ended",
            request=held.request_id,
            label=f"{held.label}-{held.n}",
            outcome=type(outcome).__name__,
            status=outcome.evidence.status,
            x_request_id=outcome.evidence.x_request_id,
            seconds=round(time.monotonic() - began, 3),
        )
        steps.reached("after_response")
        if outcome.evidence.status is not None:
            self._journal(held, outcome)
            steps.reached("after_journal")
        if self._settle(held, outcome, began):
            self.journal.settled(held.id)

    def give_up(self, held: Attempt) -> None:
        """The process ends now: if the request was sent, it may have run."""
        try:
            self.bridge.ledger.write(lambda tx: settling.end_lease(tx, held.id))
        except LedgerFault as fault:
            _logger.warning("not settled; its lease's end will", request=held.request_id, fault=type(fault).__name__)

    def settle(self, attempt_id: str, outcome: Outcome) -> settling.Settled:
        """T3."""
        return self.bridge.ledger.write(lambda tx: settling.settle(tx, attempt_id, outcome, self._rules))

    def _composed(self, claimed: attempts.Claimed) -> bytes | None:
        """The body; None where our own code fails on it, which must cost this request its tries and nobody else anything."""
        try:
            return composing.payload(claimed.request, claimed.content, claimed.attempt.n or 0)
        except Exception:
            _logger.exception("a request could not be composed", request=claimed.request.id)
            return None

    def _journal(self, held: Attempt, outcome: Outcome) -> None:
        """Without room for a line there is still the ledger."""
        try:
            self.journal.write(held.id, outcome)
        except OSError as fault:
            _logger.error("not journaled", request=held.request_id, fault=fault.strerror)

    def _exchange(self, claimed: attempts.Claimed, claimed_at: float, now: Callable[[], datetime]) -> Outcome:
        held, request = claimed.attempt, claimed.request
        body = self._composed(claimed)
        if body is None:
            return UNSENDABLE
        organization = self.bridge.settings.organizations[held.organization]
        began = time.monotonic()
        exchange = client.call(
            organization.base_url,
            organization.api_key,
            request.kind,
            body,
            guard=Guard(self.bridge.ledger, held, self._deadline, self._margin, claimed_at),
            times=client.Times.of(self._deadline, self._margin),
        )
        metrics.CALL_SECONDS.observe(time.monotonic() - began)
        limits = organization.limits
        window = limits.ai.window if request.kind.tier is Tier.AI else limits.default.window
        beliefs = verdict.Beliefs(organization.on_bare_5xx == "retry", organization.on_bare_504 == "retry")
        return verdict.judge(exchange, now=now(), window=window, beliefs=beliefs)

    def _settle(self, held: Attempt, outcome: Outcome, began: float) -> bool:
        """Until the lease ends; afterwards the journal, or the lease's end, has the word."""
        lease = (held.lease_until - held.slot_at).total_seconds()
        while True:
            try:
                settled = self.settle(held.id, outcome)
            except LedgerFault as fault:
                _logger.warning(
                    "not settled yet: the ledger is away", request=held.request_id, fault=type(fault).__name__
                )
                if time.monotonic() - began > lease:
                    return False
                time.sleep(PAUSE_SECONDS)
                continue
            except settling.Forgotten:
                _logger.warning("the ledger has lost a claim, of which nothing was sent", request=held.request_id)
                return False
            steps.reached("after_outcome_commit")
            if settled.surplus is not None:
                _logger.warning("a second interview exists", request=held.request_id, interview=settled.surplus)
            return True

    @property
    def _rules(self) -> settling.Rules:
        return settling.Rules(ids.jitter, self.bridge.settings.bridge.probe)

    @property
    def _deadline(self) -> timedelta:
        return self.bridge.settings.bridge.call_deadline

    @property
    def _margin(self) -> timedelta:
        return self.bridge.settings.bridge.lease_margin


def _since(began: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - began)
