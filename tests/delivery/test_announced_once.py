"""Every cause is announced exactly once to each target: whenever the process ends between two statements, and however often it is
done again afterwards.
"""

from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from config import Secret, settings
from tests.batches.desk import Office as Desk
from tests.batches.desk import job, sheet
from tests.delivery.office import Office
from tests.ledger.completions import a_result
from tests.ledger.stage import ACME, ADA, FORBIDDEN, NO_ANSWER, REJECTED, Stage, an_interview, created
from worker import operators
from worker.domain.event import PostingClosed
from worker.domain.interview import Origin
from worker.domain.message import Happened
from worker.domain.outcome import Outcome
from worker.domain.posting import JobPosting
from worker.events import following
from worker.ledger import interviews, listing, organizations, results
from worker.ledger.connection import Ledger
from worker.ledger.events import EventState, StoredEvent
from worker.upkeep import noticing

MOST_STATEMENTS = 200
Act = Callable[[], object]


class Died(Exception):
    """The process ended here."""


@contextmanager
def dying_at(ledger: Ledger, number: int):
    """The process ends before its statement `number`, from 1; what it had not committed is gone."""
    count = 0

    def before(*_: object) -> None:
        nonlocal count
        count += 1
        if count == number:
            raise Died

    sa.event.listen(ledger.engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        sa.event.remove(ledger.engine, "before_cursor_execute", before)


@dataclass(frozen=True)
class Causes:
    """Each makes everything ready and returns the act that announces, which may be done again and again."""

    stage: Stage

    def settling(self, outcome: Outcome) -> Act:
        self.stage.file()
        held = self.stage.send()
        return lambda: self.stage.settle(held, outcome)

    def interview_created(self) -> Act:
        return self.settling(created())

    def request_held(self) -> Act:
        return self.settling(REJECTED)

    def request_unknown(self) -> Act:
        return self.settling(NO_ANSWER)

    def organization_paused(self) -> Act:
        return self.settling(FORBIDDEN)

    def lease_ended(self) -> Act:
        self.stage.file()
        held = self.stage.send()
        return lambda: self.stage.lose(held)

    def filed_and_held(self) -> Act:
        return lambda: self.stage.file("Too short.", dedup="one")

    def adopted(self) -> Act:
        self.settling(NO_ANSWER)()
        (request,) = [one.id for one in self.stage.ask(requests_of)]
        return lambda: self.stage.adopt(request, "https://www.talentsprout.ai/interview/abc234")

    def paused_by_a_person(self) -> Act:
        return lambda: self.stage.tell(operators.pause, ADA, ACME)

    def resumed(self) -> Act:
        self.stage.tell(organizations.hold, ACME, "ada")
        return lambda: self.stage.tell(operators.resume, ADA, ACME)

    def result_completed(self) -> Act:
        made = an_interview()
        self.stage.tell(interviews.store, ACME, made, Origin.CREATED, None)
        return lambda: self.stage.tell(results.keep, ACME, "event", a_result(made.id))

    def result_linked_later(self) -> Act:
        made = an_interview()
        self.stage.tell(results.keep, ACME, "event", replace(a_result(made.id), event="interview.abandoned"))
        return lambda: self.stage.tell(interviews.store, ACME, made, Origin.CREATED, None)

    def posting_closed(self) -> Act:
        careers = settings.Source(
            name="careers", kind="generic", organization=ACME, secret=Secret("x"), token_header="X-T"
        )
        event = StoredEvent("event-1", "careers", ACME, EventState.STORED, None, 1, self.stage.clock.now)
        said = following.Readable(JobPosting("job", title="Nurse", description=""), "You look after forty residents.")
        self.stage.tell(following.open_or_change, careers, event, said)
        later = replace(event, id="event-2")
        return lambda: self.stage.tell(following.close, careers, later, PostingClosed(job_id="job"))

    def batch_finished(self) -> Act:
        Desk(self.stage).run(sheet(job(1)))
        self.stage.settle(self.stage.send(), created())
        return lambda: noticing.finished_batches(self.stage.bridge)


def requests_of(tx: object) -> list[object]:
    return list(listing.requests_page(tx, listing.Filters(), 9, None).items)


EVENTS = {
    "interview_created": Happened.INTERVIEW_CREATED,
    "request_held": Happened.REQUEST_HELD,
    "request_unknown": Happened.REQUEST_UNKNOWN,
    "organization_paused": Happened.ORGANIZATION_PAUSED,
    "lease_ended": Happened.REQUEST_UNKNOWN,
    "filed_and_held": Happened.REQUEST_HELD,
    "adopted": Happened.INTERVIEW_CREATED,
    "paused_by_a_person": Happened.ORGANIZATION_PAUSED,
    "resumed": Happened.ORGANIZATION_RESUMED,
    "result_completed": Happened.RESULT_COMPLETED,
    "result_linked_later": Happened.RESULT_ABANDONED,
    "posting_closed": Happened.POSTING_CLOSED,
    "batch_finished": Happened.BATCH_FINISHED,
}


@pytest.mark.parametrize("cause", EVENTS)
def test_a_cause_is_announced_exactly_once(office: Office, cause: str) -> None:
    act = getattr(Causes(office.stage), cause)()
    before = len(office.all(event=EVENTS[cause]))
    for number in range(1, MOST_STATEMENTS):
        with dying_at(office.stage.ledger, number), suppress(operators.Refusal):
            try:
                act()
                break
            except Died:
                assert len(office.all(event=EVENTS[cause])) in (before, before + 1)
    else:
        raise AssertionError("it never comes to its end")
    for _ in range(2):
        with suppress(operators.Refusal):
            act()

    assert len(office.all(event=EVENTS[cause])) == before + 1
