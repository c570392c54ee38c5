"""A check: what a run would do with each row now, by the code of the run, and nothing is filed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from worker.batches.judging import Faulty, Judge, Wanted
from worker.batches.rows import Row
from worker.domain.request import GenerationRequest, State, Tier
from worker.ledger import interviews, requests
from worker.ledger.connection import Ledger, Tx
from worker.policy import verdicts
from worker.policy.verdicts import Condensing, Verdict

AT_ONCE = 200  # rows looked up in one transaction
Known = Mapping[requests.Key, requests.Kept]


@dataclass(frozen=True)
class Found:
    """What is known of one row. `request` is the one it leads to or collides with, `same_as` the row further up."""

    row: Row
    verdict: Verdict
    text: str
    wanted: Wanted | None = None
    request: GenerationRequest | None = None
    share_link: str | None = None
    same_as: int | None = None
    condensing: Condensing | None = None


@dataclass
class Totals:
    """How many rows of each verdict, and how many calls each budget would be asked for."""

    rows: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    condensed: int = 0
    calls: Counter[tuple[str, Tier]] = field(default_factory=Counter)

    def add(self, found: Found) -> None:
        """One more row."""
        self.rows += 1
        self.verdicts[found.verdict] += 1
        self.condensed += found.condensing is not None
        if found.wanted is not None and found.verdict in (Verdict.NEW, Verdict.MENDS):
            self.calls[found.wanted.submission.organization, found.wanted.submission.kind.tier] += 1

    @property
    def faulty(self) -> int:
        """How many rows would not be filed."""
        return sum(count for verdict, count in self.verdicts.items() if verdict not in verdicts.ACCEPTED)


def check(ledger: Ledger, judge: Judge, rows: Iterable[Row]) -> Iterator[Found]:
    """Each row's verdict, in order. What is kept of the rows before is one digest each."""
    above: dict[bytes, tuple[int, bytes]] = {}  # of each key: the row that has it, and its content's digest
    for chunk in chunks(rows, AT_ONCE):
        judged = [judge.judge(row) for row in chunk]
        wanted = [one for one in judged if isinstance(one, Wanted)]
        known, links = ledger.read(lambda tx, asked=wanted: _looked_up(tx, asked))  # type: ignore[misc]  # a default binds it
        for one in judged:
            yield faulty(one) if isinstance(one, Faulty) else _foreseen(one, known, links, above)


def chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Some at a time."""
    each = iter(rows)
    while chunk := list(islice(each, size)):
        yield chunk


def faulty(one: Faulty) -> Found:
    """Of a row that can't be filed."""
    return Found(one.row, one.verdict, one.reason)


def takes(found: GenerationRequest) -> bool:
    """Whether a changed text under a known id is taken: of a held request nothing can exist."""
    return found.state is State.HELD


def known_requests(tx: Tx, wanted: Sequence[Wanted]) -> dict[requests.Key, requests.Kept]:
    """What is filed under the keys of some rows."""
    return requests.by_keys(tx, {one.key for one in wanted}, lock=False)


def _looked_up(tx: Tx, wanted: Sequence[Wanted]) -> tuple[Known, dict[str, str]]:
    known = known_requests(tx, wanted)
    return known, interviews.links(
        tx, [request.interview_id for request in (kept.request for kept in known.values()) if request.interview_id]
    )


def _foreseen(one: Wanted, known: Known, links: dict[str, str], above: dict[bytes, tuple[int, bytes]]) -> Found:
    key, digest = bytes.fromhex(one.identity.key)[:12] + one.key[0].encode(), bytes.fromhex(one.digest)[:12]
    if key in above:
        row, other = above[key]
        if other == digest:
            return Found(one.row, Verdict.SAME, verdicts.same(row), one, same_as=row)
        text = verdicts.conflict_within(one.identity.shown, row)
        return Found(one.row, Verdict.CONFLICT, text, one, same_as=row)
    filed = known.get(one.key)
    if filed is None or filed.digest == one.digest or takes(filed.request):
        above[key] = one.row.number, digest
    if filed is None:
        condensing = one.condensing()
        return Found(one.row, Verdict.NEW, verdicts.new(condensing), one, condensing=condensing)
    request = filed.request
    if filed.digest == one.digest:
        link = links.get(request.interview_id or "")
        return Found(one.row, Verdict.KNOWN, verdicts.known(request, link), one, request, link)
    if takes(request):
        condensing = one.condensing()
        text = verdicts.mends(request, condensing)
        return Found(one.row, Verdict.MENDS, text, one, request, condensing=condensing)
    return Found(one.row, Verdict.CONFLICT, verdicts.conflict(request), one, request)
