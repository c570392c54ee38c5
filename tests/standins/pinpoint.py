"""Pinpoint's API: JSON:API, whose pages link to the next, and which holds related resources where they are asked for."""

import json
from typing import Any

from tests.standins.vendor import MORNING, Applicant, Asked, Posting, Vendor, iso


class PinpointApi(Vendor):
    KIND = "pinpoint"

    def is_authorized(self, asked: Asked) -> bool:
        return asked.headers.get("x-api-key") == self.key

    def announcement(self, posting: Posting) -> bytes:
        seconds = int(posting.changed_at.timestamp()) + len(self.asked)  # there is no id: the time tells events apart
        body = {"event": "job_updated", "triggeredAt": seconds, "data": {"job": {"id": int(posting.id)}}}
        return json.dumps(body).encode()

    def moved(self, applicant: Applicant) -> bytes:
        data = {"application": {"id": int(applicant.id)}, "job": {"id": int(applicant.job)}}
        seconds = int(MORNING.timestamp()) + len(self.asked)
        return json.dumps({"event": "application_moved", "triggeredAt": seconds, "data": data}).encode()

    def answer(self, asked: Asked) -> Any:
        if asked.path.startswith("/api/v1/applications/"):
            found = self.applicant(asked.path.removeprefix("/api/v1/applications/"))
            return _application(found, asked.query.get("include", "").split(","))
        if asked.path == "/api/v1/jobs":
            page, following = self.page_of(list(self.postings.values()), int(asked.query.get("page[number]", 0)))
            link = None if following is None else f"{self.root}/api/v1/jobs?page[number]={following}"
            return {"data": [_job(one, text=False) for one in page], "links": {"next": link}}
        return {"data": _job(self.get(asked.path.removeprefix("/api/v1/jobs/")), text=True)}


def _application(one: Applicant, include: list[str]) -> Any:
    first, _, last = one.name.partition(" ")
    stage, stage_id = (one.stage, one.stage_id) if one.state == "active" else ("Rejected", "599")
    related = {"job": {"type": "jobs", "id": one.job}, "stage": {"type": "stages", "id": stage_id}}
    told = {"jobs": {"title": "Mechanic"}, "stages": {"name": stage}}
    return {
        "data": {
            "id": one.id,
            "type": "applications",
            "attributes": {"first_name": first, "last_name": last, "email": one.email},
            "relationships": {
                name: {"data": data} if name in include else {"meta": {"included": False}}
                for name, data in related.items()
            },
        },
        "included": [{**data, "attributes": told[data["type"]]} for name, data in related.items() if name in include],
    }


def _job(one: Posting, *, text: bool) -> Any:
    told = {"title": one.title, "status": one.state, "updated_at": iso(one.changed_at)}
    return {"id": one.id, "type": "jobs", "attributes": {**told, **({"description": one.text} if text else {})}}
