"""The database, and what it tells of workers, pauses and decisions that are due."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from config import Settings
from worker import clock
from worker.assembly import Bridge
from worker.domain.request import State as RequestState
from worker.health import holding
from worker.health.check import Check, State, place
from worker.ledger import budgets, connection, listing, organizations, processes, schema, silences
from worker.ledger.connection import LedgerFault, Tx
from worker.ledger.events import EventState
from worker.policy import reasons, silence

CLOCK_OFF, CLOCK_WRONG = timedelta(seconds=60), timedelta(minutes=5)  # signatures with a time are good for five minutes
MOUNTS = Path("/proc/self/mounts")
NETWORK_DISKS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "9p"}
)
NETWORK_DISKS |= {"fuse.sshfs", "fuse.rclone", "fuse.glusterfs"}


def database_place(settings: Settings) -> str:
    """What messages call the database: its file, or its name and host; no password."""
    url = settings.bridge.database_url
    if url.startswith("sqlite:///"):
        return url.removeprefix("sqlite:///")
    parts = urlsplit(url)
    return f"{parts.path.lstrip('/')} at {parts.hostname or 'a socket'}"


def database(bridge: Bridge) -> Check:
    """Does it answer, has it the schema of this version, and does it take changes?"""
    where, name = place(bridge.settings, "bridge", "database_url"), database_place(bridge.settings)
    try:
        is_current = schema.is_current(bridge.ledger)
    except LedgerFault as fault:
        remedy = "Start it, or correct database_url: nothing can be stored meanwhile."
        return Check("database", State.FAIL, f"{name} can't be reached: {_said(fault)}.", remedy, where)
    if not is_current:
        sentence = f"{name} has not the schema of this version."
        return Check("database", State.FAIL, sentence, "Bring it up to date: sprout db upgrade", where)
    try:
        schema.is_writable(bridge.ledger)
    except LedgerFault as fault:
        return _closed(name, fault, where)
    return Check("database", State.OK, f"{name} answers and has the schema of this version.", place=where)


def _closed(name: str, fault: Exception, where: str) -> Check:
    """It can be read and takes nothing."""
    if connection.is_locked(fault):
        return Check("database", State.FAIL, f"{name} is locked for writing.", holding.remedy(Path(name)), where)
    remedy = "Let this user write to the file and its folder, or to the database: nothing can be stored meanwhile."
    return Check("database", State.FAIL, f"{name} can't be written to: {_said(fault)}.", remedy, where)


def _said(fault: Exception) -> str:
    """What the driver said, without the statement and its values."""
    return str(getattr(fault, "orig", None) or type(fault).__name__).strip().partition("\n")[0]


def database_disk(bridge: Bridge) -> Check:
    """SQLite can't rely on the locks of a network disk. Best effort: Linux tells what a folder is mounted from."""
    path = Path(database_place(bridge.settings))
    kind = mounted(path, MOUNTS) if bridge.ledger.is_sqlite else None
    if kind in NETWORK_DISKS:
        sentence = f"{path} lies on a network disk ({kind}), whose locks SQLite can't rely on."
        remedy = "Move it to a local disk, or use PostgreSQL."
        return Check("database disk", State.WARN, sentence, remedy, place(bridge.settings, "bridge", "database_url"))
    return Check("database disk", State.OK, "The database is on no network disk that can be seen from here.")


def mounted(path: Path, mounts: Path) -> str | None:
    """The kind of file system that holds `path`, by Linux's table of mounts (proc(5)); None where there is no such table."""
    try:
        table = [line.split()[1:3] for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return None
    above = {str(folder) for folder in (path, *path.parents)}
    holding = [(len(point), kind) for point, kind in table if point.replace("\\040", " ") in above]
    return max(holding, default=(0, None))[1]


def database_clock(bridge: Bridge) -> Check:
    """The database's clock decides about slots and leases, this machine's about signatures."""
    return clock_check("database clock", bridge.ledger.read(lambda tx: tx.now()), "the database's clock")


def clock_check(name: str, other: datetime, whose: str) -> Check:
    """This machine's clock beside another."""
    off = abs(other - clock.wall())
    state = State.FAIL if off >= CLOCK_WRONG else State.WARN if off >= CLOCK_OFF else State.OK
    if state is State.OK:
        return Check(name, state, f"This machine's clock and {whose} agree.")
    sentence = f"This machine's clock and {whose} are {off.total_seconds():,.0f} s apart."
    return Check(
        name, state, sentence, "Let a time service (NTP) set the clocks; signatures with a time fail otherwise."
    )


def worker(bridge: Bridge) -> Check:
    """Has a worker reported of late?"""

    def seen(tx: Tx) -> tuple[datetime | None, datetime, int]:
        known = processes.known(tx)
        return (known[0].seen_at if known else None), tx.now(), sum(listing.waiting_counts(tx).values())

    at, now, waiting = bridge.ledger.read(seen)
    if at is not None and now - at < bridge.timing.silence:
        return Check("worker", State.OK, f"A worker reported {max((now - at).total_seconds(), 0):.0f} s ago.")
    since = "yet" if at is None else f"since {reasons.clock(at)}"
    state = State.FAIL if waiting else State.WARN
    sentence = f"No worker has reported {since}; {_requests(waiting, 'wait')}."
    return Check("worker", state, sentence, "Start one: sprout up, or sprout worker")


def pauses(bridge: Bridge) -> Iterator[Check]:
    """Organizations that send nothing."""
    for one in bridge.ledger.read(organizations.all_paused):
        reason = reasons.paused(one.organization, one.since, one.facts, one.by)
        sentence = f"{one.organization}: {reason.text}"
        if one.by is None:
            yield Check(f"pause of {one.organization}", State.FAIL, sentence, "Mend the key; then: sprout ping")
        else:
            yield Check(f"pause of {one.organization}", State.WARN, sentence, reason.action)


def quiet_sources(bridge: Bridge) -> Iterator[Check]:
    """Sources from which nothing has come for longer than ever."""
    for one in bridge.ledger.read(lambda tx: silences.found(tx, bridge.settings.sources)):
        where = place(bridge.settings, f"sources.{one.source}")
        sentence = silence.sentence(one.source, one.since, one.usual)
        yield Check(f"source {one.source}", State.WARN, sentence, silence.ACTION, where)


def budgets_in_force(bridge: Bridge) -> Iterator[Check]:
    """Budgets of which less is used than is configured: TalentSprout grants less, or counts otherwise."""
    for one in bridge.ledger.read(budgets.standings):
        seen, now = one.view, bridge.ledger.read(lambda tx: tx.now())
        name, whose = f"budget of {one.organization}, {one.tier}", f"{one.organization}, {one.tier}"
        if seen.limit != one.configured:
            sentence = (
                f"{whose}: TalentSprout says that the limit is {seen.limit}, the configuration says {one.configured}."
            )
            where = place(bridge.settings, f"organizations.{one.organization}", "limits")
            yield Check(name, State.WARN, sentence, "Correct limits, or ask TalentSprout.", where)
        if seen.has_fewer(now) and seen.fewer_until is not None:
            sentence = (
                f"{whose}: a call was answered 429 though ours were within the limit of {seen.limit} and nobody else was seen. "
                f"Until {reasons.clock(seen.fewer_until)} one call less is made in each window."
            )
            remedy = "If it comes back each hour: does something else use this account, or is the way there slow?"
            yield Check(name, State.WARN, sentence, remedy)


def decisions(bridge: Bridge) -> Iterator[Check]:
    """What waits for a person."""
    counted = bridge.ledger.read(listing.counts)
    for state in (RequestState.UNKNOWN, RequestState.HELD):
        count = sum(number for (_, one), number in counted.items() if one is state)
        remedy = f"Decide: sprout requests list --state {state}" if count else ""
        yield Check(state, State.WARN if count else State.OK, f"{_requests(count, 'are')} {state}.", remedy)
    unreadable = sum(
        n for (_, one), n in bridge.ledger.read(listing.event_counts).items() if one == EventState.UNREADABLE
    )
    if unreadable:
        remedy = "See why: sprout events list --state unreadable; once that is mended: sprout events replay ID"
        yield Check("events", State.WARN, f"Deliveries that can't be read: {unreadable}.", remedy)
    odd = bridge.ledger.read(listing.odd_results)
    if odd.unmatched:
        sentence = f"Results whose interview is not known: {odd.unmatched}. They are kept, and linked once it is."
        yield Check("results", State.WARN, sentence, "See them: sprout results list --state unmatched")
    if odd.contradicted:
        sentence = f"Sessions for which two deliveries say different things: {odd.contradicted}. The first one stays."
        yield Check(
            "results", State.WARN, sentence, "Look at both in TalentSprout; the secret address may have leaked."
        )


def _requests(count: int, verb: str) -> str:
    singular = {"wait": "waits", "are": "is"}[verb]
    return f"1 request {singular}" if count == 1 else f"{count or 'no'} requests {verb}"
