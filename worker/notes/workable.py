"""Workable: comments on candidates (workable.readme.io/reference: "comment-on-candidate", "candidate-activities", 2026-11-24).

The token needs the scopes r_candidates and w_candidates; `author` is the id of the member who signs. Comments are found again
among the candidate's activities, which are documented without an id and stand here under their time; they can't be changed.
A job has activities that may be read, and none that may be written. Assumed: that pages go on by `paging.next`, as elsewhere in
this API, and that a comment is an activity as soon as it is made.
"""

from urllib.parse import urlencode

from config.settings import Source
from worker.domain.call import Call, Key, segment
from worker.domain.fields import Fields
from worker.domain.note import Account, Note, Place, Subject
from worker.notes import Listed, NoPlace, OnJobs, needed
from worker.notes._json import body_of, sending, successful

LISTS = True
CHANGES = False
ON_JOBS = OnJobs.NOTHING


def listing(place: Place, source: Source, _account: Account, page: str | None) -> Call:
    """A hundred at a time, older ones after an id."""
    asked = {"limit": 100, "actions": "comment"}
    query = urlencode(asked if page is None else {**asked, "max_id": page})
    return Call("GET", f"{_candidate(place, source)}/activities?{query}", key=Key())


def listed(status: int, body: bytes, _place: Place) -> Listed:
    """Comments only; stages and mails are activities too."""
    answer = body_of("Workable", status, body)
    comments = [one for one in answer.children("activities") if one.text("action", "") == "comment"]
    following = answer.optional_child("paging").optional_url("next") or ""
    number = following.rpartition("max_id=")[2].partition("&")[0] if "max_id=" in following else None
    return Listed(tuple(Note(_id(one), one.text("body", "")) for one in comments), number)


def _id(activity: Fields) -> str:
    return activity.optional_key("id") or activity.text("created_at", "")


def adding(place: Place, text: str, source: Source, account: Account) -> Call:
    """With the default policy: whoever sees the candidate."""
    author = needed(account.author, "Workable signs comments: set author to the id of a member.")
    told = {"member_id": author, "comment": {"body": text, "policy": []}}
    return sending("POST", f"{_candidate(place, source)}/comments", told, Key())


def added(status: int, body: bytes) -> str | None:
    """The answer need not say an id."""
    successful("Workable", status)
    return body_of("Workable", status, body).optional_key("id") if body.strip().startswith(b"{") else None


def changing(_note: Note, _place: Place, _text: str, _source: Source, _account: Account) -> Call:
    """There is no such call."""
    raise NoPlace("Workable's API can't change a comment.")


def _candidate(place: Place, source: Source) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("Workable has no comments on jobs: hand the link on by a message or by mail.")
    root = needed(source.api_url, 'Workable wants its own address: set api_url = "https://NAME.workable.com".')
    candidate = needed(place.candidate_id, "The candidate's id in Workable is not known.")
    return f"{root}/spi/v3/candidates/{segment(candidate)}"
