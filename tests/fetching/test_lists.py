"""One set of promises for every vendor whose API lists postings: what has changed, and what is open and no event announced."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from config import Secret
from tests.fetching.town import A_POSTING, TEXT, Town
from tests.ledger.databases import Ledgers
from tests.sources.deliveries import source
from tests.standins.kinds import STANDINS
from tests.standins.vendor import Asked, Cut, Posting, Raw, Status, Trouble, Vendor
from worker import sources
from worker.domain.request import State
from worker.events import fetchers
from worker.events.fetching import Done
from worker.ledger import fetch_standings, fetches, listing, source_apis
from worker.ledger.connection import Ledger
from worker.ledger.events import EventState
from worker.ledger.fetches import LEASE, What
from worker.ledger.listing import Filters
from worker.sources import Polls

POLLED = [kind for kind in STANDINS if sources.named(kind).IS_POLLED]  # type: ignore[attr-defined]  # all of them have lists
FIVE = [Posting(str(number), f"Job {number}", TEXT.format(number)) for number in range(1, 6)]
POLL = timedelta(minutes=10)
DAY = timedelta(days=1)


@contextmanager
def opened(kind: str, ledger: Ledger) -> Iterator[Town]:
    with STANDINS[kind]() as vendor:
        yield Town(ledger, vendor, counts=True)


@pytest.fixture(params=sorted(STANDINS))
def town(request: pytest.FixtureRequest, sqlite_ledgers: Ledgers) -> Iterator[Town]:
    with sqlite_ledgers.lent() as ledger, opened(request.param, ledger) as found:
        yield found


@pytest.fixture(params=POLLED)
def polled(request: pytest.FixtureRequest, sqlite_ledgers: Ledgers) -> Iterator[Town]:
    with sqlite_ledgers.lent() as ledger, opened(request.param, ledger) as found:
        found.counts = False
        yield found


@pytest.fixture
def lever(ledger: Ledger) -> Iterator[Town]:
    """One vendor for all, on each database."""
    with opened("lever", ledger) as found:
        found.counts = False
        yield found


def begin(town: Town) -> None:
    """As after a start; where the vendor's lists need an account, an event has told it."""
    town.want_lists()
    if by_account(town):
        town.vendor.put(A_POSTING)
        town.announce()
    town._put_off_lists()


def by_account(town: Town) -> bool:
    kind = sources.named(town.source.kind)
    assert isinstance(kind, Polls)
    return kind.BY_ACCOUNT


def jobs(town: Town) -> set[str | None]:
    return {one.job_id for one in town.requests()} - {A_POSTING.id}


def test_these_are_polled() -> None:
    assert {"kombo", "lever", "workable"} <= set(POLLED)


def test_postings_that_no_event_announced_are_found_and_filed_once(town: Town) -> None:
    """With their texts, over several pages; a draft is none."""
    town.vendor.put(*FIVE[:4], Posting("5", "Not yet", TEXT.format(5), state="draft"))
    begin(town)
    town.ask_all()
    assert jobs(town) == {"1", "2", "3", "4"}
    assert all(TEXT.format(number) in town.texts()[str(number)] for number in range(1, 5))
    calls = len(town.vendor.asked)
    town.pass_time(DAY)
    town.vendor.put(FIVE[4])
    town.ask_all()
    assert jobs(town) == {"1", "2", "3", "4", "5"}
    singles = {one.path for one in town.vendor.asked[calls:] if one.path.rstrip("/").endswith(("/1", "/2", "/3", "/4"))}
    assert singles == set(), "what is known is not asked for again"


def test_a_list_says_where_it_stands(town: Town) -> None:
    town.vendor.put(*FIVE[:2])
    begin(town)
    town.ask_all()
    account = town.vendor.ACCOUNT if by_account(town) else ""
    what = What.CHANGES if town.source.kind in POLLED else What.OPEN
    assert "postings on page" in (town.fetch(account, what).said or "")


def test_a_poll_files_what_is_open_and_asks_again_after_its_time(polled: Town) -> None:
    polled.vendor.put(*FIVE[:3])
    begin(polled)
    polled.ask_all()
    assert jobs(polled) == {"1", "2", "3"}
    count = len(polled.requests())
    polled.pass_time(POLL - timedelta(minutes=1))
    assert polled.ask_all() == 0
    polled.pass_time(timedelta(minutes=1, seconds=30))
    assert polled.ask_all() == 1
    assert len(polled.requests()) == count


def test_a_poll_follows_changes_and_closings(polled: Town) -> None:
    polled.vendor.put(*FIVE[:3])
    begin(polled)
    polled.ask_all()
    polled.pass_time(POLL)
    now = polled.clock.now - timedelta(minutes=1)
    polled.vendor.change("1", text=TEXT.format(77), changed_at=now)
    polled.vendor.change("2", state="closed", changed_at=now)
    polled.pass_time(timedelta(minutes=1))
    polled.ask_all()
    states = {one.job_id: one.state for one in polled.requests()}
    assert (states["1"], states["2"], states["3"]) == (State.WAITING, State.CANCELLED, State.WAITING)
    assert TEXT.format(77) in polled.texts()["1"]


def test_what_a_poll_brought_is_an_event_and_what_it_did_not_is_none(lever: Town) -> None:
    lever.vendor.put(FIVE[0])
    begin(lever)
    done = lever.fetching.one("careers")
    assert isinstance(done, Done)
    (event_id,) = done.event_ids
    assert lever.state(event_id) is EventState.STORED
    lever.read(event_id)
    assert lever.said(event_id).startswith("Filed as ")
    lever.pass_time(POLL)
    again = lever.fetching.one("careers")
    assert isinstance(again, Done)
    assert again.event_ids == ()
    lever.replay(event_id)
    assert len(lever.requests()) == 1


def test_a_posting_edited_between_two_pages_is_not_missed(lever: Town) -> None:
    """It moves to the end, and another moves over the page's edge: the next count finds that one."""
    lever.counts = True
    lever.vendor.put(*FIVE)
    begin(lever)

    def edit(asked: Asked) -> None:
        if asked.query.get("offset") and "1" in lever.vendor.postings:
            edited = lever.vendor.postings.pop("1")
            lever.vendor.put(Posting("1", edited.title, TEXT.format(88), changed_at=lever.clock.now))
            lever.vendor.before_answer = lambda _: None

    lever.vendor.before_answer = edit
    lever.ask_all()
    lever.pass_time(DAY)
    lever.ask_all()
    assert jobs(lever) == {"1", "2", "3", "4", "5"}
    assert TEXT.format(88) in lever.texts()["1"]


def test_what_a_dead_process_was_asking_for_is_asked_again_at_once(lever: Town) -> None:
    lever.vendor.put(*FIVE)
    begin(lever)
    lever.ledger.write(lambda tx: fetches.claim(tx, "careers", timedelta(), "dead"))
    assert lever.ask_all() == 0
    assert lever.ledger.write(lambda tx: fetches.release(tx, "somebody else")) == 0
    assert lever.ledger.write(lambda tx: fetches.release(tx, "dead")) == 1
    lever.ask_all()
    assert jobs(lever) == {"1", "2", "3", "4", "5"}


def test_who_dies_between_two_pages_goes_on_with_the_second(lever: Town) -> None:
    lever.vendor.put(*FIVE)
    begin(lever)
    lever.ask_once()
    lever.pass_time(timedelta(seconds=2))
    lever.ledger.write(lambda tx: fetches.claim(tx, "careers", timedelta(), "dead"))
    lever.pass_time(LEASE + timedelta(seconds=1))
    lever.ask_all()
    assert jobs(lever) == {"1", "2", "3", "4", "5"}
    assert [one.query.get("offset") for one in lever.vendor.asked] == [None, "%5B2%5D", "%5B4%5D"]


def test_a_page_that_fails_again_and_again_begins_the_list_anew(lever: Town) -> None:
    """What leads to a page may have expired."""
    lever.vendor.put(*FIVE)
    begin(lever)
    lever.ask_once()
    lever.vendor.then(*[Status(400)] * 3)
    for _ in range(4):
        lever.pass_time(timedelta(hours=1))
        lever.ask_all()
    assert jobs(lever) == {"1", "2", "3", "4", "5"}
    assert lever.vendor.asked[4].query.get("offset") is None


@pytest.mark.parametrize("trouble", [Cut(), Status(503), Status(429), Status(401), Raw(b'{"data": [{}]}'), Raw(b"[")])
def test_a_list_that_fails_is_asked_again_and_loses_nothing(lever: Town, trouble: Cut | Status | Raw) -> None:
    lever.vendor.put(*FIVE)
    begin(lever)
    lever.ask_once()
    lever.vendor.then(*[trouble] * 3)
    for _ in range(4):
        lever.pass_time(timedelta(hours=6))
        lever.ask_all()
    assert jobs(lever) == {"1", "2", "3", "4", "5"}


NOTHING_SAID = {
    "an error": b'{"error": "maintenance", "success": true, "data": {}}',
    "null": b'{"success": true, "data": null, "jobs": null, "offers": null, "results": null, "content": null}',
}


@pytest.mark.parametrize("body", NOTHING_SAID.values(), ids=NOTHING_SAID.keys())
def test_a_success_without_a_list_is_no_list_that_is_empty(town: Town, body: bytes) -> None:
    """Else a poll would go on from here, and miss what has changed before."""
    begin(town)
    town.vendor.then(*[Raw(body)] * 20)
    town.ask_all()
    failing = town.ledger.read(lambda tx: fetch_standings.failing_lists(tx, "careers"))
    assert any("The answer can't be used: " in one for one in failing), failing


@pytest.mark.parametrize("kind", ["pinpoint", "teamtailor", "workable"])
def test_a_next_page_that_is_no_address_is_not_the_end_of_a_list(kind: str, sqlite_ledgers: Ledgers) -> None:
    with sqlite_ledgers.lent() as ledger, opened(kind, ledger) as town:
        begin(town)
        town.vendor.then(Raw(b'{"jobs": [], "data": [], "paging": {"next": "/p/2"}, "links": {"next": "/p/2"}}'))
        town.ask_once()
        (failing,) = town.ledger.read(lambda tx: fetch_standings.failing_lists(tx, "careers"))
        assert "next is no web address; expected that of the next page" in failing


def test_one_posting_that_can_not_be_read_takes_none_of_a_list_with_it(town: Town) -> None:
    """The page is kept and told of, so that a reader that was mended reads it again."""
    town.vendor.page_size = 9
    town.vendor.put(*FIVE[:3])
    kind, real = sources.named(town.source.kind), town.vendor.respond

    def spoilt(asked: Asked) -> Trouble:
        told = real(asked)
        assert isinstance(told, Raw)
        body = re.sub(rb'"(id|_id|shortcode)": "?2"?(?=[,}])', rb'"\1": null', told.body)
        return Raw(body.replace(b"<id>2</id>", b"<id></id>")) if b"Job 3" in body else told

    assert isinstance(kind, Polls)
    town.vendor.respond = spoilt  # type: ignore[method-assign]  # a vendor that forgets an id
    begin(town)
    town.ask_all()
    assert jobs(town) == {"1", "3"}
    page = town.ledger.read(lambda tx: listing.events_page(tx, Filters(state="unreadable"), 9, None))
    assert "One of its postings can't be read: " in (page.items[0].reason or "")
    town.vendor.respond = real  # type: ignore[method-assign]  # likewise
    town.pass_time(DAY)
    town.ask_all()
    assert jobs(town) == {"1", "2", "3"}


def test_a_feed_of_which_a_position_can_not_be_read_closes_nothing(sqlite_ledgers: Ledgers) -> None:
    with sqlite_ledgers.lent() as ledger, opened("personio", ledger) as town:
        town.vendor.put(*FIVE[:3])
        begin(town)
        town.ask_all()
        feed = b"<workzag-jobs><position><id>1</id></position><position><id> </id></position></workzag-jobs>"
        town.vendor.then(Raw(feed))
        town.pass_time(POLL)
        town.ask_once()
        assert State.CANCELLED not in {one.state for one in town.requests()}


@pytest.mark.parametrize("kind", ["lever", "workable"])
@pytest.mark.parametrize("state", ["", "null", '"reticulated"'])
def test_a_posting_of_which_a_list_says_no_known_state_is_neither_closed_nor_opened(
    kind: str, state: str, sqlite_ledgers: Ledgers
) -> None:
    with sqlite_ledgers.lent() as ledger, opened(kind, ledger) as town:
        town.counts = False
        town.vendor.put(*FIVE[:2])
        begin(town)
        town.ask_all()
        told = f', "state": {state}' if state else ""
        body = f'{{"id": "1", "shortcode": "1"{told}}}, {{"id": "9", "shortcode": "9"{told}}}'
        town.pass_time(POLL)
        town.vendor.then(Raw(f'{{"data": [{body}], "jobs": [{body}]}}'.encode()))
        town.ask_all()
        assert {one.job_id: one.state for one in town.requests()} == {"1": State.WAITING, "2": State.WAITING}


@pytest.mark.parametrize("next_page", ["https://evil.example.org/spi/v3/jobs", "http://169.254.169.254/spi/v3/jobs"])
def test_s13_a_next_page_elsewhere_gets_no_call_and_no_key(sqlite_ledgers: Ledgers, next_page: str) -> None:
    with sqlite_ledgers.lent() as ledger, opened("workable", ledger) as town:
        town.vendor.put(FIVE[0])
        begin(town)
        town.vendor.then(Raw(b'{"jobs": [], "paging": {"next": "%s"}}' % next_page.encode()))
        town.ask_once()
        town.pass_time(timedelta(seconds=2))
        town.ask_once()
        assert len(town.vendor.asked) == 1
        api = town.ledger.read(lambda tx: source_apis.get(tx, "careers"))
        assert api is not None
        assert "the next page leads to another host" in (api.trouble or "")


def test_a_list_that_leads_back_to_itself_is_left(lever: Town) -> None:
    begin(lever)
    lever.vendor.then(*[Raw(b'{"data": [], "hasNext": true, "next": "again"}')] * 50)
    assert lever.ask_all() == 2
    assert "the list of postings does not end" in (lever.fetch("", What.CHANGES).said or "")


def test_a_list_that_never_ends_is_begun_anew_and_seldom(lever: Town) -> None:
    begin(lever)
    lever.vendor.then(*[Raw(b'{"data": [], "hasNext": true, "next": "again"}')] * 50)
    assert lever.ask_all() == 2
    lever.pass_time(timedelta(minutes=59))
    assert lever.ask_all() == 0
    lever.pass_time(timedelta(minutes=1))
    assert lever.ask_all() == 2
    assert [one.query.get("offset") for one in lever.vendor.asked] == [None, "again"] * 2


def test_workables_list_without_texts_leads_to_one_question_each(sqlite_ledgers: Ledgers) -> None:
    with sqlite_ledgers.lent() as ledger, opened("workable", ledger) as town:
        town.counts = False
        town.vendor.has_texts_in_lists = False  # type: ignore[attr-defined]  # the stand-in of Workable
        town.vendor.put(*FIVE[:3])
        begin(town)
        assert town.ask_all() == 2 + 3
        assert jobs(town) == {"1", "2", "3"}


def test_a_source_that_lost_an_event_of_a_closing_learns_it_from_a_list(sqlite_ledgers: Ledgers) -> None:
    with sqlite_ledgers.lent() as ledger, opened("smartrecruiters", ledger) as town:
        town.vendor.put(*FIVE[:2])
        begin(town)
        town.ask_all()
        town.vendor.change("1", state="closed")
        town.pass_time(DAY)
        town.ask_all()
        assert {one.job_id: one.state for one in town.requests()} == {"1": State.CANCELLED, "2": State.WAITING}


def test_only_sources_that_can_be_asked_are(ledger: Ledger) -> None:
    whole = {"api_key": Secret("x"), "api_url": "https://api.example.com"}
    wanted = {kind: list(fetchers.lists_of(source(kind, "s", **whole))) for kind in sources.kinds()}
    assert wanted["greenhouse"] == wanted["ashby"] == wanted["teamtailor"] == [What.OPEN]
    assert wanted["lever"] == wanted["workable"] == [What.CHANGES, What.OPEN]
    assert wanted["generic"] == wanted["standard"] == wanted["merge"] == []
    assert wanted["recruitee"] == wanted["breezy"] == wanted["kombo"] == []  # an event has to tell the account first
    assert all(not fetchers.lists_of(source(kind, "s", api_url=whole["api_url"])) for kind in ("ashby", "lever"))
    assert all(not fetchers.lists_of(source(kind, "s", api_key=Secret("x"))) for kind in ("greenhouse", "workable"))


def test_every_stand_in_is_of_a_kind(ledger: Ledger) -> None:
    assert {kind for kind in sources.kinds() if isinstance(sources.named(kind), Polls)} == set(STANDINS)
    assert all(issubclass(one, Vendor) for one in STANDINS.values())
