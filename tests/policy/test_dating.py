"""Senders' times order what they say, as far as they can be true."""

from datetime import UTC, datetime, timedelta

import pytest

from worker.domain.event import (
    CandidateReachedStage,
    Event,
    Ping,
    PostingAnnounced,
    PostingChanged,
    PostingClosed,
    PostingOpened,
)
from worker.domain.posting import JobPosting
from worker.policy.dating import FURTHEST_AHEAD, believed

ARRIVED = datetime(2026, 11, 24, 9, tzinfo=UTC)


def events_of(said: datetime | None) -> list[Event]:
    posting = JobPosting("1", "Mechanic", "…", changed_at=said)
    stage = CandidateReachedStage("r", "c", "Interview", moved_at=said)
    told: list[Event] = [PostingOpened(posting), PostingChanged(posting), stage, Ping()]
    return [*told, PostingAnnounced("1", changed_at=said), PostingClosed("1", changed_at=said)]


@pytest.mark.parametrize("said", [None, ARRIVED - timedelta(days=900), ARRIVED, ARRIVED + FURTHEST_AHEAD])
def test_a_time_that_can_be_is_believed(said: datetime | None) -> None:
    assert [believed(one, ARRIVED) for one in events_of(said)] == events_of(said)


@pytest.mark.parametrize(
    "said", [ARRIVED + FURTHEST_AHEAD + timedelta(microseconds=1), datetime.max.replace(tzinfo=UTC)]
)
def test_a_time_that_was_still_to_come_is_not_believed(said: datetime) -> None:
    assert [believed(one, ARRIVED) for one in events_of(said)] == events_of(None)
