"""SmartRecruiters' API: jobs by offset and limit, the text in sections."""

import json
from typing import Any

from tests.standins.vendor import Asked, Posting, Vendor, iso

STATUS = {"open": ("SOURCING", "PUBLIC"), "draft": ("CREATED", "NOT_PUBLISHED"), "closed": ("FILLED", "NOT_PUBLISHED")}


class SmartRecruitersApi(Vendor):
    KIND = "smartrecruiters"

    def is_authorized(self, asked: Asked) -> bool:
        return asked.headers.get("x-smarttoken") == self.key

    def announcement(self, posting: Posting) -> bytes:
        return json.dumps({"job_id": posting.id}).encode()

    def answer(self, asked: Asked) -> Any:
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
