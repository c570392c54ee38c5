"""Every open job is shown with its link, or with what the link waits for; what lacks one comes first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fetching.town import A_POSTING, TEXT, Town
from tests.ledger.stage import an_interview
from tests.standins.ashby import AshbyApi
from tests.standins.vendor import Posting, Raw, Status
from worker.domain.interview import Origin
from worker.domain.request import Because, Code, State
from worker.events import covering
from worker.ledger import fetches, interviews, requests
from worker.ledger.connection import Ledger, Tx
from worker.ledger.listing import UnknownCursor
from worker.policy import asking
from worker.policy.covering import Link, age

FIVE = [Posting(str(number), f"Job {number}", TEXT.format(number)) for number in range(1, 6)]
DAY = timedelta(days=1)


@pytest.fixture
def town(ledger: Ledger) -> Iterator[Town]:
    with AshbyApi() as vendor:
        yield Town(ledger, vendor)


def shown(town: Town, link: Link | None = None, limit: int = 50, cursor: str | None = None) -> list[dict]:
    sources = {"careers": town.source}
    return town.ledger.read(lambda tx: covering.page(tx, sources, link, limit, cursor))[0]


def filed(town: Town, posting: Posting) -> str:
    town.vendor.put(replace(posting, changed_at=town.clock.now))
    town.announce(posting)
    town.ask_all()
    return town.requests()[-1].id


def give_link(town: Town, request_id: str) -> str:
    made = an_interview()

    def unit(tx: Tx) -> None:
        interviews.store(tx, "acme", made, Origin.CREATED, request_id)
        requests.move(tx, request_id, set(State), State.CREATED, interview_id=made.id, because=None)

    town.ledger.write(unit)
    return made.share_link


def test_each_open_job_says_what_its_link_waits_for(town: Town) -> None:
    link = give_link(town, filed(town, FIVE[0]))
    on_its_way = filed(town, FIVE[1])
    held = filed(town, FIVE[2])
    because = Because(Code.REJECTED, {})
    town.ledger.write(lambda tx: requests.move(tx, held, set(State), State.HELD, because=because))
    town.vendor.put(FIVE[3])
    town.vendor.then(*[Status(500)] * 9)
    town.announce(FIVE[3])
    town.ask_all()
    town.pass_time(2 * DAY)
    told = {one["job_id"]: (one["link"], one["reason"]) for one in shown(town)}
    assert told["1"] == (Link.THERE, "Open for 2 days; its link is there.")
    assert told["2"][0] is Link.ON_ITS_WAY
    assert told["2"][1].startswith("Open for 2 days, no link: spr-")
    assert told["3"][0] is Link.MISSING
    label = next(one.label for one in town.requests() if one.id == held)
    assert told["3"][1] == f"Open for 2 days, no link: {label} is held and waits for a person."
    assert told["4"] == (
        Link.ON_ITS_WAY,
        "Open for 2 days, no link: its text is not fetched yet. The API of careers answered 500.",
    )
    by_id = {one["job_id"]: one for one in shown(town)}
    assert by_id["1"]["share_link"] == link
    assert by_id["2"]["request_id"] == on_its_way
    assert shown(town)[0]["job_id"] == "3"


def test_what_was_given_up_lacks_a_link_and_a_closed_job_needs_none(town: Town) -> None:
    town.vendor.put(A_POSTING)
    town.announce()
    for _ in range(asking.MOST_UNREADABLE):
        town.vendor.then(Raw(b"{}"))
        town.ask_all()
        town.pass_time(timedelta(hours=1))
    (only,) = shown(town)
    assert only["link"] is Link.MISSING
    assert "its text could not be fetched. The answer can't be used: " in only["reason"]
    filed(town, A_POSTING)
    town.vendor.change(A_POSTING.id, state="closed", changed_at=town.clock.now)
    town.announce()
    town.ask_all()
    assert shown(town) == []


def test_pages_follow_one_another_and_totals_count_all(town: Town) -> None:
    for posting in FIVE:
        filed(town, posting)
        town.pass_time(DAY)
    seen: list[str] = []
    cursor = None
    while True:
        items, cursor = town.ledger.read(lambda tx, at=cursor: covering.page(tx, {"careers": town.source}, None, 2, at))
        seen += [one["job_id"] for one in items]
        if cursor is None:
            break
    assert seen == ["1", "2", "3", "4", "5"]
    (total,) = town.ledger.read(lambda tx: covering.totals(tx, {"careers": town.source}))
    assert (total["open"], total["there"], total["on_its_way"], total["missing"]) == (5, 0, 5, 0)
    assert total["listed_at"] is None
    with pytest.raises(UnknownCursor):
        shown(town, cursor="nothing")


def test_on_request_the_list_is_asked_for_at_once(town: Town) -> None:
    town.counts = True
    town.want_lists()
    town.ask_all()
    town.vendor.put(FIVE[0])
    assert town.ask_all() == 0
    assert town.ledger.write(lambda tx: fetches.hurry(tx, "careers"))
    town.ask_all()
    assert [one["job_id"] for one in shown(town)] == ["1"]
    (total,) = town.ledger.read(lambda tx: covering.totals(tx, {"careers": town.source}))
    assert total["listed_at"] is not None
    assert not town.ledger.write(lambda tx: fetches.hurry(tx, "forms"))


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=30), "less than a minute"),
        (timedelta(minutes=1), "a minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "an hour"),
        (timedelta(hours=47), "a day"),
        (timedelta(days=2), "2 days"),
        (timedelta(seconds=-5), "less than a minute"),
    ],
)
def test_ages(span: timedelta, said: str) -> None:
    assert age(span) == said
