"""SmartRecruiters: messages about candidates (developers.smartrecruiters.com: "Messages API", 2026-11-24).

A message stands in the candidate's activity and is shared with the hiring team of the job, so it may notify them; there is no
quieter note. The key needs to read and write messages. A message can't be changed; that a candidate's messages are listed by
`candidateId` was not seen with a live account. Nothing is written on a job.
"""

from urllib.parse import urlencode

from config.settings import Source
from worker.domain.call import Call, Key
from worker.domain.note import Account, Note, Place, Subject
from worker.notes import Listed, NoPlace, needed
from worker.notes._json import body_of, sending

LISTS = True
CHANGES = False
API = "https://api.smartrecruiters.com"
KEY = Key("X-SmartToken", before="")
PAGE = 100


def listing(place: Place, source: Source, _account: Account, page: str | None) -> Call:
    """A hundred at a time, by an offset."""
    query = urlencode({"candidateId": _candidate(place), "limit": PAGE, "offset": page or 0})
    return Call("GET", f"{source.api_url or API}/messages?{query}", key=KEY)


def listed(status: int, body: bytes, _place: Place) -> Listed:
    """`content`, with where the page begins and how many there are."""
    answer = body_of("SmartRecruiters", status, body)
    notes = tuple(Note(one.key("id"), one.text("content", "")) for one in answer.children("content"))
    behind = int(answer.optional_number("offset") or 0) + len(notes)
    return Listed(notes, str(behind) if notes and behind < (answer.optional_number("totalFound") or 0) else None)


def adding(place: Place, text: str, source: Source, _account: Account) -> Call:
    """For the hiring team of the job, where the job is known."""
    team = {"hiringTeamOf": [place.job_id]} if place.job_id is not None else {"everyone": False}
    told = {"content": text, "candidateId": _candidate(place), "correlationId": None, "shareWith": team}
    return sending("POST", f"{source.api_url or API}/messages/shares", told, KEY)


def added(status: int, body: bytes) -> str | None:
    """The message's id."""
    return body_of("SmartRecruiters", status, body).optional_key("id")


def changing(_note: Note, _place: Place, _text: str, _source: Source, _account: Account) -> Call:
    """There is no such call."""
    raise NoPlace("SmartRecruiters' API can't change a message.")


def _candidate(place: Place) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("Nothing is written on a job in SmartRecruiters: hand the link on by a message or by mail.")
    return needed(place.candidate_id, "The candidate's id in SmartRecruiters is not known.")
