"""BambooHR: the API's list of job openings, with a key, and the careers site's page of each, for everybody."""

import base64
from typing import Any

from tests.standins.vendor import Asked, Posting, Refused, Vendor

STATUS = {"open": "Open", "draft": "Draft", "closed": "Filled"}


class BambooHrSite(Vendor):
    KIND = "bamboohr"

    def is_authorized(self, asked: Asked) -> bool:
        given = asked.headers.get("authorization")
        if asked.path.startswith("/careers/"):
            return given is None
        scheme, _, encoded = (given or "").partition(" ")
        return scheme == "Basic" and base64.b64decode(encoded).decode().partition(":")[0] == self.key

    def answer(self, asked: Asked) -> Any:
        if asked.path == "/api/v1/applicant_tracking/jobs":
            wanted = asked.query.get("statusGroups", "ALL").split(",")
            return [_summary(one) for one in self.postings.values() if {"ALL", STATUS[one.state]} & {*wanted}]
        if asked.path.startswith("/careers/") and asked.path.endswith("/detail"):
            found = self.get(asked.path.split("/")[2])
            if found.state != "open":
                raise Refused(404)
            return {"meta": {}, "result": {"jobOpening": self._detail(found)}}
        raise Refused(404)

    def _detail(self, one: Posting) -> Any:
        return {
            "jobOpeningShareUrl": f"https://northwind.bamboohr.com/careers/{one.id}",
            "jobOpeningName": one.title,
            "jobOpeningStatus": "Open",
            "departmentLabel": "Workshop",
            "employmentStatusLabel": "Full-Time",
            "location": {"city": "Kiel", "state": None, "postalCode": "24103", "addressCountry": "Germany"},
            "atsLocation": {"city": None, "state": None, "country": None},
            "description": f"<p>{one.text}</p>",
            "compensation": None,
            "datePosted": "2026-11-02",
            "locationType": "0",
        }


def _summary(one: Posting) -> Any:
    return {
        "id": int(one.id),
        "title": {"id": None, "label": one.title},
        "postedDate": "2026-11-02T12:14:07+00:00",
        "location": {"id": 18, "label": "Kiel"},
        "department": {"id": 3, "label": "Workshop"},
        "status": {"id": 2, "label": STATUS[one.state]},
        "newApplicantsCount": 0,
        "activeApplicantsCount": 0,
        "totalApplicantsCount": 0,
        "postingUrl": f"https://northwind.bamboohr.com/careers/{one.id}",
    }
