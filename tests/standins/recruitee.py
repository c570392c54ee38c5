"""Recruitee's API: the offers of a company, in one list."""

import json
from typing import Any

from tests.standins.vendor import Asked, Posting, Refused, Vendor, iso

STATUS = {"open": "published", "draft": "draft", "closed": "closed"}


class RecruiteeApi(Vendor):
    KIND = "recruitee"

    def announcement(self, posting: Posting) -> bytes:
        payload = {
            "company": {"id": int(self.ACCOUNT), "name": "Northwind"},
            "offer": {"id": int(posting.id), "title": posting.title, "kind": "job", "status": "published"},
        }
        body = {"id": 1000 + len(self.asked), "event_type": "offer_updated", "created_at": iso(posting.changed_at)}
        return json.dumps({**body, "attempt_count": 1, "payload": payload}).encode()

    def answer(self, asked: Asked) -> Any:
        start = f"/c/{self.ACCOUNT}/offers"
        if asked.path == start:
            return {"offers": [_short(one) for one in self.postings.values() if one.state != "closed"]}
        if asked.path.startswith(f"{start}/"):
            found = self.get(asked.path.removeprefix(f"{start}/"))
            texts = {"description": f"<p>{found.text}</p>", "requirements": "<p>A driving licence.</p>"}
            return {"offer": {**_short(found), **texts}}
        raise Refused(404)


def _short(one: Posting) -> Any:
    return {
        "id": int(one.id),
        "title": one.title,
        "kind": "job",
        "status": STATUS[one.state],
        "updated_at": iso(one.changed_at),
    }
