"""Teamtailor: notes on candidates, in the form of JSON:API (docs.teamtailor.com: "Notes", 2026-11-24).

The API key needs the scope to write; `author` is the id of the Teamtailor user who signs, whom every note must have. That notes
are listed under their candidate and changed by PATCH follows JSON:API, and was not seen with a live account. A job has none.
"""

from config.settings import Source
from worker.domain.call import Call, Key, segment
from worker.domain.note import Account, Note, Place, Subject
from worker.notes import Listed, NoPlace, needed
from worker.notes._json import body_of, sending

LISTS = True
CHANGES = True
API = "https://api.teamtailor.com"
VERSION = {"X-Api-Version": "20240904"}
KEY = Key(before="Token token=")
CONTENT = {**VERSION, "Content-Type": "application/vnd.api+json", "Accept": "application/vnd.api+json"}


def listing(place: Place, source: Source, _account: Account, page: str | None) -> Call:
    """Thirty at a time, the most that there are."""
    url = f"{source.api_url or API}/v1/candidates/{segment(_candidate(place))}/notes?page[size]=30&page[number]={page or 1}"
    return Call("GET", url, key=KEY, headers=VERSION)


def listed(status: int, body: bytes, _place: Place) -> Listed:
    """`links.next` says that there are more; where they are is told by the number behind it."""
    answer = body_of("Teamtailor", status, body)
    notes = tuple(Note(one.key("id"), one.child("attributes").text("note", "")) for one in answer.children("data"))
    following = answer.optional_child("links").optional_url("next") or ""
    number = following.rpartition("page%5Bnumber%5D=")[2] or following.rpartition("page[number]=")[2]
    return Listed(notes, number.partition("&")[0] if following else None)


def adding(place: Place, text: str, source: Source, account: Account) -> Call:
    """Signed by `author`."""
    author = needed(account.author, 'Teamtailor signs notes: set author to the id of a user, as in author = "4012".')
    links = {"candidate": _linked("candidates", _candidate(place)), "user": _linked("users", author)}
    told = {"data": {"type": "notes", "attributes": {"note": text}, "relationships": links}}
    return sending("POST", f"{source.api_url or API}/v1/notes", told, KEY, CONTENT)


def added(status: int, body: bytes) -> str | None:
    """The note as it is."""
    return body_of("Teamtailor", status, body).child("data").optional_key("id")


def changing(note: Note, _place: Place, text: str, source: Source, _account: Account) -> Call:
    """The text alone."""
    told = {"data": {"type": "notes", "id": note.id, "attributes": {"note": text}}}
    return sending("PATCH", f"{source.api_url or API}/v1/notes/{segment(note.id)}", told, KEY, CONTENT)


def _candidate(place: Place) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("Teamtailor has no notes on jobs: hand the link on by a message or by mail.")
    return needed(place.candidate_id, "The candidate's id in Teamtailor is not known.")


def _linked(kind: str, own_id: str) -> dict[str, object]:
    return {"data": {"type": kind, "id": own_id}}
