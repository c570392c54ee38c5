"""Teamtailor: notes on candidates, and a custom field of jobs, in the form of JSON:API (docs.teamtailor.com: "Notes", "Custom
field values", 2026-11-24).

The API key needs the scope to write; `author` is the id of the Teamtailor user who signs, whom every note must have. A job has
no notes; `field` is the id of a custom field of jobs that holds text. Assumed, as JSON:API has it: that notes are listed under
their candidate and changed by PATCH, and that values are changed by PATCH under /custom-field-values.
"""

from config.settings import Source
from worker.domain.call import Call, Key, segment
from worker.domain.fields import Fields
from worker.domain.note import Account, Note, OneText, Place, Subject
from worker.notes import Listed, NoPlace, OnJobs, needed
from worker.notes._json import body_of, sending, successful

LISTS = True
CHANGES = True
ON_JOBS = OnJobs.FIELD
API = "https://api.teamtailor.com"
VERSION = {"X-Api-Version": "20240904"}
KEY = Key(before="Token token=")
VALUES = "custom-field-values"
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


def reading(place: Place, source: Source, account: Account) -> Call:
    """The job, with the values of its custom fields."""
    _field(account)
    query = "include=custom-field-values,custom-field-values.custom-field"
    return Call("GET", f"{source.api_url or API}/v1/jobs/{segment(_job(place))}?{query}", key=KEY, headers=VERSION)


def text(status: int, body: bytes, account: Account) -> OneText:
    """Of what came with the job, the value of our field."""
    answer = body_of("Teamtailor", status, body)
    values = [one for one in answer.children("included") if _is_of(one, account)] if answer.has("included") else []
    return next((OneText(one.child("attributes").text("value", ""), one.key("id")) for one in values), OneText(""))


def writing(old: OneText, text: str, place: Place, source: Source, account: Account) -> Call:
    """A value that there is is changed, else one is made."""
    url, told = f"{source.api_url or API}/v1/custom-field-values", {"attributes": {"value": text}, "type": VALUES}
    if old.id is not None:
        return sending("PATCH", f"{url}/{segment(old.id)}", {"data": {**told, "id": old.id}}, KEY, CONTENT)
    links = {"owner": _linked("jobs", _job(place)), "custom-field": _linked("custom-fields", _field(account))}
    return sending("POST", url, {"data": {**told, "relationships": links}}, KEY, CONTENT)


def written(status: int, _body: bytes) -> None:
    """The value as it is now."""
    successful("Teamtailor", status)


def _is_of(value: Fields, account: Account) -> bool:
    if value.text("type", "") != VALUES:
        return False
    field = value.optional_child("relationships").optional_child("custom-field").optional_child("data")
    return field.optional_key("id") == account.field


def _field(account: Account) -> str:
    return needed(account.field, "Teamtailor has no notes on jobs: set field to the id of a custom field of jobs.")


def _job(place: Place) -> str:
    return needed(place.job_id, "The job's id in Teamtailor is not known.")


def _candidate(place: Place) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("Teamtailor has no notes on jobs.")
    return needed(place.candidate_id, "The candidate's id in Teamtailor is not known.")


def _linked(kind: str, own_id: str) -> dict[str, object]:
    return {"data": {"type": kind, "id": own_id}}
