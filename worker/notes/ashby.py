"""Ashby: notes on candidates, and a custom field of jobs (developers.ashbyhq.com/reference: candidate.createNote,
candidate.listNotes, job.info, customField.setValue, 2026-11-24).

Everything is POSTed, and a failure has the status 200 and `success: false`. A note can't be changed by the API. A job has no
notes; `field` is the id of a custom field of jobs, of the type LongText. Permissions of the key: candidatesRead,
candidatesWrite, jobsRead. Nobody is notified. Assumed: that `customFields` of job.info tell the id of the field as `id`.
"""

import json

from config.settings import Source
from worker.domain.call import Call, Key
from worker.domain.fields import Fields, Unreadable, parse, single_line
from worker.domain.note import Account, Note, OneText, Place, Subject
from worker.notes import Listed, NoPlace, OnJobs, needed

LISTS = True
CHANGES = False
ON_JOBS = OnJobs.FIELD
API = "https://api.ashbyhq.com"
SUCCESS = 200


def listing(place: Place, source: Source, _account: Account, page: str | None) -> Call:
    """A hundred at a time."""
    body: dict[str, object] = {"candidateId": _candidate(place), "limit": 100}
    return _call(source, "candidate.listNotes", body if page is None else {**body, "cursor": page})


def listed(status: int, body: bytes, _place: Place) -> Listed:
    """`results`, and a cursor where there are more."""
    answer = _successful(status, body)
    notes = tuple(Note(one.key("id"), one.text("content", "")) for one in answer.children("results"))
    return Listed(notes, answer.optional_key("nextCursor") if answer.flag("moreDataAvailable", default=False) else None)


def adding(place: Place, text: str, source: Source, _account: Account) -> Call:
    """Plain text."""
    note = {"type": "text/plain", "value": text}
    body = {"candidateId": _candidate(place), "note": note, "sendNotifications": False}
    return _call(source, "candidate.createNote", body)


def added(status: int, body: bytes) -> str | None:
    """The id is in `results`."""
    return _successful(status, body).optional_child("results").optional_key("id")


def changing(_note: Note, _place: Place, _text: str, _source: Source, _account: Account) -> Call:
    """There is no such call."""
    raise NoPlace("Ashby's API can't change a note.")


def reading(place: Place, source: Source, account: Account) -> Call:
    """The job, with its custom fields."""
    _field(account)
    return _call(source, "job.info", {"id": _job(place)})


def text(status: int, body: bytes, account: Account) -> OneText:
    """The field's value; a field that was never filled in is not among them."""
    job = _successful(status, body).child("results")
    fields = job.children("customFields") if job.has("customFields") else ()
    return OneText(next((one.text("value", "") for one in fields if one.optional_key("id") == account.field), ""))


def writing(_old: OneText, text: str, place: Place, source: Source, account: Account) -> Call:
    """Sets the value."""
    field: dict[str, object] = {"objectType": "Job", "objectId": _job(place), "fieldId": _field(account)}
    return _call(source, "customField.setValue", {**field, "fieldValue": text})


def written(status: int, body: bytes) -> None:
    """The field as it is now."""
    _successful(status, body)


def _field(account: Account) -> str:
    return needed(account.field, "Ashby has no notes on jobs: set field to the id of a custom field of jobs.")


def _job(place: Place) -> str:
    """The job behind the posting: a posting has no such fields."""
    return needed(place.requisition_id, "The id of the job in Ashby is not known, only that of its posting.")


def _candidate(place: Place) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("Ashby has no notes on jobs.")
    return needed(place.candidate_id, "The candidate's id in Ashby is not known.")


def _call(source: Source, method: str, body: dict[str, object]) -> Call:
    return Call(
        "POST",
        f"{source.api_url or API}/{method}",
        key=Key(before="Basic ", is_user_name=True),
        headers={"Accept": "application/json; version=1", "Content-Type": "application/json"},
        body=json.dumps(body).encode(),
    )


def _successful(status: int, body: bytes) -> Fields:
    if status != SUCCESS:
        raise Unreadable(f"Ashby answered with {status}")
    answer = parse(body)
    if not answer.flag("success"):
        raise Unreadable(f"Ashby refused: {single_line(json.dumps(answer.tree('errors')))[:120]}")
    return answer
