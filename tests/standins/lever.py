"""Lever's API: postings with their texts, an offset that is a token, times in milliseconds; opportunities, expanded."""

import base64
import json
from typing import Any

from tests.standins.vendor import MORNING, Applicant, Asked, Posting, Refused, Vendor, milliseconds

STATE = {"open": "published", "draft": "draft", "closed": "closed"}


class LeverApi(Vendor):
    KIND = "lever"

    @property
    def api_url(self) -> str:
        return f"{self.root}/v1"

    def is_authorized(self, asked: Asked) -> bool:
        told = base64.b64encode(f"{self.key}:".encode()).decode()
        return asked.headers.get("authorization") == f"Basic {told}"

    def moved(self, applicant: Applicant) -> bytes:
        data = {"opportunityId": applicant.id, "candidateId": applicant.id, "contactId": f"c-{applicant.id}"}
        token = f"t-{applicant.id}-{len(self.asked)}"
        name, more = "candidateStageChange", {"toStageId": applicant.stage_id, "fromStageId": "lead-new"}
        if applicant.state == "out":
            name, more = "candidateArchiveChange", {"toArchived": {"reason": "r-1"}}
        body = {"id": token, "token": token, "triggeredAt": milliseconds(MORNING), "event": name}
        return json.dumps({**body, "data": {**data, **more}}).encode()

    def answer(self, asked: Asked) -> Any:
        if asked.path.startswith("/v1/opportunities/"):
            return {"data": _opportunity(self.applicant(asked.path.removeprefix("/v1/opportunities/")))}
        if asked.path != "/v1/postings":
            raise Refused(404)
        since, state = int(asked.query.get("updated_at_start", 0)), asked.query.get("state")
        found = [
            one
            for one in self.postings.values()
            if milliseconds(one.changed_at) >= since and state in (None, STATE[one.state])
        ]
        page, following = self.page_of(found, int(asked.query.get("offset", "%5B0%5D")[3:-3]))
        more = {"hasNext": False} if following is None else {"hasNext": True, "next": f"%5B{following}%5D"}
        return {"data": [_posting(one) for one in page], **more}


def _opportunity(one: Applicant) -> Any:
    return {
        "id": one.id,
        "name": one.name,
        "emails": [one.email],
        "contact": f"c-{one.id}",
        "stage": {"id": one.stage_id, "text": one.stage},
        "applications": [{"id": f"app-{one.id}", "type": "posting", "posting": one.job}],
        "archived": None if one.state == "active" else {"reason": "r-1", "archivedAt": milliseconds(MORNING)},
    }


def _posting(one: Posting) -> Any:
    return {
        "id": one.id,
        "text": one.title,
        "state": STATE[one.state],
        "content": {
            "descriptionHtml": f"<div>{one.text}</div>",
            "lists": [{"text": "What you bring", "content": "<li>Patience</li>"}],
            "closingHtml": "<div>Write to us.</div>",
        },
        "categories": {"location": "Rotterdam", "team": "Workshop"},
        "urls": {"show": f"https://jobs.example.com/{one.id}"},
        "updatedAt": milliseconds(one.changed_at),
    }
