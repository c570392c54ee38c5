"""Applications are kept as long as results are, from their last move, and go after the results that are theirs."""

from datetime import timedelta

from tests.ledger.hiring import Hiring
from tests.ledger.stage import ACME, Stage
from worker.ledger import listing, retention
from worker.ledger.retention import Kind

YEAR = timedelta(days=365)


def test_what_nothing_has_moved_for_long_goes_after_its_results(bridge: Stage) -> None:
    hiring = Hiring(bridge)
    hiring.opens()
    made = hiring.makes()
    hiring.moves()
    hiring.finishes(made.id, external=hiring.signed())
    bridge.pass_time(YEAR)
    hiring.moves(who="a-2")
    before = bridge.clock.now - timedelta(days=30)

    gone = []
    while count := bridge.tell(retention.expire, Kind.RESULTS, ACME, before):
        gone.append(count)

    assert gone == [1, 1]
    assert hiring.results() == []
    left = bridge.ask(listing.applications_page, listing.Filters(), 50, None).items
    assert [one.application_id for one in left] == ["a-2"]
    assert bridge.ask(retention.due, Kind.RESULTS, ACME, before).rows == 0
