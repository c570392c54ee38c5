"""Needs you: what no program can decide, grouped by cause, the oldest first in each group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker import shown, shown_deliveries
from worker.domain.application import Invitation
from worker.domain.delivery import DeliveryState
from worker.domain.request import GenerationRequest, State
from worker.ledger import delivery_lists, listing, organizations, processes, silences, targets
from worker.ledger.connection import Tx
from worker.ledger.delivery_lists import DeliveryFilters
from worker.ledger.events import EventState
from worker.ledger.listing import Filters
from worker.policy import delays, inviting, reasons, silence
from worker.policy.reasons import Timing

LOOKED_AT = 100  # newest of each state
SHOWN = 5  # of each group
DECIDE = (State.UNKNOWN, State.HELD)


@dataclass(frozen=True)
class Item:
    """One thing that somebody must look at. `link` is its page, if it has one."""

    title: str
    link: str | None
    reason: str
    action: str
    since: datetime
    paused: str | None = None  # the organization that a button here resumes


@dataclass(frozen=True)
class Group:
    """Things with one cause. `count` is how many there are; the first few are shown."""

    state: str
    cause: str
    count: int
    oldest: datetime
    items: Sequence[Item]
    more: str | None


def groups(tx: Tx, timing: Timing, sources: Iterable[str]) -> list[Group]:
    """Everything that needs somebody, what stops most first."""
    return [
        *_paused(tx),
        *_no_worker(tx, timing.silence),
        *(group for state in DECIDE for group in _undecided(tx, state, timing)),
        *_unreadable(tx),
        *_unclear(tx),
        *_contradicted(tx),
        *_quiet(tx, sources),
        *_targets(tx),
        *_given_up(tx),
    ]


def _paused(tx: Tx) -> list[Group]:
    items = [_pause(one) for one in sorted(organizations.all_paused(tx), key=lambda one: one.since)]
    return [_group("paused", "Nothing is sent", items, len(items), None)] if items else []


def _pause(one: organizations.Pause) -> Item:
    reason = reasons.paused(one.organization, one.since, one.facts, one.by)
    return Item(one.organization, None, reason.text, reason.action, one.since, paused=one.organization)


def _no_worker(tx: Tx, silence: timedelta) -> list[Group]:
    """Only where work is there to do: an installation that has not begun is no alarm."""
    waiting = sum(listing.waiting_counts(tx).values())
    unread = sum(count for (_, state), count in listing.event_counts(tx).items() if state == EventState.STORED)
    seen = max((one.seen_at for one in processes.known(tx)), default=None)
    now = tx.now()
    if (not waiting and not unread) or (seen is not None and now - seen < silence):
        return []
    wait = f"Requests that wait for one: {waiting}; deliveries that nobody has read: {unread}."
    item = Item("No worker", None, f"{reasons.no_worker(seen)} {wait}", reasons.START_A_WORKER, seen or now)
    return [_group("paused", "Nothing is sent or read", [item], 1, None)]


def _undecided(tx: Tx, state: State, timing: Timing) -> list[Group]:
    total = sum(count for (_, other), count in listing.counts(tx).items() if other is state)
    if not total:
        return []
    found = listing.requests_page(tx, Filters(state=state), LOOKED_AT, None).items
    by_cause: dict[str, list[GenerationRequest]] = {}
    for one in sorted(found, key=lambda one: one.updated_at):
        by_cause.setdefault(one.because.code if one.because else "", []).append(one)
    unseen = total - len(found)
    made = []
    for cause, several in by_cause.items():
        items = [_item(tx, one, timing) for one in several[:SHOWN]]
        more = f"/requests?state={state}" if len(several) > SHOWN or unseen else None
        made.append(_group(state, _words(cause) or _words(state), items, len(several), more))
    return made


def _item(tx: Tx, found: GenerationRequest, timing: Timing) -> Item:
    told = shown.one_request(tx, found, timing)
    action = shown.evidence(tx, found, timing)["action"]
    return Item(found.title, f"/requests/{found.id}", told["reason"] or "", action or "", found.updated_at)


def _unreadable(tx: Tx) -> list[Group]:
    total = sum(count for (_, state), count in listing.event_counts(tx).items() if state == EventState.UNREADABLE)
    if not total:
        return []
    found = listing.events_page(tx, Filters(state=EventState.UNREADABLE), SHOWN, None).items
    items = [
        Item(
            f"A delivery of {one.source}",
            None,
            one.reason or "",
            f"Once that is mended: sprout events replay {one.id}.",
            one.received_at,
        )
        for one in found
    ]
    return [_group("unreadable", "Can't be read", items, total, None)]


def _unclear(tx: Tx) -> list[Group]:
    """Candidates whose link waits until somebody says to which interview it leads."""
    found = listing.applications_page(tx, Filters(state=Invitation.UNCLEAR), SHOWN, None).items
    if not found:
        return []
    items = [
        Item(
            f"Application {one.application_id or one.id}",
            f"/candidates/{one.id}",
            inviting.REASONS[one.invitation],
            inviting.ACTIONS[one.invitation],
            one.reached_at,
        )
        for one in found
    ]
    total = listing.applications_in(tx, Invitation.UNCLEAR)
    more = f"/candidates?state={Invitation.UNCLEAR}" if total > SHOWN else None
    return [_group("unknown", "To which interview?", items, total, more)]


def _contradicted(tx: Tx) -> list[Group]:
    """Two deliveries about one session that differ: one of them may be forged."""
    found = listing.contradicted(tx, SHOWN)
    if not found:
        return []
    items = [
        Item(
            one.result.candidate.name or "A candidate without a name",
            None,
            f"Two deliveries about a session of {one.result.title or 'an interview'} say different things. The first stays.",
            f"Look at it in TalentSprout; the secret address may have leaked. sprout results show {one.id}",
            one.received_at,
        )
        for one in found
    ]
    return [_group("held", "Contradicted results", items, listing.odd_results(tx).contradicted, None)]


def _quiet(tx: Tx, sources: Iterable[str]) -> list[Group]:
    """Sources of which nothing has come for longer than ever: their webhook may be switched off."""
    items = []
    for one in silences.found(tx, sources):
        reason = silence.sentence(one.source, one.since, one.usual)
        items.append(Item(one.source, None, reason, silence.ACTION, one.since))
    return [_group("held", "Sources gone quiet", items, len(items), None)] if items else []


def _targets(tx: Tx) -> list[Group]:
    """Targets that get nothing, or take nothing."""
    items = [
        Item(one.name, f"/deliveries?target={one.name}", reason.text, reason.action, since)
        for one in targets.standings(tx)
        if (reason := delays.trouble(one.destination)) is not None
        and (since := one.paused_at or one.failing_since) is not None
    ]
    items.sort(key=lambda item: item.since)
    return [_group("failing", "Targets that get nothing", items, len(items), None)] if items else []


def _given_up(tx: Tx) -> list[Group]:
    """Deliveries that are not tried any more."""
    counted = delivery_lists.counts(tx)
    total = sum(count for (_, state), count in counted.items() if state is DeliveryState.FAILED)
    if not total:
        return []
    found = delivery_lists.page(tx, DeliveryFilters(state=DeliveryState.FAILED), SHOWN, None).items
    items = [
        Item(
            f"{one['event']} to {one['target']}",
            "/deliveries?state=failed",
            one["reason"] or "",
            one["action"] or "",
            at,
        )
        for one, at in ((shown_deliveries.one_delivery(tx, each), each.updated_at) for each in found)
    ]
    return [_group("failed", "Not delivered", items, total, "/deliveries?state=failed")]


def _group(state: str, cause: str, items: Sequence[Item], count: int, more: str | None) -> Group:
    return Group(state, cause, count, min(item.since for item in items), items, more)


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()
