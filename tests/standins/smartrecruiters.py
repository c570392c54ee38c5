"""SmartRecruiters' API: jobs by offset and limit, the text in sections; candidates with their assignments to jobs."""

import json
from typing import Any

from tests.standins.vendor import Applicant, Asked, Posting, Vendor, iso

STATUS = {"open": ("SOURCING", "PUBLIC"), "draft": ("CREATED", "NOT_PUBLISHED"), "closed": ("FILLED", "NOT_PUBLISHED")}


class SmartRecruitersApi(Vendor):
    KIND = "smartrecruiters"

    def is_authorized(self, asked: Asked) -> bool:
        return asked.headers.get("x-smarttoken") == self.key

    def announcement(self, posting: Posting) -> bytes:
        return json.dumps({"job_id": posting.id}).encode()

    def moved(self, applicant: Applicant) -> bytes:
        return json.dumps({"job_id": applicant.job, "candidate_id": applicant.id}).encode()

    def answer(self, asked: Asked) -> Any:
        if asked.path.startswith("/candidates/"):
            return _candidate(self.applicant(asked.path.removeprefix("/candidates/")))
        if asked.path == "/jobs":
            everything = list(self.postings.values())
            offset = int(asked.query.get("offset", 0))
            page, _ = self.page_of(everything, offset)
            return {
                "limit": self.page_size,
                "offset": offset,
                "totalFound": len(everything),
                "content": [_short(one) for one in page],
            }
        return _whole(self.get(asked.path.removeprefix("/jobs/")))


def _candidate(one: Applicant) -> Any:
    first, _, last = one.name.partition(" ")
    elsewhere = {"job": {"id": "another-job"}, "status": "NEW"}
    status = "INTERVIEW" if one.state == "active" else "REJECTED"
    here = {"job": {"id": one.job}, "status": status, "subStatus": one.stage}
    return {
        "id": one.id,
        "firstName": first,
        "lastName": last,
        "email": one.email,
        "primaryAssignment": elsewhere,
        "secondaryAssignments": [here],
    }


def _short(one: Posting) -> Any:
    status, posting_status = STATUS[one.state]
    return {
        "id": one.id,
        "title": one.title,
        "refNumber": "REF1",
        "status": status,
        "postingStatus": posting_status,
        "updatedOn": iso(one.changed_at),
    }


def _whole(one: Posting) -> Any:
    sections = {"jobDescription": {"title": "Job Description", "text": f"<p>{one.text}</p>"}}
    return {**_short(one), "language": {"code": "en"}, "jobAd": {"sections": sections}}
