"""Note: what the bridge writes into an ATS, and where; told by its marker from what people write there."""

import dataclasses
import hashlib
import html
import re
from dataclasses import dataclass
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
class OneText:
    """The one text that a place has instead of notes, in which people write too. `id` is the ATS's, where it gives it one."""

    text: str
    id: str | None = None


@dataclass(frozen=True)
class Account:
    """As whom is written: the ATS's id of the user who signs the notes, and of the account, for vendors that want them.

    `field` is the ATS's id of the custom field of jobs that is written into, where a job has no notes.
    """

    author: str | None = None
    account: str | None = dataclasses.field(default=None, repr=False)
    field: str | None = None


def digest(text: str) -> str:
    """Of the words of a text."""
    return hashlib.sha256(single_line(html.unescape(single_line(text))).encode()).hexdigest()[:32]


def marker(name: str) -> str:
    """The last line of a note of ours, by which it is found again."""
    return f"[talentsprout-bridge {name}]"


def end_of(marker: str) -> str:
    """The last line of a part of ours in a text that is not ours alone; its first line is the marker."""
    return f"[end of {marker.removeprefix('[')}"


def parts(text: str, marker: str) -> list[str]:
    """What is ours in a text of many hands, without the lines around it. A line that lost its partner encloses nothing."""
    first, last = re.escape(marker), re.escape(end_of(marker))
    return re.findall(f"{first}((?:(?!{first}).)*?){last}", text, re.DOTALL)


def enclosed(text: str, marker: str) -> str:
    """A part of ours, as it stands in such a text."""
    return f"{marker}\n{text}\n{end_of(marker)}"


def with_part(whole: str, text: str, marker: str, instead_of: str | None) -> str:
    """A text with a part of ours in the place of another, or below everything else."""
    new = enclosed(text, marker)
    if instead_of is None:
        return f"{whole.rstrip()}\n\n{new}" if whole.strip() else new
    return whole.replace(f"{marker}{instead_of}{end_of(marker)}", new, 1)
