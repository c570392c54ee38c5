"""The window strip and the timeline: arithmetic on facts."""

from datetime import UTC, datetime, timedelta

from web.dashboard import strip, timeline, words
from worker.domain.request import Tier
from worker.ledger.budgets import Standing
from worker.policy.pacing import Budget

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
MINUTE = timedelta(seconds=60)


def standing(used: int, **more: object) -> Standing:
    view = Budget(limit=20, window=MINUTE, **more)  # type: ignore[arg-type]  # a test's shorthand
    return Standing("acme", Tier.AI, 20, used, view)


def test_a_call_is_placed_by_its_age_and_one_that_left_the_window_is_not_drawn() -> None:
    stamps = (NOW, NOW - MINUTE / 2, NOW - MINUTE)
    drawn = strip.strip_of(standing(2, stamps=stamps), 0, NOW, is_paused=False)
    assert drawn.marks == [strip.PAST - strip.MARK, strip.PAST / 2 - strip.MARK]


def test_slots_are_drawn_where_they_open_and_none_while_paused() -> None:
    seen = standing(1, grid_at=NOW)
    step = (MINUTE + MINUTE / 120) / 20
    drawn = strip.strip_of(seen, 0, NOW, is_paused=False)
    assert drawn.slots[0] == round(strip.PAST + step / MINUTE * strip.PAST, 1)
    assert drawn.slots == sorted(drawn.slots)
    assert max(drawn.slots) < strip.PAST + strip.AHEAD
    assert strip.strip_of(seen, 0, NOW, is_paused=True).slots == []


def test_the_bar_never_says_more_than_the_limit() -> None:
    drawn = strip.strip_of(standing(25, foreign=10, foreign_until=NOW + MINUTE), 0, NOW, is_paused=False)
    assert drawn.used + drawn.foreign == strip.PAST + strip.AHEAD


def test_the_sentence_says_what_the_strip_shows() -> None:
    closed = standing(3, foreign=5, foreign_until=NOW + MINUTE, closed_until=NOW + MINUTE)
    text = strip.strip_of(closed, 2, NOW, is_paused=False).sentence
    assert text.startswith("3 of 20 calls used in the last 60 s, 5 more by somebody else; 12 free.")
    assert "Closed until 14:01:00 UTC, as TalentSprout asked." in text
    assert text.endswith("2 wait; the last one starts about 14:01 UTC.")
    changed = Standing("acme", Tier.AI, 30, 0, Budget(limit=20, window=MINUTE))
    assert "TalentSprout says 20, the configuration 30." in strip.strip_of(changed, 0, NOW, is_paused=True).sentence


def test_the_timeline_is_in_the_order_of_time_with_the_gaps_between() -> None:
    told = {"created_at": "2026-11-24T14:00:00.000Z", "dedup_id": "x", "source": None, "batch": None}
    attempt = {
        "n": 1,
        "label": "spr-XXXXX-1",
        "slot_at": "2026-11-24T14:00:41.000Z",
        "sent_at": "2026-11-24T14:00:42.000Z",
        "ended_at": "2026-11-24T14:01:42.000Z",
        "outcome": "NotExecuted",
        "evidence": {"status": 502},
    }
    decision = {"at": "2026-11-24T14:00:10.000Z", "actor": "ada", "action": "retry", "detail": {}}

    steps = timeline.steps(told, {"attempt_list": [attempt], "decisions": [decision]})

    assert [step.text for step in steps] == [
        "Filed",
        "Sent back in line by ada",
        "Attempt 1 took a slot",
        "Sent to TalentSprout, labelled spr-XXXXX-1",
        "Not executed (502)",
    ]
    assert [step.gap.total_seconds() if step.gap else None for step in steps] == [None, 10, 31, 1, 60]


def test_a_span_is_told_in_its_largest_unit() -> None:
    spans = {0: "0 s", 59.9: "59 s", 60: "1 min", 3599: "59 min", 3600: "1 h", 90_000: "1 d", -5: "0 s"}
    assert {seconds: words.span(timedelta(seconds=seconds)) for seconds in spans} == spans
