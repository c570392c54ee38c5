"""A source, its vendor's API on this machine, a real ledger with a clock that stands, and one pair of hands."""

from dataclasses import dataclass, field
from datetime import timedelta

from config import Secret
from config.settings import Source
from tests.ledger.stage import Clock
from tests.standins.vendor import Applicant, Posting, Vendor
from worker import sources
from worker.domain.received import Received
from worker.domain.request import GenerationRequest
from worker.events import reader
from worker.events.fetchers import lists_of
from worker.events.fetching import Done, Fetching
from worker.ledger import events, fetches, listing, requests
from worker.ledger.connection import Ledger, Tx
from worker.ledger.events import EventState, Receipt, StoredEvent
from worker.ledger.fetches import Later, What
from worker.outbound import Outbound

TEXT = "You repair bicycles, talk with customers and keep a small workshop in order, number {}."
A_POSTING = Posting("4711", "Mechanic", TEXT.format(1))
ANOTHER = Posting("4712", "Driver", TEXT.format(2))
HOUR = timedelta(hours=1)


@dataclass
class Town:
    """What happens here happens in the order of the calls."""

    ledger: Ledger
    vendor: Vendor
    clock: Clock = field(default_factory=Clock)
    counts: bool = False  # whether lists of what is open are asked for, too

    def __post_init__(self) -> None:
        self.ledger.clock = self.clock
        self.source = Source.model_validate(
            {
                "name": "careers",
                "kind": self.vendor.KIND,
                "organization": "acme",
                "secrets": [Secret("a-secret-of-this-test")],
                "api_key": Secret(self.vendor.key),
                "api_url": self.vendor.api_url,
            }
        )
        self.with_source()

    def with_source(self, **changes: object) -> None:
        """Another configuration: the bridge was restarted."""
        self.source = self.source.model_copy(update=changes)
        self.fetching = Fetching(self.ledger, {"careers": self.source}, Outbound())
        self.ledger.write(fetches.reopen_refused)
        self._put_off_lists()

    def pass_time(self, span: timedelta) -> None:
        self.clock.now += span

    def announce(self, posting: Posting = A_POSTING) -> str:
        """The vendor's event arrives and is read. Its id."""
        return self.deliver(self.vendor.announcement(posting))

    def tell_of(self, applicant: Applicant) -> str:
        """The vendor tells that somebody stands elsewhere. The event's id."""
        return self.deliver(self.vendor.moved(applicant))

    def deliver(self, body: bytes) -> str:
        self.pass_time(timedelta(seconds=1))
        headers = sources.named(self.source.kind).sign(body, self.source, delivery_id="d", now=self.clock.now)
        received = Received({name.lower(): value for name, value in headers.items()}, body, self.clock.now)
        receipt = Receipt("careers", "acme", received, (f"test:{self.clock.now}",))
        (stored,) = self.ledger.write(lambda tx: events.store(tx, [receipt]))
        self.read(stored.event_id)
        return stored.event_id

    def read(self, event_id: str) -> None:
        reader.read(self.ledger, {"careers": self.source}, event_id)
        self._put_off_lists()

    def replay(self, event_id: str) -> None:
        self.ledger.write(lambda tx: events.reopen(tx, event_id))
        self.read(event_id)

    def want_lists(self) -> None:
        """As every worker does when it starts."""
        for what in lists_of(self.source):
            self.ledger.write(lambda tx, what=what: fetches.want_list(tx, "careers", "acme", what, "", now=False))

    def ask_once(self) -> Done | Later | None:
        """Ask what is due, waiting for the pace."""
        found = self.fetching.one("careers")
        if isinstance(found, Later) and found.at - self.clock.now <= timedelta(seconds=2):
            self.clock.now = found.at
            found = self.fetching.one("careers")
        if isinstance(found, Done):
            for event_id in found.event_ids:
                self.read(event_id)
        return found

    def ask_all(self) -> int:
        """Until nothing is due now. How often was asked."""
        count = 0
        while isinstance(self.ask_once(), Done):
            count += 1
            assert count < 100, "it never ends"
        return count

    def fetch(self, subject: str = A_POSTING.id, what: What = What.POSTING) -> fetches.Fetch:
        found = self.ledger.read(lambda tx: fetches.get(tx, "careers", what, subject))
        assert found is not None
        return found

    def event(self, event_id: str) -> StoredEvent:
        found = self.ledger.read(lambda tx: events.get(tx, event_id))
        assert found is not None
        return found

    def said(self, event_id: str) -> str:
        return self.event(event_id).reason or ""

    def state(self, event_id: str) -> EventState:
        return self.event(event_id).state

    def requests(self) -> list[GenerationRequest]:
        """What was filed, oldest first."""
        page = self.ledger.read(lambda tx: listing.requests_page(tx, listing.Filters(), 200, None))
        return list(reversed(page.items))

    def texts(self) -> dict[str | None, str]:
        """The text of each job that something was filed for."""
        filed = self.requests()
        assert len({one.job_id for one in filed}) == len(filed), "a posting has one interview"
        return {one.job_id: self.ledger.read(lambda tx, one=one: requests.content(tx, one.id)).text for one in filed}

    def _put_off_lists(self) -> None:
        if not self.counts:
            self.ledger.write(_put_off)


def _put_off(tx: Tx) -> None:
    tx.conn.exec_driver_sql("UPDATE \"fetch\" SET due_at = 9000000000000000 WHERE what = 'open'")
