"""A stage for the ledger: a real database, a clock that we move, and what workers and people do, one transaction each."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from config import Secret, settings
from worker import assembly, filing, hints, operators
from worker.domain.interview import Interview
from worker.domain.outcome import Attempt, BudgetNews, Created, Evidence, NotExecuted, Outcome, Refused, Remedy, Unknown
from worker.domain.request import Code, GenerationRequest, Kind, State, Tier
from worker.ledger import attempts, interviews, requests, settling
from worker.ledger.connection import Ledger, Tx
from worker.policy import identity, priority
from worker.policy.reasons import Timing
from worker.upkeep import sweep

ACME = "acme"
BOLT = "bolt"
BASE_URL = "http://127.0.0.1:1/api/v1"  # nobody listens on port 1
TEXT = "Harbour House looks for a night-shift care assistant who stays calm when two bells ring together."
ADA = operators.Person("ada")
BEN = operators.Person("ben")

ONE_SECOND = timedelta(seconds=1)
WINDOW = timedelta(seconds=60)
STEP = timedelta(seconds=60.5) / 20  # between two slots of the AI tier
DEADLINE = timedelta(seconds=300)
MARGIN = timedelta(seconds=60)
LEASE = DEADLINE + MARGIN
QUARANTINE = timedelta(minutes=5)
PROBE = timedelta(minutes=1)
RULES = settling.Rules(jitter=lambda most: most, first_probe=PROBE)  # backoff without chance

UNAVAILABLE = NotExecuted(Code.BACKING_OFF, Remedy.TIME, Evidence(True, True, 503))
UNREACHABLE = NotExecuted(Code.BACKING_OFF, Remedy.REACH, Evidence(trouble="no connection"))
REJECTED = NotExecuted(Code.REJECTED, Remedy.PERSON, Evidence(True, True, 400))
FORBIDDEN = Refused(Evidence(True, True, 403))
UNAUTHORIZED = Refused(Evidence(True, True, 401))
NO_ANSWER = Unknown(Code.NO_ANSWER, Evidence(True, True))
UNREADABLE = Unknown(Code.UNREADABLE_ANSWER, Evidence(True, True, 200, likely=True))

T = TypeVar("T")
_numbers = count(1)


class Clock:
    """The database's clock: it stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self, _conn: sa.Connection) -> datetime:
        return self.now


def an_interview(**raw: object) -> Interview:
    """Another one at each call."""
    identity = f"3b0c7d52-8f41-4c6e-9a2d-{next(_numbers):012d}"
    link = f"https://www.talentsprout.ai/interview/{identity}"
    return Interview(identity, link, {"id": identity, "share_link": link, **raw})


def created(**raw: object) -> Created:
    return Created(an_interview(**raw), Evidence(True, True, 201))


def limited(closed_for: timedelta) -> NotExecuted:
    """A 429."""
    evidence = Evidence(True, True, 429)
    return NotExecuted(Code.ASKED_TO_WAIT, Remedy.ROOM, evidence, BudgetNews(closed_for=closed_for))


@dataclass
class Stage:
    """`ledger` on `clock`; two organizations, acme and bolt, with the usual budgets."""

    ledger: Ledger
    clock: Clock
    bridge: assembly.Bridge
    told: int = 0  # how often something may have been written

    @classmethod
    def on(cls, ledger: Ledger, folder: Path, *, on_unknown: str = "hold", retries: int = 1) -> "Stage":
        """From now on the ledger has our clock."""
        ledger.clock = clock = Clock()
        stage = cls(ledger, clock, bridge_on(ledger, folder, on_unknown=on_unknown, retries=retries))
        assembly.prepare(stage.bridge)
        return stage

    def pass_time(self, span: timedelta) -> None:
        self.clock.now += span

    def ask(self, question: Callable[..., T], *arguments: object) -> T:
        """One that only reads."""
        return self.ledger.read(lambda tx: question(tx, *arguments))

    def tell(self, order: Callable[..., T], *arguments: object, **named: object) -> T:
        self.told += 1
        return self.ledger.write(lambda tx: order(tx, *arguments, **named))

    def file(
        self,
        text: str = TEXT,
        *,
        dedup: str | None = None,
        organization: str = ACME,
        kind: Kind = Kind.GENERATE,
        urgency: int = priority.LIVE,
        **more: object,
    ) -> str:
        """Its id. Without `dedup` another request each time."""
        wanted = filing.Submission(
            organization=organization,
            text=text,
            kind=kind,
            identity=identity.brought(dedup or f"job-{next(_numbers)}"),
            priority=urgency,
            **more,
        )
        return self.tell(filing.file, wanted).request.id

    def try_claim(self, organization: str = ACME, tier: Tier = Tier.AI, *, boot_id: str = "boot") -> object:
        return self.tell(attempts.claim, organization, tier, boot_id, LEASE)

    def claim(self, organization: str = ACME, tier: Tier = Tier.AI) -> Attempt:
        """When the next slot opens and something is due."""
        found = self.try_claim(organization, tier)
        for _ in range(2):  # the one and then the other
            if isinstance(found, attempts.NoSlot | attempts.NothingDue) and found.wait is not None:
                self.pass_time(found.wait)
                found = self.try_claim(organization, tier)
        assert isinstance(found, attempts.Claimed), found
        return found.attempt

    def mark(self, held: Attempt) -> bool:
        return self.tell(attempts.mark, held, DEADLINE, MARGIN)

    def send(self, organization: str = ACME, tier: Tier = Tier.AI) -> Attempt:
        """Claimed and marked: it may be running at TalentSprout from now on."""
        held = self.claim(organization, tier)
        assert self.mark(held)
        return held

    def settle(self, held: Attempt, outcome: Outcome) -> settling.Settled:
        return self.tell(settling.settle, held.id, outcome, RULES)

    def sweep(self) -> None:
        """What needs no network of it."""
        self.told += 1
        sweep.end_leases(self.bridge)
        sweep.retry_unknown(self.bridge)

    def lose(self, held: Attempt) -> None:
        """Its process died; the sweep comes when the lease is over."""
        self.clock.now = max(self.clock.now, held.lease_until + ONE_SECOND)
        self.sweep()

    def adopt(self, request_id: str, link: str, who: operators.Person = ADA) -> GenerationRequest:
        return self.tell(operators.adopt, who, request_id, link, BASE_URL)

    def retry(
        self, request_id: str, *, not_there: bool = False, who: operators.Person = ADA, **changes: object
    ) -> GenerationRequest:
        changed = operators.Changes(**changes)
        return self.tell(operators.retry, who, request_id, not_there=not_there, changes=changed, wait=QUARANTINE)

    def cancel(self, request_id: str, *, not_there: bool = False, who: operators.Person = ADA) -> GenerationRequest:
        return self.tell(operators.cancel, who, request_id, not_there=not_there, wait=QUARANTINE)

    def request(self, request_id: str) -> GenerationRequest:
        found = self.ask(requests.get, request_id)
        assert found is not None
        return found

    def state_of(self, request_id: str) -> State:
        return self.request(request_id).state

    def interviews_of(self, request_id: str) -> list[Interview]:
        return [stored.interview for stored in self.ask(interviews.of_request, request_id)]

    def newest(self, request_id: str) -> attempts.PastAttempt:
        return self.ask(attempts.past, request_id)[0]


def bridge_on(
    ledger: Ledger, folder: Path, *, on_unknown: str = "hold", retries: int = 1, base_url: str = BASE_URL
) -> assembly.Bridge:
    """The default times, two organizations, no broker."""
    both = {
        name: settings.Organization(
            name=name,
            api_key=Secret("tsk_" + "x" * 32),
            base_url=base_url,
            on_unknown=on_unknown,
            max_unknown_retries=retries,
        )
        for name in (ACME, BOLT)
    }
    configured = settings.Settings(bridge=settings.Bridge(data_dir=folder), organizations=both)
    nowhere = hints.Hints(None, LEASE)
    return assembly.Bridge(configured, ledger, nowhere, Timing(QUARANTINE, 3 * configured.bridge.sweep))


def everything(tx: Tx, table: sa.Table) -> list[dict[str, object]]:
    """Every row, to compare before and after."""
    return [dict(row) for row in tx.conn.execute(sa.select(table).order_by(*table.primary_key)).mappings()]


@contextmanager
def meanwhile(ledger: Ledger, statement_with: str, act: Callable[[], object]) -> Iterator[None]:
    """Act once, right after the first statement of `ledger` that has these words: what another process does in between."""
    done = False

    def after(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal done
        if statement_with in statement and not done:
            done = True
            act()

    sa.event.listen(ledger.engine, "after_cursor_execute", after)
    yield
    sa.event.remove(ledger.engine, "after_cursor_execute", after)
    assert done, f"no statement had {statement_with!r}"


def wait_until_blocked(ledger: Ledger, thread: threading.Thread) -> None:
    """Until `thread` waits for a lock of PostgreSQL, or has ended without one."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while thread.is_alive() and not ledger.read(lambda tx: tx.conn.exec_driver_sql(waiting).scalar_one()):
        thread.join(0.005)
