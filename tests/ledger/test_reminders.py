"""Who was invited and is not heard of is reminded at the times of the source, and left alone once anything has come."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.ledger.hiring import Hiring
from tests.ledger.stage import Stage
from worker.ledger import invitations

DAY = timedelta(days=1)
REMINDERS = (5 * DAY, 2 * DAY)


@pytest.fixture
def hiring(bridge: Stage) -> Hiring:
    """Somebody is invited."""
    made = Hiring(bridge)
    made.opens()
    made.makes()
    made.moves()
    return made


def after(hiring: Hiring, days: float) -> int:
    """How often the candidate was reminded, so many days later."""
    hiring.stage.pass_time(days * DAY)
    hiring.stage.tell(invitations.remind, "careers", REMINDERS)
    return hiring.invited(what="remind")


def test_each_reminder_comes_once_in_its_time(hiring: Hiring) -> None:
    assert [after(hiring, days) for days in (1.9, 0.2, 0.1, 2.7, 0.2, 30)] == [0, 1, 1, 1, 2, 2]


def test_a_bridge_that_was_away_reminds_once_for_all_that_it_missed(hiring: Hiring) -> None:
    assert [after(hiring, 9), after(hiring, 1)] == [1, 1]


STOPS: dict[str, Callable[[Hiring], object]] = {
    "a result": lambda hiring: hiring.finishes(hiring.interview.id, external=hiring.signed()),
    "the stage is left": lambda hiring: hiring.moves("Offer"),
    "rejected": lambda hiring: hiring.moves(is_active=False),
    "the posting closes": lambda hiring: hiring.closes(),
}


@pytest.mark.parametrize("why", STOPS)
def test_nobody_is_reminded_any_more_after(hiring: Hiring, why: str) -> None:
    assert after(hiring, 3) == 1
    STOPS[why](hiring)
    assert after(hiring, 3) == 1


def test_a_preview_and_somebody_elses_result_stop_nothing(hiring: Hiring) -> None:
    hiring.finishes(hiring.interview.id, external=hiring.signed(), test=True)
    hiring.finishes(hiring.interview.id, session="another")
    assert after(hiring, 3) == 1
