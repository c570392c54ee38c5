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


def compose(message: Message, target: Target, _now: datetime) -> Draft:
    """A note of a few lines. Its name is that of the request, and of the result or the application where it is about one."""
    if message.event not in NOTES:
        raise Undeliverable(f"{message.event} is not written into an ATS.")
    subject, name = NOTES[message.event]
    known = facts.of(message)
    return Draft(subject, _name(message, known), note(name, message, Voice.of(target)))


def _name(message: Message, known: Mapping[str, object]) -> str:
    """The same for every try, and for whatever is said of it later: request, and result or application."""
    nouns = (("request", "label"), ("result", "id"), ("application", "id"))
    parts = [found[key] for noun, key in nouns if isinstance(found := known.get(noun), Mapping) and key in found]
    return " ".join(map(str, parts)) or message.id
