"""SmartRecruiters: messages about candidates, and the note of a job (developers.smartrecruiters.com: "Messages API", "Jobs":
GET and PUT /jobs/{jobId}/note, 2026-11-24).

A message is linked to a candidate by a tag in its text, and shared with the hiring team of the job, who may get mail; there is
no quieter note. A message can't be changed. Messages are listed for administrators alone. A job has one note, in which people
write too. The key needs to read and write messages and jobs (jobs_read, jobs_manage). Assumed: that the text of a note and of
a message is called `content`, and that pages go on by `nextPageId`.
"""

import re
from urllib.parse import urlencode

from config.settings import Source
from worker.domain.call import Call, Key, segment
from worker.domain.note import Account, Note, OneText, Place, Subject
from worker.notes import Listed, NoPlace, OnJobs, needed
from worker.notes._json import body_of, sending, successful

LISTS = True
CHANGES = False
ON_JOBS = OnJobs.TEXT
API = "https://api.smartrecruiters.com"
KEY = Key("X-SmartToken", before="")
PAGE = 100
ID = re.compile(r"[A-Za-z0-9-]{1,64}")
TAG = re.compile(r"([@#])(?=\[)")  # "@[USER:1]" writes to somebody, "#[CANDIDATE:1]" links to somebody
BROKEN = "\\1\u2060"  # a joiner that nobody sees
BEHIND = re.compile(r"(\[talentsprout-bridge [^\]]*\]).*", re.DOTALL)


def listing(place: Place, source: Source, _account: Account, page: str | None) -> Call:
    """A hundred at a time."""
    asked = {"candidateId": _candidate(place), "limit": PAGE}
    query = urlencode(asked if page is None else {**asked, "pageId": page})
    return Call("GET", f"{source.api_url or API}/messages?{query}", key=KEY)


def listed(status: int, body: bytes, _place: Place) -> Listed:
    """`content`. What stands behind a marker of ours is the tag, whatever SmartRecruiters shows in its place."""
    answer = body_of("SmartRecruiters", status, body)
    notes = tuple(Note(one.key("id"), BEHIND.sub(r"\1", one.text("content", ""))) for one in answer.children("content"))
    return Listed(notes, answer.optional_key("nextPageId"))


def adding(place: Place, text: str, source: Source, _account: Account) -> Call:
    """For the hiring team of the job, and where the job is not known for whoever may see the candidate."""
    team = {"openNote": True} if place.job_id is None else {"hiringTeamOf": [place.job_id]}
    tagged = f"{TAG.sub(BROKEN, text)}\n#[CANDIDATE:{_candidate(place)}]"
    return sending("POST", f"{source.api_url or API}/messages/shares", {"content": tagged, "shareWith": team}, KEY)


def added(status: int, body: bytes) -> str | None:
    """The message's id."""
    return body_of("SmartRecruiters", status, body).optional_key("id")


def changing(_note: Note, _place: Place, _text: str, _source: Source, _account: Account) -> Call:
    """There is no such call."""
    raise NoPlace("SmartRecruiters' API can't change a message.")


def reading(place: Place, source: Source, _account: Account) -> Call:
    """The note of the job."""
    return Call("GET", _note_of(place, source), key=KEY)


def text(status: int, body: bytes, _account: Account) -> OneText:
    """Empty where nobody has written anything yet."""
    successful("SmartRecruiters", status)
    return OneText(body_of("SmartRecruiters", status, body).text("content", "") if body.strip() else "")


def writing(_old: OneText, text: str, place: Place, source: Source, _account: Account) -> Call:
    """The note, whole."""
    return sending("PUT", _note_of(place, source), {"content": text}, KEY)


def written(status: int, _body: bytes) -> None:
    """The note as it is now."""
    successful("SmartRecruiters", status)


def _note_of(place: Place, source: Source) -> str:
    job = needed(place.job_id, "The job's id in SmartRecruiters is not known.")
    return f"{source.api_url or API}/jobs/{segment(job)}/note"


def _candidate(place: Place) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("SmartRecruiters has no messages about jobs.")
    candidate = needed(place.candidate_id, "The candidate's id in SmartRecruiters is not known.")
    if not ID.fullmatch(candidate):
        raise NoPlace("The candidate's id is none of SmartRecruiters, which are letters and digits.")
    return candidate
