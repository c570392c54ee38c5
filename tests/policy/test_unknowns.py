"""How far a call got, in words."""

from datetime import UTC, datetime

import pytest

from worker.policy import unknowns

SENT = datetime(2026, 11, 24, 13, 58, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "evidence", "said"),
    [
        ("lease ended", {}, "and its process ended: how much of it left is not known."),
        ("Unknown", {}, "it is not known that all of it was written."),
        ("Unknown", {"body_done": True}, "written to its end; no status line came back."),
        ("Unknown", {"body_done": True, "status": 504}, "the answer began with status 504."),
        ("Unknown", {"body_done": True, "status": 201, "likely": True}, "so the interview probably exists."),
    ],
)
def test_it_says_how_far_it_got(outcome: str, evidence: dict[str, object], said: str) -> None:
    told = unknowns.how_far(outcome, SENT, evidence)

    assert told.startswith("It was marked as sent at 13:58:04 UTC")
    assert told.endswith(said)


def test_what_was_not_sent_is_said_to_be_so() -> None:
    assert unknowns.how_far("not sent", None, {}) == "Nothing was sent."
