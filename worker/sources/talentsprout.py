"""TalentSprout: candidates' results (www.talentsprout.ai/docs/webhooks, versions 2024-01-01 and 2026-01-30).

Fields were added under the same version, so the reader goes by what is there, not by `apiVersion`. Only the event and
the session identify a result; everything else may be missing or of another type without the result being lost: the
candidate has spoken, and TalentSprout may not send it twice. It signs nothing: the secret address vouches for it.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from worker.domain.event import Event, Ignored, InterviewFinished
from worker.domain.fields import Fields, Unreadable, single_line
from worker.domain.received import Received
from worker.domain.result import Candidate, CandidateResult

ACCEPTED = 202  # any 2xx within 10 seconds is success
FINISHED = frozenset({"interview.completed", "interview.abandoned"})
ID_IN_LINK = re.compile(r"/interviews/([A-Za-z0-9_-]{1,64})(?=[/?#]|$)")
HIGHEST_SCORE = 100

T = TypeVar("T")


def delivery_id(_received: Received) -> str | None:
    """Deliveries carry no id: the digest of the body must do, and results are told apart by event and session."""
    return None


def read(received: Received) -> Iterator[Event]:
    """One result, or nothing of use. Raises Unreadable without an event or a session's id."""
    body = received.json()
    event = body.text("event")
    if event in FINISHED:
        yield InterviewFinished(_result(event, body))
    else:
        yield Ignored(f'TalentSprout\'s event "{single_line(event)[:80]}" is no result of an interview.')


def _result(event: str, body: Fields) -> CandidateResult:
    data = body.child("data")
    session = data.child("session")
    interview, candidate = _part(data, "interview"), _part(data, "candidate")
    return CandidateResult(
        event=event,
        session_id=session.key("id"),
        foreign_ids=_foreign_ids(interview, candidate),
        candidate=_candidate(candidate),
        title=_or_none(interview.optional_line, "title"),
        company=_or_none(interview.optional_line, "companyName"),
        score=_score(_part(data, "scores")),
        started_at=session.optional_time("startedAt"),
        completed_at=session.optional_time("completedAt"),
        test=body.values.get("test") is True,  # absent in the older version, which sends no previews
        evaluation=data.tree("evaluation"),
        transcript=data.tree("transcript"),
        recording_url=_or_none(session.optional_url, "recordingUrl"),
    )


def _foreign_ids(interview: Fields, candidate: Fields) -> tuple[str, ...]:
    """The interview's id, a UUID or a short code, then what its links call it; each once."""
    links = [_or_none(interview.optional_text, "dashboardUrl"), _or_none(candidate.optional_text, "profileUrl")]
    in_links = [found[1] for link in links if link and (found := ID_IN_LINK.search(link))]
    return tuple(dict.fromkeys(filter(None, [_or_none(interview.optional_key, "id"), *in_links])))


def _candidate(candidate: Fields) -> Candidate:
    """Names are missing where the interview asks candidates for none."""
    parts = (_or_none(candidate.optional_line, name) for name in ("firstName", "lastName"))
    return Candidate(
        id=_or_none(candidate.optional_key, "id"),
        name=_or_none(candidate.optional_line, "fullName") or " ".join(filter(None, parts)) or None,
        email=_or_none(candidate.optional_line, "email"),
        phone=_or_none(candidate.optional_line, "phone"),
        external_id=_or_none(candidate.optional_key, "externalUserId"),
    )


def _score(scores: Fields) -> float | None:
    score = _or_none(scores.optional_number, "overall")
    return score if score is not None and 0 <= score <= HIGHEST_SCORE else None


def _part(fields: Fields, name: str) -> Fields:
    """A nested object, empty where there is none."""
    return _or_none(fields.optional_child, name) or Fields({}, name)


def _or_none(ask: Callable[[str], T | None], name: str) -> T | None:
    """What `ask` finds under `name`, or None where it finds something else than it asks for."""
    try:
        return ask(name)
    except Unreadable:
        return None
