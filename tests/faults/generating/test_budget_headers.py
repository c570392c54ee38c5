"""F-42 and F-43: what answers say of the budget, true, false or garbled. It is heeded within bounds, and starves nobody."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.generating.workshop import Workshop, workshop
from tests.talentsprout.peer import answer, answering, serving
from worker.domain.request import State

ROUGHLY = timedelta(seconds=1.5)
THEIR_DATE = "Wed, 21 Oct 2015 07:28:00 GMT"
CLOSURES: list[tuple[str | None, dict[str, object], float]] = [
    ("3", {}, 3),
    ("1.5", {}, 1.5),
    ("0", {}, 1),
    ("-5", {}, 1),
    ("1000000000", {}, 900),
    ("9" * 40, {}, 60),
    (None, {}, 60),
    ("", {}, 60),
    ("soon", {}, 60),
    ("NaN", {}, 60),
    ("Wed, 99 Oct 2015 09:28:00 GMT", {}, 60),
    ("3", {"X-RateLimit-Reset": "99999999999", "X-RateLimit-Remaining": "17"}, 3),
    ("3", {"Retry-After": ["3", "7"]}, 60),
]


@pytest.mark.parametrize(("retry_after", "headers", "seconds"), CLOSURES)
def test_f42_a_429_closes_the_budget_for_as_long_as_it_says_within_bounds(
    tmp_path: Path, retry_after: str | None, headers: dict[str, object], seconds: float
) -> None:
    with workshop(tmp_path, speed=1, sweep="1h") as shop:
        shop.fault("status:429", retry_after=retry_after, headers=headers)
        filed = shop.file()
        shop.until(lambda: shop.attempts(filed) and shop.attempts(filed)[0].ended_at, "it was refused")

        _expect_closed_for(shop, filed, seconds)
        shop.judge()


@pytest.mark.parametrize(
    ("opens_at", "seconds"),
    [
        ("Wed, 21 Oct 2015 07:28:30 GMT", 30),
        ("Wed, 21 Oct 2015 07:27:00 GMT", 1),
        ("Wed, 21 Oct 2015 09:28:00 GMT", 900),
    ],
)
def test_f42_a_date_is_judged_by_the_date_of_the_answer_however_wrong_that_clock_is(
    tmp_path: Path, opens_at: str, seconds: float
) -> None:
    refusal = answer(429, b"{}", f"Date: {THEIR_DATE}", f"Retry-After: {opens_at}")
    with (
        serving(answering(refusal)) as peer,
        workshop(tmp_path, speed=1, sweep="1h", base_url=peer.url, start=False) as shop,
    ):
        filed = shop.file()
        shop.start()
        shop.until(lambda: shop.attempts(filed) and shop.attempts(filed)[0].ended_at, "it was refused")
        _expect_closed_for(shop, filed, seconds)
        shop.stations[0].stop()


def _expect_closed_for(shop: Workshop, filed: str, seconds: float) -> None:
    view, ended = shop.budget().view, shop.attempts(filed)[0].ended_at
    assert view.closed_until is not None
    assert ended is not None
    assert abs(view.closed_until - ended - timedelta(seconds=seconds)) < ROUGHLY
    assert view.alone
    assert (shop.request(filed).state, shop.request(filed).failures) == (State.WAITING, 0)


@pytest.mark.slow
def test_f42_after_a_429_one_call_goes_alone_and_the_others_follow_its_answer(tmp_path: Path) -> None:
    with workshop(tmp_path, latency=(30, 30)) as shop:
        shop.fault("status:429", retry_after="1")
        shop.file()
        shop.until(lambda: shop.calls() and shop.calls()[0]["finished_at"], "the first was refused")
        shop.land()
        shop.file_many(4)
        shop.until_state("created", 5)

        refused, alone, *others = shop.calls()
        assert alone["body_at"] >= refused["body_at"] + 1
        assert min(one["head_at"] for one in others) >= alone["finished_at"]
        assert [one["status"] for one in (alone, *others)] == [201] * 5
        shop.judge()


@pytest.mark.slow
def test_f42_a_call_alone_that_gets_no_answer_does_not_close_the_budget_for_ever(tmp_path: Path) -> None:
    with workshop(tmp_path, deadline="500ms") as shop:
        shop.fault("status:429", retry_after="1")
        shop.fault("hang")
        shop.file_many(1)
        shop.until(lambda: shop.budget().view.alone, "the next one goes alone")
        shop.until_state("unknown")
        shop.file_many(2)
        shop.until_state("created", 2)
        shop.judge()


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({"X-RateLimit-Limit": "10"}, 10),
        ({"X-RateLimit-Limit": "60"}, 60),
        ({"X-RateLimit-Limit": "1000"}, 1000),
        ({"X-RateLimit-Limit": "0"}, 20),
        ({"X-RateLimit-Limit": "1001"}, 20),
        ({"X-RateLimit-Limit": "-3"}, 20),
        ({"X-RateLimit-Limit": "ten"}, 20),
        ({"X-RateLimit-Limit": ["10", "60"]}, 20),
        ({"X-RateLimit-Limit": None, "X-RateLimit-Remaining": None, "X-RateLimit-Reset": None}, 20),
    ],
)
def test_f43_another_limit_is_adopted_and_shown_and_garbage_is_not(
    tmp_path: Path, headers: dict[str, object], limit: int
) -> None:
    with workshop(tmp_path, speed=1) as shop:
        shop.fault("none", headers=headers)
        shop.file()
        shop.until_state("created")

        standing = shop.budget()
        assert (standing.configured, standing.view.limit) == (20, limit)
        shop.judge()


@pytest.mark.parametrize("reset", ["0", "99999999999", "soon", None])
def test_f43_a_remaining_that_is_lower_than_ours_counts_until_the_reset_at_most_for_a_window(
    tmp_path: Path, reset: str | None
) -> None:
    with workshop(tmp_path, speed=1, sweep="1h") as shop:
        shop.fault("none", headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
        shop.file()
        shop.until_state("created")

        view, now = shop.budget().view, shop.read(lambda tx: tx.now())
        assert view.foreign == 19
        assert view.foreign_until is not None
        assert now < view.foreign_until <= now + view.window
        assert view.free_of_foreign(now) == 1
        assert view.free_of_foreign(now + view.window) == 20


@pytest.mark.parametrize("remaining", ["-1", "ten", "99999", ["0", "0"], None])
def test_f43_a_remaining_that_is_garbage_changes_nothing(tmp_path: Path, remaining: object) -> None:
    with workshop(tmp_path, speed=1) as shop:
        shop.fault("none", headers={"X-RateLimit-Remaining": remaining})
        shop.file()
        shop.until_state("created")
        assert shop.budget().view.foreign == 0


@pytest.mark.slow
def test_f43_a_budget_that_always_seems_to_be_spent_starves_nobody(tmp_path: Path) -> None:
    with workshop(tmp_path) as shop:
        shop.fault("none", headers={"X-RateLimit-Remaining": "0"}, times=None)
        shop.file_many(4)
        shop.until_state("created", 4)
        shop.judge()
