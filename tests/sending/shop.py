"""A worker process without the process: a sandbox that is sped up, a real ledger on its own clock, a journal, a pump."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from config import Secret, settings
from tests.ledger.stage import ACME, TEXT
from worker import assembly, filing, hints
from worker.domain.request import GenerationRequest, State
from worker.ledger import attempts, interviews, listing, requests
from worker.ledger.connection import Ledger
from worker.ledger.listing import Filters
from worker.policy import identity
from worker.policy.reasons import Timing
from worker.sandbox.running import Running, running
from worker.sandbox.settings import FAKE_KEY, Organization, Seconds, Settings
from worker.sending.call import Caller
from worker.sending.journal import Journal
from worker.sending.pump import Pump

PATIENCE = 60.0  # seconds after which something will never happen
SPEED = 30.0  # a window of TalentSprout's is two seconds here
AT_ONCE = Seconds(0, 0)


@dataclass
class Shop:
    """`texts` counts what was filed, so that each is another request."""

    sandbox: Running
    bridge: assembly.Bridge
    journal: Journal
    caller: Caller
    pump: Pump
    texts: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))

    def file(self, text: str = TEXT, **more: object) -> str:
        wanted = filing.Submission(ACME, text, identity=identity.brought(f"job-{next(self.texts)}"), **more)
        return self.bridge.ledger.write(lambda tx: filing.file(tx, wanted)).request.id

    def request(self, request_id: str) -> GenerationRequest:
        found = self.bridge.ledger.read(lambda tx: requests.get(tx, request_id))
        assert found is not None
        return found

    def state_of(self, request_id: str) -> State:
        return self.request(request_id).state

    def states(self) -> dict[State, int]:
        found = self.bridge.ledger.read(listing.counts)
        return {state: number for (_, state), number in found.items()}

    def newest(self, request_id: str) -> attempts.PastAttempt:
        return self.bridge.ledger.read(lambda tx: attempts.past(tx, request_id))[0]

    def links(self) -> list[str]:
        page = self.bridge.ledger.read(lambda tx: listing.interviews_page(tx, Filters(), 200, None))
        return [one.interview.share_link for one in page.items]

    def interview_of(self, request_id: str) -> interviews.StoredInterview:
        (found,) = self.bridge.ledger.read(lambda tx: interviews.of_request(tx, request_id))
        return found

    def arrivals(self) -> list[dict[str, object]]:
        """The sandbox's record: every request that reached it."""
        return list(self.sandbox.ask("record")["requests"])

    def revoke(self, *, revoked: bool) -> None:
        key = {"key": FAKE_KEY, "revoked": revoked}
        self.sandbox.tell("settings", organizations=[{"name": "sandbox", "keys": [key]}])


@contextmanager
def opened(
    ledger: Ledger,
    folder: Path,
    *,
    seats: int = 50,
    limit: settings.Limit | None = None,
    server_limit: int = 500,
    generating: Seconds = AT_ONCE,
    deadline: timedelta = timedelta(seconds=20),
    margin: timedelta = timedelta(seconds=20),
) -> Iterator[Shop]:
    """Without `limit`, slots are no obstacle. Its times are long where nothing waits for them: the machine may be busy."""
    usual = settings.Limit(count=500, window=timedelta(seconds=60 / SPEED))
    served = Settings(
        speed=SPEED,
        organizations=(Organization(ai_limit=server_limit, default_limit=500),),
        generating=generating,
        creating=AT_ONCE,
        pinging=AT_ONCE,
        candidates=0,
    )
    with ExitStack() as stack:
        sandbox = stack.enter_context(running(served))
        acme = settings.Organization(
            name=ACME,
            api_key=Secret(FAKE_KEY),
            base_url=sandbox.base_url,
            limits=settings.Limits(ai=limit or usual, default=usual),
        )
        times = settings.Bridge(
            data_dir=folder,
            call_deadline=deadline,
            lease_margin=margin,
            probe=timedelta(milliseconds=50),
            sweep=timedelta(milliseconds=100),
        )
        bridge = assembly.Bridge(
            settings.Settings(bridge=times, organizations={ACME: acme}),
            ledger,
            hints.Hints(None, deadline),
            Timing(times.quarantine, timedelta(seconds=5)),
        )
        assembly.prepare(bridge)
        journal = Journal(folder / "journal", "boot")
        caller = Caller(bridge, journal, "boot")
        pump = Pump(caller, seats)
        yield Shop(sandbox, bridge, journal, caller, pump)
        pump.stop()
        assert pump.flights.wait(PATIENCE), "calls are still in the air"
        journal.close()


def until(true: Callable[[], object], what: str = "it") -> None:
    """Wait until something is so; it will be, or the test fails."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.01)
