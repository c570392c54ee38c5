"""What headers say of the budget, whatever stands in them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.talentsprout.calling import NOW, WINDOW
from worker.domain.outcome import BudgetNews
from worker.talentsprout.budget_headers import LONGEST_CLOSURE, closed_for, news

SECOND = timedelta(seconds=1)
EPOCH = int(NOW.timestamp())
AHEAD = timedelta(hours=7)  # of their clock before ours


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def told(status: int = 200, **headers: str) -> BudgetNews:
    return news(
        {name.replace("_", "-"): value for name, value in headers.items()}, status=status, now=NOW, window=WINDOW
    )


def test_the_three_headers_are_read():
    read = told(x_ratelimit_limit="20", x_ratelimit_remaining="0", x_ratelimit_reset=str(EPOCH + 30))
    assert read == BudgetNews(limit=20, remaining=0, resets_at=NOW + timedelta(seconds=30))


def test_no_header_is_no_news():
    assert told() == BudgetNews()


@pytest.mark.parametrize(
    ("said", "limit"),
    [("1", 1), (" 60 ", 60), ("1000", 1000), ("0", None), ("1001", None), ("-20", None), ("20, 20", None), ("20.0", None),
     ("twenty", None), ("", None), ("٢٠", None), ("9" * 5000, None), ("20;w=60", None), ("0x14", None), ("1e1", None)],
)  # fmt: skip
def test_f43_a_limit_is_a_number_from_1_to_1000(said, limit):
    assert told(x_ratelimit_limit=said).limit == limit


@pytest.mark.parametrize(
    ("said", "remaining"), [("0", 0), ("19", 19), ("-1", None), ("19, 18", None), ("", None), ("x", None)]
)
def test_f43_what_remains_is_a_number(said, remaining):
    assert told(x_ratelimit_remaining=said).remaining == remaining


@pytest.mark.parametrize(
    ("said", "resets_in"),
    [
        (str(EPOCH + 30), 30),
        (f"{EPOCH + 30}.5", 30.5),
        (str(EPOCH + 61), 60),
        (str(EPOCH * 1000), 60),
        ("9" * 18, 60),
        (str(EPOCH), None),
        (str(EPOCH - 1), None),
        ("30", None),
        ("-1", None),
        (f"{EPOCH + 30}, {EPOCH + 31}", None),
        ("soon", None),
        ("", None),
    ],
)
def test_f43_a_reset_is_at_most_one_window_ahead_and_none_when_past(said, resets_in):
    expected = None if resets_in is None else NOW + timedelta(seconds=resets_in)
    assert told(x_ratelimit_reset=said).resets_at == expected


@pytest.mark.parametrize("ahead", [AHEAD, -AHEAD])
def test_a_reset_is_judged_by_the_answers_own_date(ahead):
    read = told(x_ratelimit_reset=str(int((NOW + ahead).timestamp()) + 30), date=http_date(NOW + ahead))
    assert read.resets_at == NOW + timedelta(seconds=30)


def test_where_the_clocks_agree_our_finer_one_is_used():
    now = NOW + timedelta(milliseconds=800)
    headers = {"x-ratelimit-reset": f"{EPOCH + 1}.000", "date": http_date(NOW)}
    window = timedelta(milliseconds=600)
    assert news(headers, status=200, now=now, window=window).resets_at == NOW + SECOND


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param("7", 7, id="seconds"),
        pytest.param("1.5", 1.5, id="a fraction"),
        pytest.param("0", 1, id="zero"),
        pytest.param("-5", 1, id="negative"),
        pytest.param("1000000000", 900, id="10**9"),
        pytest.param("9" * 5000, 60, id="no end of digits"),
        pytest.param(http_date(NOW + timedelta(seconds=42)), 42, id="a date"),
        pytest.param("Tuesday, 24-Nov-26 12:00:42 GMT", 42, id="an obsolete date"),
        pytest.param("Tue Nov 24 12:00:42 2026", 42, id="asctime's date"),
        pytest.param(http_date(NOW - timedelta(days=1)), 1, id="a past date"),
        pytest.param(http_date(NOW + timedelta(days=9)), 900, id="a far date"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", 900, id="the last date"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 -2359", 60, id="after the last date"),
        pytest.param("soon", 60, id="garbage"),
        pytest.param("", 60, id="empty"),
        pytest.param("5, 60", 60, id="doubled"),
        pytest.param("nan", 60, id="nan"),
        pytest.param("inf", 60, id="inf"),
        pytest.param("1e3", 60, id="exponent"),
    ],
)
def test_f42_a_closure_is_as_asked_within_a_second_and_15_minutes(said, seconds):
    assert told(429, retry_after=said).closed_for == timedelta(seconds=seconds)


def test_f42_without_the_header_a_full_window():
    assert told(429).closed_for == WINDOW


def test_f42_retry_after_wins_over_a_reset_that_says_something_else():
    read = told(429, retry_after="7", x_ratelimit_reset=str(EPOCH + 50))
    assert (read.closed_for, read.resets_at) == (timedelta(seconds=7), NOW + timedelta(seconds=50))


@pytest.mark.parametrize("ahead", [AHEAD, -AHEAD])
def test_f42_a_date_is_judged_by_the_answers_own_date(ahead):
    asked = http_date(NOW + ahead + timedelta(seconds=42))
    assert told(429, retry_after=asked, date=http_date(NOW + ahead)).closed_for == timedelta(seconds=42)


def test_a_window_below_a_second_lowers_the_shortest_closure():
    window = timedelta(milliseconds=300)
    assert closed_for({"retry-after": "0"}, now=NOW, window=window) == window
    assert closed_for({"retry-after": "0.5"}, now=NOW, window=window) == timedelta(milliseconds=500)
    assert closed_for({}, now=NOW, window=window) == window


def test_only_a_429_closes():
    assert told(503, retry_after="7").closed_for is None


NAMES = st.sampled_from(["retry-after", "date", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"])
DATES = st.datetimes(timezones=st.just(UTC)).map(http_date)
WORDS = st.text(max_size=80) | st.integers().map(str) | st.floats().map(str) | DATES
WINDOWS = st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=2))


@settings(deadline=None)
@given(st.dictionaries(NAMES, WORDS), st.sampled_from([200, 429, 500]), WINDOWS)
def test_no_header_raises_or_breaks_a_bound(headers, status, window):
    read = news(headers, status=status, now=NOW, window=window)
    assert read.limit is None or 1 <= read.limit <= 1000
    assert read.resets_at is None or NOW <= read.resets_at <= NOW + window
    if status == 429:
        assert read.closed_for is not None
        assert min(SECOND, window) <= read.closed_for <= LONGEST_CLOSURE
