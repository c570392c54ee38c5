"""A candidate's result, as it comes out of a delivery."""

from worker.domain.result import Candidate, CandidateResult


def a_result(*foreign_ids: str, session: str = "session-1", **more: object) -> CandidateResult:
    person = Candidate("candidate-1", "Ada", "ada@example.com", None, more.pop("external_id", None))
    said = {"title": "Night shift", "score": 81.0, "transcript": [{"speaker": "candidate"}], **more}
    return CandidateResult("interview.completed", session, foreign_ids, person, **said)
