"""ATS: notes on a job and on a candidate, where the recruiter works.

This says what a note says. Where it goes, and that it stands there once, is the matter of whoever makes the calls.
"""

from collections.abc import Mapping
from datetime import datetime

from config.settings import Target
from worker.domain.message import Happened, Message
from worker.domain.note import Draft, Subject
from worker.targets import Undeliverable
from worker.wording import facts
from worker.wording.speaking import Voice, note

NOTES = {  # which of the catalogue's notes
    Happened.INTERVIEW_CREATED: (Subject.JOB, "job"),
    Happened.RESULT_COMPLETED: (Subject.CANDIDATE, "completed"),
    Happened.RESULT_ABANDONED: (Subject.CANDIDATE, "abandoned"),
    Happened.CANDIDATE_INVITED: (Subject.CANDIDATE, "invited"),
}
NOUNS = (("request", "label"), ("result", "id"), ("application", "id"))  # a note's name: the same for every try


def compose(message: Message, target: Target, _now: datetime) -> Draft:
    """A note of a few lines. Its name is that of the request, and of the result or the application where it is about one."""
    if message.event not in NOTES:
        raise Undeliverable(f"{message.event} is not written into an ATS.")
    subject, name = NOTES[message.event]
    known = facts.of(message)
    parts = [part for noun, key in NOUNS if (part := _of(known, noun, key)) is not None]
    about = _of(known, "result", "id") or _of(known, "application", "id")
    return Draft(subject, " ".join(parts) or message.id, note(name, message, Voice.of(target)), about)


def _of(known: Mapping[str, object], noun: str, key: str) -> str | None:
    found = known.get(noun)
    return str(found[key]) if isinstance(found, Mapping) and key in found else None
