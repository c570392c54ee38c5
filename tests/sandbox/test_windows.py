"""The four limiters, on moments that the test makes up."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.sandbox.settings import ForeignSpender, Limiter, ResetMeaning
from worker.sandbox.windows import Meter, Standing, tally

MINUTE = 60.0
START = 1_764_000_000.0  # the start of a minute
LIMIT = 20


def admitted(limiter: Limiter, moments: list[float]) -> list[float]:
    counted = tally(limiter, MINUTE)
    passed = []
    for moment in moments:
        if counted.admits(moment, LIMIT):
            counted.add(moment)
            passed.append(moment)
    return passed


def most_in_a_window(moments: list[float]) -> int:
    return max(sum(1 for other in moments if moment <= other < moment + MINUTE) for moment in moments)


def test_the_log_never_admits_more_than_the_limit_in_any_window():
    rng = random.Random(7)
    moments = sorted(START + rng.uniform(0, 600) for _ in range(1000))

    passed = admitted(Limiter.LOG, moments)

    assert most_in_a_window(passed) == LIMIT
    assert len(passed) >= 10 * LIMIT


def test_the_log_frees_a_slot_exactly_one_window_after_it_was_taken():
    twenty = [START + place for place in range(LIMIT)]

    passed = admitted(Limiter.LOG, [*twenty, START + MINUTE - 0.001, START + MINUTE])

    assert passed[LIMIT:] == [START + MINUTE]


def test_fixed_admits_twice_the_limit_around_a_boundary():
    moments = [START + MINUTE - 1] * 30 + [START + MINUTE] * 30

    assert len(admitted(Limiter.FIXED, moments)) == 2 * LIMIT


def test_weighted_remembers_the_slice_before_by_what_is_left_of_it():
    full_slice = [START + place for place in range(LIMIT)]
    halfway = START + MINUTE + MINUTE / 2

    passed = admitted(Limiter.WEIGHTED, [*full_slice, START + MINUTE, *[halfway] * LIMIT])

    assert passed[LIMIT:] == [halfway] * (LIMIT // 2)


def test_weighted_rounds_the_slice_before_down_and_weighted_strict_does_not():
    full_slice = [START + place for place in range(LIMIT)]
    just_after = START + MINUTE + 0.1

    assert len(admitted(Limiter.WEIGHTED, [*full_slice, just_after])) == LIMIT + 1
    assert len(admitted(Limiter.WEIGHTED_STRICT, [*full_slice, just_after])) == LIMIT


@pytest.mark.parametrize("limiter", [Limiter.LOG, Limiter.WEIGHTED, Limiter.FIXED])
def test_a_paced_client_is_never_refused(limiter):
    paced = [START + 17.3 + place * 60.5 / LIMIT for place in range(400)]

    assert admitted(limiter, paced) == paced


@pytest.mark.parametrize("limiter", list(Limiter))
@settings(max_examples=40, deadline=None)
@given(
    gaps=st.lists(st.floats(0, 20), min_size=1, max_size=80),
    ignored=st.lists(st.booleans(), min_size=80, max_size=80),
)
def test_whoever_waits_until_it_opens_is_admitted(limiter, gaps, ignored):
    counted = tally(limiter, MINUTE)
    now = START
    for gap, force in zip(gaps, ignored, strict=False):
        now += gap
        if counted.admits(now, LIMIT) or force:  # a rejected request may count, too
            counted.add(now)
        opens = counted.opens(now, LIMIT)
        assert opens >= now
        assert counted.admits(now, LIMIT) == (opens == now)
    assert counted.admits(counted.opens(now, LIMIT), LIMIT)


@pytest.mark.parametrize("limiter", list(Limiter))
def test_the_window_is_not_open_much_earlier_than_it_says(limiter):
    counted = tally(limiter, MINUTE)
    for place in range(LIMIT):
        counted.add(START + 25 + place / 10)
    opens = counted.opens(START + 30, LIMIT)

    assert not counted.admits(opens - 0.01, LIMIT)


def test_reset_can_mean_the_next_slot_or_the_empty_window():
    counted = tally(Limiter.LOG, MINUTE)
    for moment in (START, START + 10):
        counted.add(moment)

    assert counted.resets(START + 11, ResetMeaning.OLDEST) == START + 60
    assert counted.resets(START + 11, ResetMeaning.EMPTY) == START + 70


def test_headers_are_whole_seconds_in_real_time_and_milliseconds_when_time_is_sped_up():
    standing = Standing(20, 3, True, opens_at=START + 1.2, resets_at=START + 1.2345, now=START)

    assert dict(standing.headers(1.0))["X-RateLimit-Reset"] == "1764000002"
    assert dict(standing.headers(30.0))["X-RateLimit-Reset"] == "1764000001.235"
    assert standing.retry_after() == "2"


@pytest.mark.parametrize("burst", [False, True])
def test_somebody_else_spends_so_many_slots_of_every_window(burst):
    meter = Meter(Limiter.LOG, MINUTE, START)
    spender = ForeignSpender(per_window=8, burst=burst)

    left = []
    for second in range(0, 600, 5):
        meter.let_others_spend(START + second + 59.9, LIMIT, spender)
        left.append(meter.standing(START + second + 59.9, LIMIT, ResetMeaning.OLDEST).remaining)

    assert set(left) == {LIMIT - 8}


def test_somebody_else_is_refused_like_everybody_where_the_window_is_full():
    meter = Meter(Limiter.LOG, MINUTE, START)
    for _ in range(LIMIT):
        meter.count(START)

    meter.let_others_spend(START + 59, LIMIT, ForeignSpender(per_window=6))

    assert (meter.foreign_admitted, meter.foreign_refused) == (0, 6)
