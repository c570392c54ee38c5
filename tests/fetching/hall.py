"""A town whose vendor tells of candidates by ids alone: who is asked for, and where they are invited to."""

from collections.abc import Iterator

from tests.fetching.town import A_POSTING, TEXT, Town
from tests.ledger.stage import an_interview
from tests.standins.kinds import STANDINS
from tests.standins.vendor import Applicant
from worker.domain.application import Application
from worker.domain.interview import Origin
from worker.domain.posting import JobPosting
from worker.domain.request import State
from worker.events import following
from worker.ledger import applicants, applications, audit, candidates, fetches, interviews, requests, tombstones
from worker.ledger import blinding as blinds
from worker.ledger.connection import Ledger, Tx
from worker.ledger.events import EventState, StoredEvent
from worker.ledger.fetches import What
from worker.policy.subjects import Names

ASKING = ["lever", "pinpoint", "smartrecruiters"]
INES = Applicant("8863880", A_POSTING.id)


class Hall(Town):
    """Candidates are invited at the stage "ai interview", and of a person the name is kept."""

    def interview(self) -> str:
        """The candidates' job has one. Its id."""
        said = following.Readable.of(JobPosting(A_POSTING.id, "Mechanic", TEXT.format(1)))
        event = StoredEvent("e-0", "careers", "acme", EventState.READ, None, 0, self.clock.now)
        self.ledger.write(lambda tx: following.open_or_change(tx, self.source, event, said))
        made, request_id = an_interview(), self.requests()[-1].id

        def unit(tx: Tx) -> None:
            interviews.store(tx, "acme", made, Origin.CREATED, request_id)
            requests.move(tx, request_id, set(State), State.CREATED, interview_id=made.id, because=None)

        self.ledger.write(unit)
        return made.id

    def applications(self, who: str = INES.id) -> list[Application]:
        return self.ledger.read(lambda tx: applications.named(tx, who, 2))

    def application(self, who: str = INES.id) -> Application:
        (found,) = self.applications(who)
        return found

    def invitations(self) -> int:
        """How often the candidate was invited."""
        entries = self.ledger.read(lambda tx: audit.of(tx, self.application().id))
        return sum(one.action == "invite" for one in entries)

    def questions(self) -> list[fetches.Fetch]:
        return self.ledger.read(lambda tx: fetches.of_source(tx, "careers", What.APPLICATION))

    def erase(self, names: Names, *event_ids: str) -> None:
        """As somebody is erased who is known by these, with the events that were found."""

        def unit(tx: Tx) -> None:
            digests = tombstones.digests(blinds.of(tx), names)
            tombstones.put(tx, "erasure", digests, tx.now(), searched=True)
            applications.drop(tx, [one.id for one in applicants.of_person(tx, names)])
            candidates.strip(tx, event_ids)

        self.ledger.write(unit)


def opened(ledger: Ledger, kind: str) -> Iterator[Hall]:
    with STANDINS[kind]() as vendor:
        vendor.apply(INES)
        hall = Hall(ledger, vendor)
        hall.with_source(stage="ai interview", personal_data=("name",))
        yield hall
