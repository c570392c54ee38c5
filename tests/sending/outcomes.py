"""One outcome of each kind that an answer can have."""

from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Created, Evidence, NotExecuted, Outcome, Refused, Remedy, Unknown
from worker.domain.request import Code

LINK = "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"
MADE = Interview("3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8", LINK, {"title": "Night shift"})
ANSWERED = Evidence(
    connected=True,
    body_done=True,
    status=201,
    code="timeout",
    message="Words of theirs.",
    param="voice",
    x_request_id="r-1",
)
OUTCOMES: list[Outcome] = [
    Created(MADE, ANSWERED),
    Created(MADE, ANSWERED, Origin.SALVAGED),
    NotExecuted(Code.BACKING_OFF, Remedy.SHORTER_TEXT, ANSWERED),
    NotExecuted(Code.REJECTED, Remedy.PERSON, ANSWERED),
    Refused(ANSWERED),
    Unknown(Code.UNREADABLE_ANSWER, ANSWERED),
]
