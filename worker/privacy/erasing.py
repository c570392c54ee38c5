"""Erasing a person: tombstone first, beside the database and in it, then rows and bytes in the same transaction.

After that every writer finds the tombstone: a delivery that waits, one that lies in the spool, one that is sent again. What
came in while the search went on is looked into afterwards. A search that was broken off is finished by the sweep, as is one
for tombstones that only the file beside the database knows, which is how a restored backup is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from worker import ids, steps
from worker.assembly import Bridge
from worker.ledger import applicants, applications, audit, blinding, candidates, compaction, tombstones
from worker.ledger.blinding import Blinds
from worker.ledger.candidates import Told
from worker.ledger.connection import Tx
from worker.ledger.results import StoredResult
from worker.ledger.tombstones import Tombstone
from worker.policy import subjects
from worker.privacy import finding, remembering
from worker.privacy.finding import Found

AT_ONCE = 200  # rows in a transaction of the sweep
PSEUDONYM = 16  # hex digits
LIFTED = "lifted"  # instead of an erasure, in a line of who was readmitted


@dataclass(frozen=True)
class Erasure:
    """What was erased, and what is left to others. It names the person, so it is given once and stored nowhere."""

    id: str
    at: datetime
    results: tuple[StoredResult, ...]
    applications: int
    events: int
    told: tuple[Told, ...]
    earlier: datetime | None
    left_in_files: str | None


def erase(bridge: Bridge, actor: str, found: Found, who: str) -> Erasure:
    """Erase what was found about `who`, and whatever has come since. Raises OSError where the tombstone can't be kept."""
    erasure = ids.new_id()
    blinds, now = bridge.ledger.read(lambda tx: (blinding.of(tx), tx.now()))
    wanted = tombstones.digests(blinds, found.names)
    earlier = bridge.ledger.read(lambda tx: tombstones.known(tx, tombstones.digests(blinds, subjects.meant(who))))
    remembering.append(bridge.settings.bridge.data_dir, erasure, now, wanted)
    steps.reached("after_tombstone")

    gone = bridge.ledger.write(
        lambda tx: _erase(tx, _Order(erasure, actor, pseudonym(blinds, who), now, blinds), found, wanted)
    )
    standing = bridge.ledger.read(lambda tx: {one.digest: one for one in tombstones.known(tx, gone.digests)})
    stripped = gone.stripped + _search(bridge, blinds, standing, found.until)
    bridge.ledger.write(lambda tx: tombstones.note_searched(tx, sorted(gone.digests)))
    left = compaction.forget_deleted(bridge.ledger)
    before = min((one.at for one in earlier), default=None)
    return Erasure(erasure, now, gone.results, gone.applications, stripped, gone.told, before, left)


@dataclass(frozen=True)
class _Order:
    erasure: str
    actor: str
    subject: str
    at: datetime
    blinds: Blinds


@dataclass(frozen=True)
class _Gone:
    results: tuple[StoredResult, ...]
    applications: int
    told: tuple[Told, ...]
    stripped: int
    digests: set[str]


def _erase(tx: Tx, order: _Order, found: Found, wanted: set[str]) -> _Gone:
    """Tombstones, rows, bytes and what waits to be delivered, all or nothing."""
    tombstones.alone(tx)
    rows, digests = _all_results(tx, order.blinds, wanted)
    tombstones.put(tx, order.erasure, digests, order.at, searched=False)
    named = [one.id for _, one in rows]
    told = candidates.deliveries_of(tx, named)
    applied = [one.id for one in applicants.of_person(tx, found.names)]
    candidates.drop_results(tx, named)
    told += candidates.deliveries_of_applications(tx, applied)
    told = candidates.silence(tx, told)
    applications.drop(tx, applied)
    stripped = candidates.strip(tx, {*found.events, *(event_id for event_id, _ in rows)})
    counts = {"results": len(rows), "applications": len(applied), "events": stripped, "deliveries": len(told)}
    detail = {"erasure": order.erasure, **counts}
    audit.record(tx, order.actor, "erase", order.subject, detail)
    return _Gone(tuple(one for _, one in rows), len(applied), tuple(told), stripped, digests)


def finish(bridge: Bridge) -> int:
    """What tombstones still have before them: those of the file, and searches that were broken off. Returns how much went."""
    if not _agree(bridge):
        return 0
    count = 0
    while gone := bridge.ledger.write(_drop_some):
        count += gone
    unsearched = bridge.ledger.read(tombstones.unsearched)
    if unsearched:
        blinds = bridge.ledger.read(blinding.of)
        count += _search(bridge, blinds, unsearched, finding.FIRST)
        bridge.ledger.write(lambda tx: tombstones.note_searched(tx, sorted(unsearched)))
    if count:
        compaction.forget_deleted(bridge.ledger)
    return count


def pseudonym(blinds: Blinds, who: str) -> str:
    """What the audit calls a person: it is the same for the same name, and tells nobody which."""
    (digest,) = tombstones.digests(blinds, subjects.given(who))
    return f"person {digest[:PSEUDONYM]}"


def _all_results(tx: Tx, blinds: Blinds, wanted: set[str]) -> tuple[list[tuple[str, StoredResult]], set[str]]:
    """With those that arrived since it was looked for them."""
    digests = set(wanted)
    while True:
        rows = candidates.results_of(tx, digests)
        more = set[str]().union(*(tombstones.digests(blinds, subjects.of_result(one.result)) for _, one in rows))
        if more <= digests:
            return rows, digests
        digests |= more


def _agree(bridge: Bridge) -> bool:
    """The ledger learns what the file knows, and the file what was erased from another machine. False: nobody ever was."""
    folder = bridge.settings.bridge.data_dir
    kept = remembering.lines(folder)
    noted = bridge.ledger.read(tombstones.all_of)
    in_file = {(line.erasure, digest) for line in kept for digest in line.digests}
    for erasure in sorted({one.erasure for one in noted if (one.erasure, one.digest) not in in_file}):
        fresh = [one for one in noted if one.erasure == erasure and (erasure, one.digest) not in in_file]
        remembering.append(folder, erasure, fresh[0].at, [one.digest for one in fresh])
    lifted = {(line.at, digest) for line in kept if line.erasure == LIFTED for digest in line.digests}
    for at in sorted({one.lifted_at for one in noted if one.lifted_at and (one.lifted_at, one.digest) not in lifted}):
        remembering.append(folder, LIFTED, at, [one.digest for one in noted if one.lifted_at == at])
    if _is_behind({one.digest: one for one in noted}, kept):
        bridge.ledger.write(lambda tx: _put_again(tx, kept))
    return bool(kept or noted)


def _is_behind(noted: Mapping[str, Tombstone], kept: Iterable[remembering.Line]) -> bool:
    """Whether the ledger, perhaps a backup that was restored, lacks something that its file knows."""
    return any(
        digest not in noted
        or (line.erasure == LIFTED and noted[digest].refuses(line.at) and noted[digest].at < line.at)
        for line in kept
        for digest in line.digests
    )


def _put_again(tx: Tx, lines: Iterable[remembering.Line]) -> None:
    """What happened, in its order."""
    for line in lines:
        if line.erasure == LIFTED:
            tombstones.lift_again(tx, line.digests, line.at)
            continue
        later = {one.digest for one in tombstones.known(tx, line.digests) if one.refuses(line.at)}
        tombstones.put(tx, line.erasure, set(line.digests) - later, line.at, searched=False)


def _drop_some(tx: Tx) -> int:
    tombstones.alone(tx)
    gone = candidates.of_erased(tx)
    candidates.silence(tx, candidates.deliveries_of(tx, gone))
    candidates.strip(tx, candidates.drop_results(tx, gone))
    applied = applicants.of_erased(tx, AT_ONCE)
    candidates.silence(tx, candidates.deliveries_of_applications(tx, applied))
    applications.drop(tx, applied)
    return len(gone) + len(applied)


def _search(bridge: Bridge, blinds: Blinds, tombs: Mapping[str, Tombstone], after: str) -> int:
    """Strip every delivery behind `after` that speaks of one of these. Returns how many."""
    count = 0
    for event, received in finding.walk(bridge, after):
        people = [*finding.people_in(bridge, event, received), subjects.mentioned(received)]
        named = set[str]().union(*(tombstones.digests(blinds, one) for one in people)) & tombs.keys()
        if any(tombs[digest].refuses(event.received_at) for digest in named):
            count += bridge.ledger.write(lambda tx, one=event.id: candidates.strip(tx, [one]))  # type: ignore[misc]  # a default binds it
    return count
