"""Pinpoint's API: JSON:API, whose pages link to the next."""

import json
from typing import Any

from tests.standins.vendor import Asked, Posting, Vendor, iso


class PinpointApi(Vendor):
    KIND = "pinpoint"

    def is_authorized(self, asked: Asked) -> bool:
        return asked.headers.get("x-api-key") == self.key

    def announcement(self, posting: Posting) -> bytes:
        seconds = int(posting.changed_at.timestamp()) + len(self.asked)  # there is no id: the time tells events apart
        body = {"event": "job_updated", "triggeredAt": seconds, "data": {"job": {"id": int(posting.id)}}}
        return json.dumps(body).encode()

    def answer(self, asked: Asked) -> Any:
        if asked.path == "/api/v1/jobs":
            page, following = self.page_of(list(self.postings.values()), int(asked.query.get("page[number]", 0)))
            link = None if following is None else f"{self.root}/api/v1/jobs?page[number]={following}"
            return {"data": [_job(one, text=False) for one in page], "links": {"next": link}}
        return {"data": _job(self.get(asked.path.removeprefix("/api/v1/jobs/")), text=True)}


def _job(one: Posting, *, text: bool) -> Any:
    told = {"title": one.title, "status": one.state, "updated_at": iso(one.changed_at)}
    return {"id": one.id, "type": "jobs", "attributes": {**told, **({"description": one.text} if text else {})}}
