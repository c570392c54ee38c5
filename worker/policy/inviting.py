"""When a candidate is invited, and to which interview.

A source names one stage, by its name or its id, and an application that stands there is invited once: to the newest interview of
its posting. Where only the requisition is known and its open postings differ, a person chooses: an interview in the wrong
language is worse than a late one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.domain.application import Invitation
from worker.domain.event import CandidateReachedStage


@dataclass(frozen=True)
class Opening:
    """A posting that an application may be for, and the newest interview of it, if there is one."""

    job_id: str
    title: str
    language: str | None
    is_open: bool
    changed_at: datetime
    interview_id: str | None

    @property
    def kind(self) -> tuple[str, str]:
        """Postings of one kind are one job in several places."""
        return _folded(self.title), _folded(self.language or "")


@dataclass(frozen=True)
class Chosen:
    """The interview that the personal link leads to."""

    interview_id: str


Choice = Chosen | Invitation  # of the latter WAITING, UNCLEAR or CLOSED


def is_at(stage: str | None, said: CandidateReachedStage) -> bool:
    """Whether an event says that somebody stands at the source's stage, which may be written as its name or its id."""
    if stage is None or not said.is_active:
        return False
    wanted = _folded(stage)
    return wanted in {_folded(one) for one in (said.stage, said.stage_id) if one is not None}


def choose(openings: Sequence[Opening]) -> Choice:
    """Which interview an application at the stage is invited to, or why not yet."""
    current = [one for one in openings if one.is_open]
    if not current:
        return Invitation.CLOSED if openings else Invitation.WAITING
    if len({one.kind for one in current}) > 1:
        return Invitation.UNCLEAR
    ready = [(one.changed_at, one.job_id, one.interview_id) for one in current if one.interview_id is not None]
    return Chosen(max(ready)[2]) if ready else Invitation.WAITING


def reminders_due(invited_at: datetime, reminders: Sequence[timedelta], now: datetime) -> int:
    """How many reminders an invitation should have had by now."""
    return sum(invited_at + after <= now for after in reminders)


REASONS = {
    Invitation.NONE: "It has not reached the stage at which candidates are invited.",
    Invitation.WAITING: "Its job has no interview yet; the link goes out as soon as there is one.",
    Invitation.UNCLEAR: "Several postings of its requisition are open and differ; a person says which interview it is.",
    Invitation.CLOSED: "Its posting closed before the link went out.",
    Invitation.WITHDRAWN: "It left the stage before the link went out.",
}


ACTIONS = {
    Invitation.NONE: "Nothing to do: the ATS tells when it reaches the stage.",
    Invitation.WAITING: "Nothing to do here; its job's request may need you.",
    Invitation.UNCLEAR: "Send the link yourself, and say to which interview it leads.",
    Invitation.CLOSED: "Open the posting in the ATS again, if the candidate is still wanted.",
    Invitation.WITHDRAWN: "Nothing to do, unless it comes back to the stage.",
}


def reason(invitation: Invitation) -> str | None:
    """Why no link went out; None once it did."""
    return REASONS.get(invitation)


def waits(invitation: Invitation, *, at_stage: bool, is_answered: bool) -> str | None:
    """What is waited for, and why; None where nothing is. `is_answered`: a result has come since the link went out."""
    if is_answered:
        return None
    if invitation is not Invitation.INVITED:
        return reason(invitation)
    if at_stage:
        return "The link went out; nothing has come back since."
    return "The link went out, and the application has left the stage since; nobody is reminded."


def action(invitation: Invitation, *, is_answered: bool) -> str:
    """The next step of a person."""
    return "Nothing to do." if is_answered else ACTIONS.get(invitation, "Nothing to do: the result comes by itself.")


def next_reminder(invited_at: datetime | None, reminders: Sequence[timedelta], reminded: int) -> datetime | None:
    """When who was invited and has not answered is reminded next, if ever."""
    times = sorted(reminders)
    return None if invited_at is None or reminded >= len(times) else invited_at + times[reminded]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
