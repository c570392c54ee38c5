"""How long is waited for an ATS's API, and when it is given up: a table."""

from datetime import UTC, datetime, timedelta

import pytest

from worker.policy import asking
from worker.policy.asking import Trouble

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("trouble", "failures", "told", "wait"),
    [
        (Trouble.AWAY, 1, None, 15 * SECOND),
        (Trouble.AWAY, 2, None, 30 * SECOND),
        (Trouble.AWAY, 5, None, 4 * MINUTE),
        (Trouble.AWAY, 9, None, HOUR),
        (Trouble.AWAY, 10_000, None, HOUR),
        (Trouble.AWAY, 9, 3 * SECOND, 3 * SECOND),
        (Trouble.BUSY, 1, None, MINUTE),
        (Trouble.BUSY, 1, timedelta(0), SECOND),
        (Trouble.BUSY, 1, -HOUR, SECOND),
        (Trouble.BUSY, 1, 48 * HOUR, HOUR),
        (Trouble.REFUSED, 1, None, 15 * MINUTE),
        (Trouble.REFUSED, 2, None, 30 * MINUTE),
        (Trouble.REFUSED, 99, None, 6 * HOUR),
        (Trouble.REFUSED, 1, SECOND, 15 * MINUTE),
        (Trouble.NOT_THERE, 1, None, MINUTE),
        (Trouble.UNREADABLE, 3, None, 4 * MINUTE),
    ],
)
def test_waits(trouble: Trouble, failures: int, told: timedelta | None, wait: timedelta) -> None:
    assert asking.wait(trouble, failures, told) == wait


def test_only_what_can_never_be_used_is_given_up() -> None:
    most = asking.MOST_UNREADABLE
    for trouble in Trouble:
        for ever_answered in (True, False):
            given_up = asking.gives_up(trouble, most, ever_answered=ever_answered)
            expected = trouble is Trouble.UNREADABLE or (trouble is Trouble.NOT_THERE and not ever_answered)
            assert given_up is expected
            assert not asking.gives_up(trouble, most - 1, ever_answered=ever_answered)


def test_a_posting_is_gone_only_where_the_api_answers_for_others() -> None:
    assert asking.is_gone(Trouble.NOT_THERE, asking.TRIES_UNTIL_GONE, ever_answered=True)
    assert not asking.is_gone(Trouble.NOT_THERE, asking.TRIES_UNTIL_GONE - 1, ever_answered=True)
    assert not asking.is_gone(Trouble.NOT_THERE, 99, ever_answered=False)
    assert not asking.is_gone(Trouble.UNREADABLE, 99, ever_answered=True)


def test_a_key_that_may_not_read_candidates_closes_nothing_else() -> None:
    assert asking.closes(Trouble.FORBIDDEN)
    assert not asking.closes(Trouble.FORBIDDEN, of_candidate=True)
    assert all(asking.closes(one, of_candidate=True) for one in (Trouble.REFUSED, Trouble.BUSY))
    assert not asking.closes(Trouble.NOT_THERE)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("30", 30 * SECOND),
        (" 1.5 ", 1.5 * SECOND),
        ("9" * 20, 10**9 * SECOND),
        ("Tue, 24 Nov 2026 12:01:00 GMT", MINUTE),
        ("Tue, 24 Nov 2026 11:59:00 GMT", -MINUTE),
        ("Tue, 24 Nov 2026 12:01:00", MINUTE),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("9" * 400, None),
        (",", None),
        ("Tue, 99 Nov 2026 12:01:00 GMT", None),
        ("x" * 100_000, None),
    ],
)
def test_retry_after(said: str | None, told: timedelta | None) -> None:
    assert asking.retry_after(said, NOW) == told
