"""Recruitee (Tellent): notes on candidates (docs.recruitee.com/reference: "Notes", 2026-11-24).

A personal API token signs as its owner. `account` is the number of the company, which stands in the address of every call.
Assumed: that a note is changed by PATCH under /notes. Nothing public says that an offer (a job) takes notes or values of fields.
"""

from config.settings import Source
from worker.domain.call import Call, Key, segment
from worker.domain.note import Account, Note, Place, Subject
from worker.notes import Listed, NoPlace, OnJobs, needed
from worker.notes._json import body_of, sending

LISTS = True
CHANGES = True
ON_JOBS = OnJobs.NOTHING
API = "https://api.recruitee.com"
VISIBILITY = {"level": "public"}  # to the members of the company who can see the candidate


def listing(place: Place, source: Source, account: Account, _page: str | None) -> Call:
    """All of them at once."""
    return Call("GET", f"{_company(source, account)}/candidates/{segment(_candidate(place))}/notes", key=Key())


def listed(status: int, body: bytes, _place: Place) -> Listed:
    """`notes`, replies aside."""
    answer = body_of("Recruitee", status, body)
    return Listed(tuple(Note(one.key("id"), one.text("body", "")) for one in answer.children("notes")))


def adding(place: Place, text: str, source: Source, account: Account) -> Call:
    """Public within the company."""
    url = f"{_company(source, account)}/candidates/{segment(_candidate(place))}/notes"
    return sending("POST", url, {"note": {"body": text, "visibility": VISIBILITY}}, Key())


def added(status: int, body: bytes) -> str | None:
    """The note as it is."""
    return body_of("Recruitee", status, body).optional_child("note").optional_key("id")


def changing(note: Note, _place: Place, text: str, source: Source, account: Account) -> Call:
    """The text alone."""
    url = f"{_company(source, account)}/notes/{segment(note.id)}"
    return sending("PATCH", url, {"note": {"body": text}}, Key())


def _company(source: Source, account: Account) -> str:
    company = needed(
        account.account, 'Recruitee wants the number of the company: set account, as in account = "20418".'
    )
    return f"{source.api_url or API}/c/{segment(company)}"


def _candidate(place: Place) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("Recruitee has no notes on jobs: hand the link on by a message or by mail.")
    return needed(place.candidate_id, "The candidate's id in Recruitee is not known.")
