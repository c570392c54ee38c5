"""Pinpoint: comments on applications, in the form of JSON:API (developers.pinpointhq.com: "Comments", 2026-11-24).

The API key signs as its integration. Comments are listed by their application, made and read, and not changed. A job has none,
and what the API changes of it (title, description, pay, visibility) candidates see.
"""

from urllib.parse import urlencode

from config.settings import Source
from worker.domain.call import Call, Key
from worker.domain.note import Account, Note, Place, Subject
from worker.notes import Listed, NoPlace, OnJobs, needed
from worker.notes._json import body_of, sending

LISTS = True
CHANGES = False
ON_JOBS = OnJobs.NOTHING
KEY = Key("X-API-KEY", before="")
CONTENT = {"Content-Type": "application/vnd.api+json", "Accept": "application/vnd.api+json"}


def listing(place: Place, source: Source, _account: Account, page: str | None) -> Call:
    """A hundred at a time."""
    number = int(page or 1)
    query = urlencode({"filter[application_id]": _application(place), "page[size]": 100, "page[number]": number})
    return Call("GET", f"{_root(source)}/api/v1/comments?{query}", key=KEY)


def listed(status: int, body: bytes, _place: Place) -> Listed:
    """All that are there in the first hundred, which is more than people write about one application."""
    answer = body_of("Pinpoint", status, body)
    return Listed(
        tuple(Note(one.key("id"), one.child("attributes").text("body_text", "")) for one in answer.children("data"))
    )


def adding(place: Place, text: str, source: Source, _account: Account) -> Call:
    """On the application."""
    about = {"data": {"type": "applications", "id": _application(place)}}
    data = {"type": "comments", "attributes": {"body_text": text}, "relationships": {"commentable": about}}
    return sending("POST", f"{_root(source)}/api/v1/comments", {"data": data}, KEY, CONTENT)


def added(status: int, body: bytes) -> str | None:
    """The comment as it is."""
    return body_of("Pinpoint", status, body).child("data").optional_key("id")


def changing(_note: Note, _place: Place, _text: str, _source: Source, _account: Account) -> Call:
    """There is no such call."""
    raise NoPlace("Pinpoint's API can't change a comment.")


def _application(place: Place) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("Nothing is written on a job in Pinpoint: hand the link on by a message or by mail.")
    return needed(place.application_id, "The application's id in Pinpoint is not known.")


def _root(source: Source) -> str:
    return needed(source.api_url, 'Pinpoint wants its own address: set api_url = "https://NAME.pinpointhq.com".')
