"""Greenhouse: notes on candidates and on jobs, by Harvest v3 (harvestdocs.greenhouse.io: "Notes", "Job notes", 2026-11-24).

`api_key` of the source is "CLIENT_ID:SECRET" of an OAuth client (Dev Center, API Credential Management, "Harvest V3 (OAuth)");
it buys a token first. Scopes: harvest:notes:create, harvest:notes:list, harvest:job_notes:create, :list and :update. `author`
is the id of the Greenhouse user who signs. Harvest changes notes on jobs, and none on candidates. The source's `api_url` is
that of the job board, so it has no say here. That notes are signed by `user_id` was not seen with a live account.
"""

import json
from urllib.parse import urlencode

from config.settings import Source
from worker.domain.call import Call, Key, segment
from worker.domain.fields import parse
from worker.domain.note import Account, Note, Place, Subject
from worker.notes import Listed, NoPlace, OnJobs, needed
from worker.notes._json import body_of, sending, successful

LISTS = True
CHANGES = True
ON_JOBS = OnJobs.NOTES
API = "https://harvest.greenhouse.io"
TOKENS = "https://auth.greenhouse.io"
VISIBILITY = "admin_only_visible"  # a score is not for everybody who can open a candidate


def token_call(_source: Source) -> Call:
    """Client credentials (RFC 6749, 4.4)."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    form = urlencode({"grant_type": "client_credentials"}).encode()
    return Call("POST", f"{TOKENS}/token", key=Key(before="Basic ", is_login=True), headers=headers, body=form)


def token(status: int, body: bytes) -> str:
    """Good for an hour."""
    successful("Greenhouse", status)
    return parse(body).text("access_token")


def listing(place: Place, _source: Source, _account: Account, page: str | None) -> Call:
    """A hundred at a time; our own note is among the newest."""
    name, ids = ("job_ids", _job(place)) if place.subject is Subject.JOB else ("candidate_ids", _candidate(place))
    query = urlencode({name: ids, "per_page": 100} if page is None else {"cursor": page})
    return Call("GET", f"{API}/v3/{_path(place)}?{query}", key=Key())


def listed(status: int, body: bytes, _place: Place) -> Listed:
    """A bare list."""
    successful("Greenhouse", status)
    notes = parse(b'{"notes":' + body + b"}").children("notes")
    return Listed(tuple(Note(one.key("id"), one.text("body", "")) for one in notes))


def adding(place: Place, text: str, _source: Source, account: Account) -> Call:
    """In the name of `author`."""
    author = _number(account.author, 'Greenhouse signs notes: set author to the id of a user, as in author = "4012".')
    told: dict[str, object] = {"body": text, "visibility": VISIBILITY, "user_id": author}
    if place.subject is Subject.JOB:
        told["job_id"] = _number(_job(place), "")
    else:
        told["candidate_id"] = _number(_candidate(place), "")
        if place.application_id is not None and place.application_id.isdecimal():
            told["application_id"] = int(place.application_id)
    return sending("POST", f"{API}/v3/{_path(place)}", told, Key())


def added(status: int, body: bytes) -> str | None:
    """The note as it is."""
    return body_of("Greenhouse", status, body).optional_key("id")


def changing(note: Note, place: Place, text: str, _source: Source, _account: Account) -> Call:
    """On jobs alone."""
    if place.subject is not Subject.JOB:
        raise NoPlace("Greenhouse's API can't change a note on a candidate.")
    return sending("PATCH", f"{API}/v3/job_notes/{segment(note.id)}", {"body": text}, Key())


def _path(place: Place) -> str:
    return "job_notes" if place.subject is Subject.JOB else "notes"


def _job(place: Place) -> str:
    """The job behind the post: a post has no notes."""
    return needed(place.requisition_id, "The id of the job in Greenhouse is not known, only that of its post.")


def _candidate(place: Place) -> str:
    return needed(place.candidate_id, "The candidate's id in Greenhouse is not known.")


def _number(text: str | None, sentence: str) -> int:
    if text is None or not text.isdecimal():
        raise NoPlace(sentence or f"{json.dumps(text)} is no id of Greenhouse, which are numbers.")
    return int(text)
