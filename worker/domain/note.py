"""Note: what the bridge writes into an ATS, and where; told by its marker from what people write there."""

import hashlib
import html
from dataclasses import dataclass, field
from enum import StrEnum

from worker.domain.fields import single_line


class Subject(StrEnum):
    """What a note is about."""

    JOB = "job"
    CANDIDATE = "candidate"


@dataclass(frozen=True)
class Draft:
    """A note to be written: about whom or what, under which name it is found again, and its words.

    `about` is our own id of the result or the application that it tells of.
    """

    subject: Subject
    name: str
    text: str
    about: str | None = None


@dataclass(frozen=True)
class Place:
    """A job, or a candidate for one, under the ATS's own ids, as far as they are known."""

    subject: Subject
    job_id: str | None = None
    requisition_id: str | None = None
    candidate_id: str | None = None
    application_id: str | None = None

    @property
    def key(self) -> str:
        """One text for one place."""
        if self.subject is Subject.JOB:
            return f"job {self.job_id or self.requisition_id}"
        return f"candidate {self.candidate_id or ''} {self.application_id or ''}"


@dataclass(frozen=True)
class Note:
    """A note as the ATS has it now."""

    id: str
    text: str

    @property
    def digest(self) -> str:
        """Of its words: the same whether the ATS keeps plain text or puts it into paragraphs of HTML."""
        return digest(self.text)


@dataclass(frozen=True)
class Account:
    """As whom is written: the ATS's id of the user who signs the notes, and of the account, for vendors that want them."""

    author: str | None = None
    account: str | None = field(default=None, repr=False)


def digest(text: str) -> str:
    """Of the words of a text."""
    return hashlib.sha256(single_line(html.unescape(single_line(text))).encode()).hexdigest()[:32]


def marker(name: str) -> str:
    """The last line of a note of ours, by which it is found again."""
    return f"[talentsprout-bridge {name}]"
