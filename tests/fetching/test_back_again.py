"""What a list says at last holds, also where it said the same before, or an older word stood against it."""

from datetime import timedelta

import pytest

from tests.fetching.town import A_POSTING, TEXT, Town
from tests.ledger.databases import Ledgers
from tests.standins.kinds import STANDINS
from tests.standins.vendor import Posting, Status
from worker import sources
from worker.domain.request import State
from worker.policy import asking

DAY, HOUR, POLL = timedelta(days=1), timedelta(hours=1), timedelta(minutes=11)
ANOTHER = Posting("4712", "Cook", TEXT.format(2))
POLLED = [kind for kind in STANDINS if sources.named(kind).IS_POLLED]  # type: ignore[attr-defined]  # all of them have lists


@pytest.mark.parametrize("kind", sorted({"ashby", "smartrecruiters", "recruitee", "pinpoint", "breezy"}))
def test_a_posting_closed_by_mistake_of_its_api_is_opened_again_by_the_list(kind: str, sqlite_ledgers: Ledgers) -> None:
    """It answered 404 for a while; then its list names the posting, which nobody has touched."""
    with sqlite_ledgers.lent() as ledger, STANDINS[kind]() as vendor:
        town = Town(ledger, vendor, counts=True)
        town.want_lists()
        vendor.put(A_POSTING, ANOTHER)
        town.announce()
        town.announce(ANOTHER)
        town.ask_all()
        town.announce()
        for _ in range(asking.TRIES_UNTIL_GONE):
            vendor.then(Status(404))
            town.ask_once()
            town.pass_time(HOUR)
        assert {one.state for one in town.requests() if one.job_id == A_POSTING.id} == {State.CANCELLED}
        town.pass_time(2 * DAY)
        town.ask_all()
        assert {one.state for one in town.requests() if one.job_id == A_POSTING.id} == {State.WAITING}


@pytest.mark.parametrize("kind", POLLED)
def test_a_posting_that_is_back_as_it_was_is_open_again(kind: str, sqlite_ledgers: Ledgers) -> None:
    with sqlite_ledgers.lent() as ledger, STANDINS[kind]() as vendor:
        town = Town(ledger, vendor)
        town.want_lists()
        vendor.put(A_POSTING, ANOTHER)
        if kind == "kombo":
            town.announce()
        town.ask_all()

        def states() -> set[State]:
            return {one.state for one in town.requests() if one.job_id == A_POSTING.id}

        for _ in range(2):
            town.pass_time(POLL)
            vendor.change(A_POSTING.id, state="closed", changed_at=town.clock.now)
            town.ask_all()
            assert states() == {State.CANCELLED}
            town.pass_time(POLL)
            vendor.change(A_POSTING.id, state="open", changed_at=town.clock.now)
            town.ask_all()
            assert states() == {State.WAITING}
