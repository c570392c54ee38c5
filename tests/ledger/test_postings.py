"""Postings: the newest that was said counts, in whatever order it arrives."""

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from tests.ledger.stage import ACME, ONE_SECOND, Stage, meanwhile, wait_until_blocked
from worker.ledger import postings
from worker.ledger.postings import StoredPosting


def a_posting(bridge: Stage, later: timedelta = timedelta(0), event: str = "event-1", **more: object) -> StoredPosting:
    usual = {
        "requisition_id": "R1",
        "is_open": True,
        "title": "Night shift",
        "text": "Care.",
        "about": {"city": "Cork"},
    }
    changed_at = bridge.clock.now + later
    return StoredPosting("careers", "J1", ACME, **{**usual, **more}, changed_at=changed_at, event_id=event)


def known(bridge: Stage) -> StoredPosting | None:
    return bridge.ask(postings.get, "careers", "J1")


def test_a_posting_comes_back_as_it_was_said(bridge: Stage) -> None:
    said = a_posting(bridge)

    assert bridge.tell(postings.newer, said)

    assert known(bridge) == said
    assert bridge.ask(postings.get, "other", "J1") is None


def test_something_newer_replaces_and_something_older_changes_nothing(bridge: Stage) -> None:
    now = a_posting(bridge)
    newer = a_posting(bridge, ONE_SECOND, "event-2", title="Day shift", about={})
    older = a_posting(bridge, -ONE_SECOND, "event-3", title="Any shift")

    assert bridge.tell(postings.newer, now)
    assert bridge.tell(postings.newer, newer)
    assert not bridge.tell(postings.newer, older)

    assert known(bridge) == newer


def test_of_two_at_one_moment_the_later_event_counts_and_reading_it_again_is_no_news(bridge: Stage) -> None:
    first, second = a_posting(bridge, event="event-1"), a_posting(bridge, event="event-2", title="Day shift")

    assert bridge.tell(postings.newer, second)
    assert not bridge.tell(postings.newer, first)
    assert bridge.tell(postings.newer, second), "an event that is replayed is applied again"

    assert known(bridge) == second


def test_the_result_does_not_depend_on_the_order_of_arrival(bridge: Stage) -> None:
    said = [
        a_posting(bridge, event="e1"),
        a_posting(bridge, ONE_SECOND, "e2", title="Two"),
        a_posting(bridge, ONE_SECOND, "e3", title="Three", is_open=False),
        a_posting(bridge, -ONE_SECOND, "e4", title="Four"),
    ]
    for number, order in enumerate(permutations(said)):
        for one in order:
            bridge.tell(postings.newer, replace(one, job_id=f"J{number}"))
        assert bridge.ask(postings.get, "careers", f"J{number}") == replace(said[2], job_id=f"J{number}")


def test_a_posting_that_closed_stays_closed_until_something_newer(bridge: Stage) -> None:
    said = a_posting(bridge)
    bridge.tell(postings.newer, said)

    assert bridge.tell(postings.close, said, said.changed_at + ONE_SECOND, "event-2")
    assert not known(bridge).is_open
    assert not bridge.tell(postings.newer, said)
    assert not known(bridge).is_open
    assert bridge.tell(postings.newer, a_posting(bridge, 2 * ONE_SECOND, "event-3"))
    assert known(bridge).is_open


def test_a_closing_that_is_older_than_what_is_known_changes_nothing(bridge: Stage) -> None:
    said = a_posting(bridge)
    bridge.tell(postings.newer, said)

    assert not bridge.tell(postings.close, said, said.changed_at - ONE_SECOND, "event-0")

    assert known(bridge) == said


def test_all_postings_of_a_requisition_are_found(bridge: Stage) -> None:
    for job_id, requisition in [("J1", "R1"), ("J3", "R1"), ("J2", "R2")]:
        bridge.tell(postings.newer, replace(a_posting(bridge, requisition_id=requisition), job_id=job_id))

    assert [one.job_id for one in bridge.ask(postings.of_requisition, "careers", "R1")] == ["J1", "J3"]


@pytest.mark.parametrize("ours_is_newer", [True, False])
def test_of_two_first_words_in_the_same_moment_the_newer_counts(overlapping, ours_is_newer: bool) -> None:
    """Neither transaction sees the other's row before it writes: the second to write must look again."""
    bridge, other = overlapping(), overlapping()
    old, new = a_posting(bridge), a_posting(bridge, ONE_SECOND, "event-2", title="Day shift")
    ours, theirs = (new, old) if ours_is_newer else (old, new)
    said: list[bool] = []
    second = threading.Thread(target=lambda: said.append(other.tell(postings.newer, theirs)))

    def second_comes() -> None:
        second.start()
        wait_until_blocked(other.ledger, second)

    with meanwhile(bridge.ledger, "INSERT INTO posting", second_comes):
        assert bridge.tell(postings.newer, ours)
    second.join(20)

    assert said == [not ours_is_newer]
    assert known(bridge) == new
