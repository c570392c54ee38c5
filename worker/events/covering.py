"""Which open jobs have no link, as the API and the command line show it. What lacks one comes first, and of those the oldest."""

from collections.abc import Mapping
from hashlib import sha256

from config.settings import Source
from worker.ledger import coverage
from worker.ledger.connection import Tx
from worker.ledger.listing import UnknownCursor
from worker.moments import instant
from worker.policy.covering import Link, OpenJob
from worker.shown import Shown

ORDER = list(Link)


def page(
    tx: Tx, sources: Mapping[str, Source], wanted: Link | None, limit: int, cursor: str | None
) -> tuple[list[Shown], str | None]:
    """Open jobs and the cursor of the next page. Raises UnknownCursor."""
    found = [one for one in coverage.open_jobs(tx, sources) if wanted is None or one.link is wanted]
    found.sort(key=lambda one: (ORDER.index(one.link), one.since, one.source, one.job_id))
    start = 0 if cursor is None else _behind(found, cursor)
    shown, now = found[start : start + limit], tx.now()
    is_last = start + limit >= len(found)
    return [_job(one, one.sentence(now)) for one in shown], None if is_last else _cursor(shown[-1])


def totals(tx: Tx, sources: Mapping[str, Source]) -> list[Shown]:
    """For each source how many of its open jobs have their link, and when its API last listed them."""
    jobs = coverage.open_jobs(tx, sources)
    return [_total(tx, name, [one for one in jobs if one.source == name]) for name in sources]


def _total(tx: Tx, source: str, jobs: list[OpenJob]) -> Shown:
    counted = {link.value: sum(one.link is link for one in jobs) for link in Link}
    return {"source": source, "open": len(jobs), **counted, "listed_at": instant(coverage.counted_at(tx, source))}


def _job(found: OpenJob, sentence: str) -> Shown:
    return {
        "source": found.source,
        "organization": found.organization,
        "job_id": found.job_id,
        "title": found.title,
        "open_since": instant(found.since),
        "link": found.link,
        "share_link": found.share_link,
        "request_id": found.request_id,
        "request_state": found.request_state,
        "reason": sentence,
    }


def _cursor(found: OpenJob) -> str:
    return sha256(f"{found.source}\n{found.job_id}".encode()).hexdigest()[:20]


def _behind(found: list[OpenJob], cursor: str) -> int:
    for number, one in enumerate(found, 1):
        if _cursor(one) == cursor:
            return number
    raise UnknownCursor(cursor)
