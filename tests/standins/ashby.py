"""Ashby's API: everything is POSTed; failures have the status 200; lists go on with a cursor."""

import base64
import json
from typing import Any

from tests.standins.vendor import Asked, Posting, Refused, Vendor, iso


class AshbyApi(Vendor):
    KIND = "ashby"

    def is_authorized(self, asked: Asked) -> bool:
        told = base64.b64encode(f"{self.key}:".encode()).decode()
        return asked.headers.get("authorization") == f"Basic {told}"

    def announcement(self, posting: Posting) -> bytes:
        told = {"id": posting.id, "title": posting.title, "jobId": "j-1", "updatedAt": iso(posting.changed_at)}
        body = {"action": "jobPostingUpdate", "webhookActionId": f"w-{posting.id}-{len(self.asked)}"}
        return json.dumps({**body, "data": {"jobPosting": told}}).encode()

    def answer(self, asked: Asked) -> Any:
        if asked.method != "POST":
            raise Refused(405)
        if asked.path == "/jobPosting.info":
            found = self.postings.get(asked.json()["jobPostingId"])
            return {"success": True, "results": _whole(found)} if found else _failure("job_posting_not_found")
        if asked.path == "/jobPosting.list":
            page, following = self.page_of(self.open(), int(asked.json().get("cursor", "c0").removeprefix("c")))
            more = {} if following is None else {"nextCursor": f"c{following}"}
            return {"success": True, "moreDataAvailable": bool(more), "results": [_short(one) for one in page], **more}
        raise Refused(404)


def _failure(error: str) -> Any:
    return {"success": False, "errors": [error]}


def _short(one: Posting) -> Any:
    return {"id": one.id, "title": one.title, "jobId": "j-1", "isListed": True, "updatedAt": iso(one.changed_at)}


def _whole(one: Posting) -> Any:
    status = "Published" if one.state == "open" else "Draft"
    return {**_short(one), "descriptionHtml": f"<p>{one.text}</p>", "status": status}
