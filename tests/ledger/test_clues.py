"""What a person is told beside an unknown: results that may be of it, and what the server's count said. Hints, never more."""

from datetime import timedelta

import pytest

from tests.ledger.stage import ACME, BOLT, NO_ANSWER, ONE_SECOND, STEP, Stage, an_interview
from worker.domain.outcome import Attempt, BudgetNews, Created, Evidence
from worker.domain.request import GenerationRequest
from worker.domain.result import Candidate, CandidateResult
from worker.ledger import clues, results
from worker.shown import evidence


def unknown(bridge: Stage, title: str = "Night nurse") -> tuple[GenerationRequest, Attempt]:
    request = bridge.file(title=title)
    held = bridge.send()
    bridge.settle(held, NO_ANSWER)
    return bridge.request(request), held


def finished(
    bridge: Stage, after: timedelta, title: str = "night Nurse", company: str | None = None, organization: str = ACME
):
    """A completion of an interview that nobody here knows, so long after now."""
    said = CandidateResult(
        event="interview.completed",
        session_id=f"s-{title}-{company}-{organization}-{after}",
        foreign_ids=("c4xk9q2w", "another-name"),
        candidate=Candidate(name="Ines Sample"),
        title=title,
        company=company,
        completed_at=bridge.clock.now + after,
    )
    bridge.tell(results.keep, organization, "event", said)


def proposed(bridge: Stage, request: GenerationRequest, company: str | None = None) -> list[str | None]:
    sent_at = bridge.newest(request.id).sent_at
    return [one.company for one in bridge.ask(clues.proposals, request, request.title, company, sent_at)]


def test_a_result_of_the_same_title_that_ended_later_is_proposed(bridge: Stage) -> None:
    request, _ = unknown(bridge)
    finished(bridge, timedelta(hours=1))

    known = bridge.ask(evidence, request, bridge.bridge.timing)["unknown"]

    assert [one["interview_id"] for one in known["proposals"]] == ["another-name"]
    assert known["label"] == f"{request.label}-1"
    assert "written to its end; no status line came back" in known["how_far"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"after": -ONE_SECOND},
        {"title": "Day nurse"},
        {"organization": BOLT},
        {"company": "Another House"},
    ],
)
def test_a_result_that_can_not_be_its_own_is_not_proposed(bridge: Stage, wrong: dict[str, object]) -> None:
    request, _ = unknown(bridge)
    finished(bridge, **{"after": timedelta(hours=1), "company": "Harbour House", **wrong})

    assert proposed(bridge, request, "harbour house") == []


def test_a_result_whose_interview_is_known_is_not_proposed(bridge: Stage) -> None:
    made = an_interview()
    bridge.file()
    bridge.settle(bridge.send(), Created(made, Evidence(True, True, 201)))
    bridge.pass_time(STEP)
    request, _ = unknown(bridge)
    said = CandidateResult("interview.completed", "s", (made.id,), Candidate(), title="Night nurse")
    bridge.tell(results.keep, ACME, "event", said)

    assert proposed(bridge, request) == []


@pytest.mark.parametrize(
    ("remaining", "found"),
    [(19, clues.Counted.NO), (18, clues.Counted.PERHAPS), (12, None), (None, None)],
)
def test_the_next_answers_count_is_a_hint(bridge: Stage, remaining: int | None, found: clues.Counted | None) -> None:
    request, held = unknown(bridge)
    bridge.file()
    bridge.pass_time(STEP)
    answer = Created(an_interview(), Evidence(True, True, 201), news=BudgetNews(limit=20, remaining=remaining))
    bridge.settle(bridge.send(), answer)

    sent_at = bridge.newest(request.id).sent_at

    assert bridge.ask(clues.counted, request, sent_at) is found
    hint = bridge.ask(evidence, request, bridge.bridge.timing)["unknown"]["hint"]
    assert (hint is not None) is (found is not None)
    assert hint is None or hint.startswith("A hint, no proof")
    assert held.n == 1


def test_an_answer_after_the_window_says_nothing(bridge: Stage) -> None:
    request, _ = unknown(bridge)
    bridge.file()
    bridge.pass_time(timedelta(seconds=61))
    news = BudgetNews(limit=20, remaining=19)
    bridge.settle(bridge.send(), Created(an_interview(), Evidence(True, True, 201), news=news))

    assert bridge.ask(clues.counted, request, bridge.newest(request.id).sent_at) is None
