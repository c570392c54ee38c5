"""Whether an open job has the link that candidates need, in one sentence for people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from worker.domain.request import State

AGES = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
ON_ITS_WAY = frozenset({State.WAITING, State.SENDING})


class Link(StrEnum):
    """Where the link of an open job is."""

    MISSING = "missing"
    ON_ITS_WAY = "on_its_way"
    THERE = "there"


class Text(StrEnum):
    """Where the text of an open job is, from which its interview is made."""

    THERE = "there"
    AWAITED = "awaited"  # it is being fetched
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class OpenJob:
    """A job that is open, and what there is of it. `asked`: what the last question for its text led to."""

    source: str
    organization: str
    job_id: str
    title: str
    since: datetime
    text: Text
    asked: str | None = None
    request_id: str | None = None
    request_state: State | None = None
    label: str | None = None
    share_link: str | None = None

    @property
    def link(self) -> Link:
        """Where its link is."""
        if self.share_link is not None:
            return Link.THERE
        is_coming = self.request_state in ON_ITS_WAY or (self.request_state is None and self.text is Text.AWAITED)
        return Link.ON_ITS_WAY if is_coming else Link.MISSING

    def sentence(self, now: datetime) -> str:
        """Since when it is open, and what its link waits for."""
        start = f"Open for {age(now - self.since)}"
        if self.link is Link.THERE:
            return f"{start}; its link is there."
        return f"{start}, no link: {self._why()}"

    def _why(self) -> str:
        match self.request_state:
            case State.WAITING | State.SENDING:
                return f"{self.label} is on its way."
            case State.HELD:
                return f"{self.label} is held and waits for a person."
            case State.UNKNOWN:
                return f"whether the interview of {self.label} exists is not known; a person has to look."
            case State.CANCELLED:
                return f"{self.label} was cancelled."
            case _:
                return self._why_nothing()

    def _why_nothing(self) -> str:
        match self.text:
            case Text.AWAITED:
                return f"its text is not fetched yet. {self.asked or ''}".strip()
            case Text.GIVEN_UP:
                return f"its text could not be fetched. {self.asked or ''}".strip()
            case _:
                return "no interview was asked for; a rule may leave it out."


def age(span: timedelta) -> str:
    """In the largest unit that fits: "2 days", "an hour"."""
    for unit, length in AGES:
        count = span // length
        if count == 1:
            return f"{'an' if unit == 'hour' else 'a'} {unit}"
        if count > 1:
            return f"{count} {unit}s"
    return "less than a minute"
