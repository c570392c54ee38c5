"""What the sentences about requests need to know of the ledger, read once for all that one answer shows."""

from collections.abc import Mapping
from datetime import datetime

from worker.domain.request import GenerationRequest, State, Tier
from worker.ledger import attempts, batches, budgets, listing, organizations, processes
from worker.ledger.connection import Tx
from worker.policy import pacing, quarantine, reasons, repeats
from worker.policy.reasons import Timing

Places = Mapping[str, int]
LINE_READ = 500  # of a tier's line at once; who stands further back is counted one by one


class Scene:
    """What all sentences of one answer share: read once per organization and tier.

    `places`: how many stand before a waiting request, where whoever asks for thousands has counted them all at once.
    """

    def __init__(self, tx: Tx, timing: Timing, places: Places | None = None) -> None:
        self._tx = tx
        self._places = places or {}
        self._timing = timing
        self._now = tx.now()
        seen = [one.seen_at for one in processes.known(tx)]
        self._worker_seen = max(seen, default=None)
        self._pauses = {one.organization: one for one in organizations.all_paused(tx)}
        self._stopped = batches.stopped(tx)
        self._budgets: dict[tuple[str, Tier], pacing.Budget] = {}
        self._lines: dict[tuple[str, Tier], dict[str, int]] = {}

    def situation(self, found: GenerationRequest) -> reasons.Situation:
        """What the sentence about one request needs."""
        if found.state is State.WAITING:
            return self._in_line(found)
        if found.state in (State.SENDING, State.UNKNOWN):
            newest = next(iter(attempts.past(self._tx, found.id)), None)
            if newest is not None:
                retry_from = quarantine.ends_at(newest.lease_until, self._timing.quarantine)
                return reasons.Situation(self._now, sent_at=newest.sent_at, retry_from=retry_from)
        return reasons.Situation(self._now)

    def _in_line(self, found: GenerationRequest) -> reasons.Situation:
        budget = self._budget(found)
        ahead = self._ahead(found)
        pause = self._pauses.get(found.organization)
        stopped = None if found.batch is None else self._stopped.get(found.batch)
        return reasons.Situation(
            now=self._now,
            ahead=ahead,
            starts_at=pacing.start_of(budget, self._now, ahead),
            closed_until=budget.closed_until,
            foreign=budget.limit - budget.free_of_foreign(self._now),
            limit=budget.limit,
            repeats_at=self._repeats_at(found) if found.failures else None,
            batch_stopped=None if stopped is None else _stopped(stopped),
            paused_since=None if pause is None else pause.since,
            pause_facts=None if pause is None else pause.facts,
            paused_by=None if pause is None else pause.by,
            worker_seen=self._worker_seen,
            worker_alive=self._worker_seen is not None and self._now - self._worker_seen < self._timing.silence,
        )

    def _budget(self, found: GenerationRequest) -> pacing.Budget:
        key = (found.organization, found.kind.tier)
        if key not in self._budgets:
            self._budgets[key] = budgets.view(self._tx, *key, self._now)
        return self._budgets[key]

    def _repeats_at(self, found: GenerationRequest) -> datetime:
        return repeats.next_at(budgets.allowed_repeats(self._tx, found.organization, found.kind.tier), self._now)

    def _ahead(self, found: GenerationRequest) -> int:
        if found.id in self._places:
            return self._places[found.id]
        key = (found.organization, found.kind.tier)
        if key not in self._lines:
            ids = listing.line(self._tx, *key, LINE_READ)
            self._lines[key] = {one: place for place, one in enumerate(ids)}
        place = self._lines[key].get(found.id)
        return listing.ahead(self._tx, found) if place is None else place


def _stopped(found: batches.Batch) -> reasons.Stopped:
    assert found.decided_at is not None, "whoever stops a batch is noted"
    is_cancelled = found.state is batches.BatchState.CANCELLED
    return reasons.Stopped(found.id, found.decided_by or "somebody", found.decided_at, is_cancelled)
