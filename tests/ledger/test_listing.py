"""Pages: newest first; each row once, also when new ones come between two pages."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.ledger.completions import a_result
from tests.ledger.stage import ACME, BOLT, ONE_SECOND, TEXT, Stage, created
from worker.domain.received import Received
from worker.domain.request import State, Tier
from worker.ledger import batches, events, listing, results
from worker.ledger.events import EventState
from worker.ledger.listing import Filters, Page

EVERYTHING = Filters()


def file_one(bridge: Stage) -> str:
    return bridge.file()


def store_event(bridge: Stage) -> str:
    receipt = events.Receipt("careers", ACME, Received({}, b"{}", bridge.clock.now), (f"key-{next(_numbers)}",))
    return bridge.tell(events.store, [receipt])[0].event_id


def keep_result(bridge: Stage) -> str:
    bridge.tell(results.keep, ACME, "event", a_result("x", session=f"s{next(_numbers)}"))
    return bridge.ask(listing.results_page, EVERYTHING, 1, None).items[0].id


def make_interview(bridge: Stage) -> str:
    bridge.file()
    made = created()
    bridge.settle(bridge.send(), made)
    return made.interview.id


def make_interview_at_one_moment(bridge: Stage) -> str:
    now = bridge.clock.now
    made = make_interview(bridge)
    bridge.clock.now = now + timedelta(days=1)  # slots need time; what counts is when it is stored
    return made


_numbers = iter(range(1_000_000))
NOUNS = {
    "requests": (listing.requests_page, file_one, lambda one: one.id),
    "events": (listing.events_page, store_event, lambda one: one.id),
    "results": (listing.results_page, keep_result, lambda one: one.id),
    "interviews": (listing.interviews_page, make_interview, lambda one: one.interview.id),
}


def walk(bridge: Stage, page: Callable[..., Page], filters: Filters, limit: int) -> list[Page]:
    pages = [bridge.ask(page, filters, limit, None)]
    while pages[-1].next is not None:
        pages.append(bridge.ask(page, filters, limit, pages[-1].next))
    return pages


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_is_newest_first_and_its_pages_hold_every_row_once(bridge: Stage, noun: str) -> None:
    page, make, identity = NOUNS[noun]
    made = [make(bridge) for _ in range(7)]

    pages = walk(bridge, page, EVERYTHING, 3)

    assert [len(one.items) for one in pages] == [3, 3, 1]
    assert [identity(row) for one in pages for row in one.items] == made[::-1]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_full_last_page_has_no_cursor(bridge: Stage, noun: str) -> None:
    page, make, _ = NOUNS[noun]
    for _ in range(4):
        make(bridge)

    assert [len(one.items) for one in walk(bridge, page, EVERYTHING, 2)] == [2, 2]
    assert bridge.ask(page, EVERYTHING, 4, None).next is None


@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_new_between_two_pages_shifts_nothing(bridge: Stage, noun: str) -> None:
    page, make, identity = NOUNS[noun]
    made = [make(bridge) for _ in range(4)]
    first = bridge.ask(page, EVERYTHING, 2, None)
    make(bridge)

    second = bridge.ask(page, EVERYTHING, 2, first.next)

    assert [identity(row) for row in (*first.items, *second.items)] == made[::-1]


def test_interviews_stored_at_one_moment_are_paged_by_their_ids(bridge: Stage) -> None:
    for _ in range(3):
        bridge.file()
    held = [bridge.send() for _ in range(3)]
    for one in held:
        bridge.settle(one, created())

    pages = walk(bridge, listing.interviews_page, EVERYTHING, 1)

    found = [one.items[0].interview.id for one in pages]
    assert sorted(set(found), reverse=True) == found
    assert len(found) == 3


def test_an_empty_list_is_a_page_without_rows(bridge: Stage) -> None:
    for page, _, _ in NOUNS.values():
        assert bridge.ask(page, EVERYTHING, 10, None) == Page([], None)


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (1, 1), (1_000_000, 3)])
def test_a_page_has_at_least_one_row_and_a_most(bridge: Stage, asked: int, given: int) -> None:
    for _ in range(3):
        bridge.file()

    assert len(bridge.ask(listing.requests_page, EVERYTHING, asked, None).items) == given
    assert listing.MOST == 200


def test_requests_are_narrowed_by_state_organization_source_and_batch(bridge: Stage) -> None:
    batch = bridge.tell(batches.create, batches.NewBatch("jobs.csv"))
    plain = bridge.file()
    held = bridge.file("Too short.", batch=batch)
    sourced = bridge.file(organization=BOLT, source="careers", job_id="J1", batch=batch)

    def found(**narrowed: str) -> list[str]:
        return [one.id for one in bridge.ask(listing.requests_page, Filters(**narrowed), 10, None).items]

    assert found() == [sourced, held, plain]
    assert found(state="held") == [held]
    assert found(organization=BOLT) == [sourced]
    assert found(source="careers") == [sourced]
    assert found(batch=batch) == [sourced, held]
    assert found(batch=batch, state="waiting") == [sourced]
    assert found(state="no such state") == []


def test_events_and_results_are_narrowed_too(bridge: Stage) -> None:
    first, second = store_event(bridge), store_event(bridge)
    bridge.tell(events.settle, second, EventState.READ, "Filed.")
    keep_result(bridge)

    assert [one.id for one in bridge.ask(listing.events_page, Filters(state="stored"), 9, None).items] == [first]
    assert bridge.ask(listing.events_page, Filters(source="other"), 9, None).items == []
    assert len(bridge.ask(listing.results_page, Filters(state="unmatched"), 9, None).items) == 1
    assert bridge.ask(listing.results_page, Filters(state="matched"), 9, None).items == []
    assert bridge.ask(listing.results_page, Filters(organization=BOLT), 9, None).items == []


def test_counts_add_up(bridge: Stage) -> None:
    batch = bridge.tell(batches.create, batches.NewBatch("jobs.csv"))
    bridge.file(batch=batch)
    bridge.file()
    bridge.file("Too short.", batch=batch)
    bridge.file(organization=BOLT)
    bridge.send()
    store_event(bridge)

    assert bridge.ask(listing.counts) == {
        (ACME, State.SENDING): 1,
        (ACME, State.WAITING): 1,
        (ACME, State.HELD): 1,
        (BOLT, State.WAITING): 1,
    }
    assert bridge.ask(listing.counts, batch) == {(ACME, State.SENDING): 1, (ACME, State.HELD): 1}
    assert bridge.ask(listing.waiting_counts) == {(ACME, Tier.AI): 1, (BOLT, Tier.AI): 1}
    assert bridge.ask(listing.event_counts) == {("careers", EventState.STORED): 1}


def test_the_oldest_due_request_is_named(bridge: Stage) -> None:
    assert bridge.ask(listing.oldest_due) is None
    oldest = bridge.file(organization=BOLT)
    bridge.pass_time(ONE_SECOND)
    bridge.file()

    assert bridge.ask(listing.oldest_due).id == oldest


def test_a_request_is_found_by_the_start_of_its_id_or_by_its_label(bridge: Stage) -> None:
    request = bridge.file()
    bridge.file()
    label = bridge.request(request).label

    assert bridge.ask(listing.starting_with, "request", request[:19]) == [request]
    for typed in (label, label.lower(), label.removeprefix("spr-"), f"{label}-3"):
        assert bridge.ask(listing.starting_with, "request", typed) == [request]
    assert len(bridge.ask(listing.starting_with, "request", "0")) == 2
    assert bridge.ask(listing.starting_with, "request", "%") == []
    assert bridge.ask(listing.starting_with, "event", "0") == []


def test_a_text_for_people_is_the_first_line_where_no_title_was_given(bridge: Stage) -> None:
    assert bridge.request(bridge.file(f"{TEXT[:60]}\n{TEXT}")).title == TEXT[:60]
    assert len(bridge.request(bridge.file(TEXT * 2)).title) == 80
