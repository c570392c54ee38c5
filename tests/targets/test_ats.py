"""Notes for ATSs: what they say. Where they go, and that each stands there once: tests/delivery/test_writing_back.py."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.settings import Target
from worker.domain.message import Happened
from worker.domain.note import Draft, Subject
from worker.targets import Undeliverable, ats
from worker.wording import examples

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TARGET = Target(name="ats", kind="ats", organization="acme", events=("interview.created",), source="careers")
LINK = "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"


def composed(event: Happened, **facts: object) -> Draft:
    message = examples.message(event)
    note = ats.compose(replace(message, facts={**message.facts, **facts}), TARGET, NOW)
    assert isinstance(note, Draft)
    return note


def test_a_job_gets_the_link_under_the_requests_label() -> None:
    note = composed(Happened.INTERVIEW_CREATED)

    assert (note.subject, note.name) == (Subject.JOB, "spr-7K2QX")
    assert f"Link for candidates: {LINK}" in note.text.split("\n")


def test_a_candidate_gets_score_categories_summary_and_a_link() -> None:
    note = composed(Happened.RESULT_COMPLETED)

    assert (note.subject, note.name) == (Subject.CANDIDATE, "spr-7K2QX 01example0result00000")
    assert note.text.split("\n")[1:7] == [
        "Score: 81 of 100. The passing mark is 75, and the score reaches it.",
        "By category: Communication 84, Professionalism 79",
        "Six years of night work.",
        "Strengths: Escalates early",
        "Concerns: No hoist training",
        "The score is about one conversation; nothing was decided by it.",
    ]


def test_what_is_not_known_is_not_said() -> None:
    bare = {**examples.RESULT, "score": None, "evaluation": None, "completed_at": None}

    note = composed(Happened.RESULT_COMPLETED, result=bare, interview=None)

    assert note.text.split("\n") == [
        "TalentSprout interview, finished",
        "The score is about one conversation; nothing was decided by it.",
        f"More: {examples.PAGE}",
    ]


def test_an_invited_candidate_gets_the_personal_link() -> None:
    note = composed(Happened.CANDIDATE_INVITED)

    assert note.name == "01example0application"
    assert f"Personal link of this candidate: {LINK}?externalUserId=example" in note.text


@pytest.mark.parametrize("event", sorted(set(Happened) - set(ats.NOTES)))
def test_what_belongs_to_no_job_and_no_candidate_is_not_written(event: Happened) -> None:
    with pytest.raises(Undeliverable, match="is not written into an ATS"):
        composed(event)
