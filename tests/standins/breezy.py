"""Breezy's API: the positions of a company, in one list that is an array."""

import json
from typing import Any

from tests.standins.vendor import Asked, Posting, Refused, Vendor, iso

STATE = {"open": "published", "draft": "draft", "closed": "closed"}


class BreezyApi(Vendor):
    KIND = "breezy"

    @property
    def api_url(self) -> str:
        return f"{self.root}/v3"

    def is_authorized(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == self.key

    def announcement(self, posting: Posting) -> bytes:
        told = {
            "company": {"_id": self.ACCOUNT, "name": "Northwind"},
            "position": {"_id": posting.id, "name": posting.title, "state": "published"},
        }
        moment = iso(posting.changed_at)
        name = "companyPositionUpdated"
        body = {"_id": f"h-{posting.id}-{len(self.asked)}", "type": name, "object": told, "creation_date": moment}
        return json.dumps(body).encode()

    def answer(self, asked: Asked) -> Any:
        start = f"/v3/company/{self.ACCOUNT}/position"
        if asked.path == f"{start}s":
            return [_short(one) for one in self.postings.values() if STATE[one.state] == asked.query["state"]]
        if asked.path.startswith(f"{start}/"):
            found = self.get(asked.path.removeprefix(f"{start}/"))
            return {**_short(found), "description": f"<p>{found.text}</p>"}
        raise Refused(404)


def _short(one: Posting) -> Any:
    return {"_id": one.id, "name": one.title, "state": STATE[one.state], "updated_date": iso(one.changed_at)}
