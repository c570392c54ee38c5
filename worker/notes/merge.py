"""Merge: activities of the type NOTE on candidates (docs.merge.dev: "Activities", 2026-11-24).

`account` is the token of the linked account, `author` the id, at the ATS behind Merge, of the user who signs. Merge lists
activities of all candidates together, hours after they were made, so ours can't be asked for: what was written is remembered
here, and where an answer is lost a person has to look. Whether the ATS behind takes notes at all is its matter. Of a job Merge
writes nothing.
"""

from config.settings import Source
from worker.domain.call import Call, Key
from worker.domain.note import Account, Note, Place, Subject
from worker.notes import Listed, NoPlace, OnJobs, needed
from worker.notes._json import body_of, sending

LISTS = False
CHANGES = False
ON_JOBS = OnJobs.NOTHING
API = "https://api.merge.dev/api"
ACCOUNT = Key("X-Account-Token", before="")


def listing(_place: Place, _source: Source, _account: Account, _page: str | None) -> Call:
    """There is no such call."""
    raise NoPlace("Merge can't be asked for the notes on one candidate.")


def listed(_status: int, _body: bytes, _place: Place) -> Listed:
    """Nothing is listed."""
    return Listed(())


def adding(place: Place, text: str, source: Source, account: Account) -> Call:
    """Private to the recruiting team, as far as the ATS behind Merge knows."""
    author = needed(account.author, "Merge signs notes: set author to the id of a user of the ATS behind it.")
    needed(account.account, "Merge wants the token of the linked account: set account.")
    model = {"candidate": _candidate(place), "activity_type": "NOTE", "body": text, "visibility": "PRIVATE"}
    told = {"model": model, "remote_user_id": author}
    return sending("POST", f"{source.api_url or API}/ats/v1/activities", told, Key(), account=ACCOUNT)


def added(status: int, body: bytes) -> str | None:
    """Warnings and errors of the ATS come with a success."""
    return body_of("Merge", status, body).optional_child("model").optional_key("id")


def changing(_note: Note, _place: Place, _text: str, _source: Source, _account: Account) -> Call:
    """There is no such call."""
    raise NoPlace("Merge can't change a note.")


def _candidate(place: Place) -> str:
    if place.subject is Subject.JOB:
        raise NoPlace("Merge has no notes on jobs: hand the link on by a message or by mail.")
    return needed(place.candidate_id, "The candidate's id in Merge is not known.")
