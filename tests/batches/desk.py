"""An office where batches are checked, run and decided about: a real ledger, a clock that we move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.ledger.stage import ACME, ADA, QUARANTINE, Stage
from worker.batches import checking, deciding, running
from worker.batches.checking import Found
from worker.batches.judging import Judge
from worker.batches.rows import FIELDS, Row, Sheet
from worker.domain.request import GenerationRequest
from worker.ledger import batch_rows, batches, listing
from worker.ledger.batches import Batch
from worker.ledger.listing import Filters
from worker.operators import Changes, Person
from worker.policy.verdicts import Verdict

WARD = "Night nurse at Harbour House, ward {}. You walk the corridors and write the handover for the morning."


def sheet(*cells: Mapping[str, object], name: str = "jobs.csv") -> Sheet:
    """A sheet of rows, the first of which is row 2."""
    rows = [Row(number, one, {}) for number, one in enumerate(cells, 2)]
    used = [field for field in FIELDS if any(field in one for one in cells)]
    return Sheet(name, used, {field: field for field in used}, [], [], lambda: iter(rows))


def job(number: int, **more: object) -> dict[str, object]:
    return {"id": str(number), "title": f"Nurse {number}", "job_description": WARD.format(number), **more}


@dataclass
class Office:
    stage: Stage

    @property
    def judge(self) -> Judge:
        return Judge(frozenset(self.stage.bridge.settings.organizations), ACME)

    def check(self, of: Sheet) -> list[Found]:
        return list(checking.check(self.stage.ledger, self.judge, of.each()))

    def run(self, of: Sheet, *, origin: str | None = "/srv/jobs.csv", chunks: int | None = None) -> str:
        """The batch's id. With `chunks` the run dies after so many."""
        bridge = self.stage.bridge
        now = running.begin(bridge, of, self.judge, ADA, origin)
        self.found = []
        for done, found in enumerate(running.run(bridge, of, self.judge, now), 1):
            self.found += found
            if done == chunks:
                break
        return now.batch

    def batch(self, batch_id: str) -> Batch:
        found = self.stage.ask(batches.get, batch_id)
        assert found is not None
        return found

    def verdicts(self, batch_id: str) -> dict[int, Verdict | None]:
        return {one.row.number: one.row.verdict for one in batch_rows.every(self.stage.ledger.read, batch_id)}

    def pause(self, batch_id: str, who: Person = ADA) -> Batch:
        found = self.stage.tell(deciding.pause, who, batch_id)
        deciding.follow(self.stage.ledger, batch_id)
        return found

    def resume(self, batch_id: str, who: Person = ADA) -> Batch:
        found = self.stage.tell(deciding.resume, who, batch_id)
        deciding.follow(self.stage.ledger, batch_id)
        return found

    def cancel(self, batch_id: str, who: Person = ADA) -> Batch:
        found = self.stage.tell(deciding.cancel, who, batch_id)
        deciding.follow(self.stage.ledger, batch_id)
        return found

    def retry(self, batch_id: str, **changes: object) -> deciding.Retried:
        return deciding.retry(self.stage.ledger, ADA, batch_id, Changes(**changes), QUARANTINE)

    def requests(self) -> Sequence[GenerationRequest]:
        """Oldest first."""
        return self.stage.ask(listing.requests_page, Filters(), 200, None).items[::-1]


def told(found: Sequence[Found]) -> list[tuple[int, Verdict]]:
    return [(one.row.number, one.verdict) for one in found]
