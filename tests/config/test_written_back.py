"""What an ATS can't take is a fault of the file: one sentence at the start instead of a failed delivery for each job."""

import pytest

from config import ConfigError, Kinds
from tests.config.conftest import LOCAL, Load

TARGET = """
[sources.careers]
kind = "{kind}"
organization = "acme"
secret = "a-secret-that-is-long-enough"
api_key = "a-key-that-is-long-enough"
[targets.back]
kind = "ats"
organization = "acme"
source = "careers"
events = ["{event}", "result.completed"]
{more}
"""
NOTHING_ON_JOBS = """\
[targets.back] events, item 1: "interview.created" stands on the job, and kind "lever" takes nothing there; \
take it out, and hand the share link on by another target."""
NO_FIELD = """\
[targets.back] field: is missing; kind "ashby" has no notes on jobs: the id of a custom field of jobs, or \
take "interview.created" out of events."""
ON_JOBS = {"greenhouse": "notes", "lever": "nothing", "ashby": "field", "smartrecruiters": "text"}
JOB, CANDIDATE = "interview.created", "candidate.invited"


@pytest.fixture
def kinds() -> Kinds:
    return Kinds(frozenset({"standard", *ON_JOBS}), frozenset({"ats"}), on_jobs=ON_JOBS.get)


@pytest.mark.parametrize(
    ("kind", "more", "says"),
    [
        ("lever", "", NOTHING_ON_JOBS),
        ("ashby", "", NO_FIELD),
        ("greenhouse", 'field = "f-7"', '[targets.back] field: is not for kind "greenhouse"; leave it out.'),
    ],
)
def test_what_an_ats_takes_nowhere_is_refused(load_text: Load, kind: str, more: str, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_text(LOCAL + TARGET.format(kind=kind, event=JOB, more=more))

    assert says in str(refused.value)


def test_a_kind_that_cant_be_written_to_is_refused(load_text: Load) -> None:
    text = LOCAL + TARGET.format(kind="standard", event=CANDIDATE, more="")

    with pytest.raises(ConfigError, match='source: is of the kind "standard", which can\'t be written to'):
        load_text(text.replace("a-secret-that-is-long-enough", "whsec_" + "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"))


@pytest.mark.parametrize(
    ("kind", "event", "more"),
    [
        ("lever", CANDIDATE, ""),
        ("ashby", CANDIDATE, ""),
        ("ashby", JOB, 'field = "f-7"'),
        ("smartrecruiters", JOB, ""),
        ("greenhouse", JOB, ""),
    ],
)
def test_what_it_takes_is_taken(load_text: Load, kind: str, event: str, more: str) -> None:
    target = load_text(LOCAL + TARGET.format(kind=kind, event=event, more=more)).targets["back"]

    assert target.field == ("f-7" if more else None)
