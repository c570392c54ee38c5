"""Lever: notes on opportunities (hire.lever.co/developer/documentation: "Notes", 2026-11-24).

The API key needs to read and write notes; `author` is the id of the Lever user in whose name it acts. A note that was made by
the API may be changed by it (PUT); Lever's FAQ says of an older API that none may, and where it is so a second note is written.
A posting has none: what the API changes of it (its text, its tags) candidates see. Assumed: the names in answers.
"""

from urllib.parse import urlencode

from config.settings import Source
from worker.domain.call import Call, Key, segment
from worker.domain.note import Account, Note, Place, Subject
from worker.notes import Listed, NoPlace, OnJobs, needed
from worker.notes._json import body_of, sending

LISTS = True
CHANGES = True
ON_JOBS = OnJobs.NOTHING
API = "https://api.lever.co/v1"
KEY = Key(before="Basic ", is_user_name=True)


def listing(place: Place, source: Source, _account: Account, page: str | None) -> Call:
    """A hundred at a time; what asks for the next page is the answer's own `next`."""
    query = urlencode({"limit": 100} if page is None else {"limit": 100, "offset": page})
    return Call("GET", f"{_notes(place, source)}?{query}", key=KEY)


def listed(status: int, body: bytes, _place: Place) -> Listed:
    """A note is made of fields; its text is that of all of them."""
    answer = body_of("Lever", status, body)
    notes = []
    for one in answer.children("data"):
        texts = [field.text("value", "") for field in one.children("fields")] or [one.text("text", "")]
        notes.append(Note(one.key("id"), "\n".join(texts)))
    return Listed(tuple(notes), answer.optional_key("next") if answer.flag("hasNext", default=False) else None)


def adding(place: Place, text: str, source: Source, account: Account) -> Call:
    """Nobody is notified."""
    url = f"{_notes(place, source)}?{urlencode({'perform_as': _author(account)})}"
    return sending("POST", url, {"value": text, "secret": False, "notifyFollowers": False}, KEY)


def added(status: int, body: bytes) -> str | None:
    """`noteId`, or the note's own id."""
    data = body_of("Lever", status, body).child("data")
    return data.optional_key("noteId") or data.optional_key("id")


def changing(note: Note, place: Place, text: str, source: Source, account: Account) -> Call:
    """The text alone."""
    url = f"{_notes(place, source)}/{segment(note.id)}?{urlencode({'perform_as': _author(account)})}"
    return sending("PUT", url, {"value": text}, KEY)


def _notes(place: Place, source: Source) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("Lever has no notes on postings: hand the link on by a message or by mail.")
    opportunity = needed(place.application_id or place.candidate_id, "The id of the opportunity in Lever is not known.")
    return f"{source.api_url or API}/opportunities/{segment(opportunity)}/notes"


def _author(account: Account) -> str:
    return needed(account.author, "Lever signs notes: set author to the id of a user.")
