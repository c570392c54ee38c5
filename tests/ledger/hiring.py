"""One source on a stage: its postings, its candidates' moves and their results, each an event a minute after the last."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from config import Secret
from config.settings import Source
from tests.ledger.completions import a_result
from tests.ledger.stage import ACME, Stage, created
from worker.domain.application import Application
from worker.domain.event import CandidateReachedStage, PostingClosed
from worker.domain.interview import Interview
from worker.domain.posting import JobPosting
from worker.events import applying, following
from worker.ledger import applications, attributions, audit, listing, results
from worker.ledger.events import EventState, StoredEvent
from worker.ledger.results import StoredResult

MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
AT = "AI Interview"
TEXT = "You repair bicycles, talk with customers and keep a small workshop in order. Number {}."


@dataclass
class Hiring:
    """`at` numbers are minutes of the sender's own clock."""

    stage: Stage
    invites_at: str | None = AT
    interview: Interview | None = None  # the last that was made
    _events: count = field(default_factory=lambda: count(1))

    @property
    def source(self) -> Source:
        return Source(
            name="careers",
            kind="greenhouse",
            organization=ACME,
            secrets=(Secret("a-secret-of-this-test"),),
            stage=self.invites_at,
        )

    def opens(self, job: str = "1", title: str = "Mechanic", requisition: str | None = "r-1", **more: object) -> str:
        said = following.Readable.of(JobPosting(job, title, TEXT.format(job), requisition_id=requisition, **more))
        return self.stage.tell(following.open_or_change, self.source, self._event(), said)

    def closes(self, job: str = "1") -> str:
        return self.stage.tell(following.close, self.source, self._event(), PostingClosed(job))

    def makes(self) -> Interview:
        """The next request in line gets its interview."""
        outcome = created()
        self.stage.settle(self.stage.send(), outcome)
        self.interview = outcome.interview
        return outcome.interview

    def moves(self, to: str | None = AT, at: int | None = None, who: str = "a-1", **more: object) -> str:
        facts = {"requisition_id": "r-1", "candidate_id": "c-1", "job_id": None, **more}
        moved = None if at is None else MORNING + timedelta(minutes=at)
        said = CandidateReachedStage(stage=to, application_id=who, moved_at=moved, **facts)
        return self.stage.tell(applying.reach_stage, self.source, self._event(), who, said)

    def finishes(self, *names: str, external: str | None = None, **more: object) -> results.Kept:
        said = a_result(*names, external_id=external, **more)
        return self.stage.tell(results.keep, ACME, "event", said)

    def signed(self, who: str = "a-1") -> str:
        """What the personal link of an application carries."""
        return self.stage.ask(attributions.personal_id, self.application(who).id)

    def application(self, who: str = "a-1") -> Application:
        (found,) = self.stage.ask(applications.named, who, 2)
        return found

    def invited(self, who: str = "a-1", what: str = "invite") -> int:
        """How often it was announced."""
        entries = self.stage.ask(audit.of, self.application(who).id)
        return sum(entry.action == what for entry in entries)

    def results(self) -> list[StoredResult]:
        found = self.stage.ask(listing.results_page, listing.Filters(), 50, None)
        return list(reversed(found.items))

    def _event(self) -> StoredEvent:
        number = next(self._events)
        at = MORNING + timedelta(hours=1, minutes=number)
        return StoredEvent(f"event-{number:03}", "careers", ACME, EventState.STORED, None, 0, at)
