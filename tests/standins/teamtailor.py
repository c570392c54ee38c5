"""Teamtailor's API: JSON:API, whose pages link to the next, with the texts in them."""

from typing import Any

from tests.standins.vendor import Asked, Posting, Refused, Vendor, iso

STATUS = {"open": "open", "draft": "draft", "closed": "archived"}


class TeamtailorApi(Vendor):
    KIND = "teamtailor"

    def is_authorized(self, asked: Asked) -> bool:
        is_versioned = asked.headers.get("x-api-version", "").startswith("20")
        return asked.headers.get("authorization") == f"Token token={self.key}" and is_versioned

    def answer(self, asked: Asked) -> Any:
        if asked.path != "/v1/jobs":
            raise Refused(404)
        page, following = self.page_of(list(self.postings.values()), int(asked.query.get("page[after]", 0)))
        links = {} if following is None else {"next": f"{self.root}/v1/jobs?page%5Bafter%5D={following}"}
        return {"data": [_job(one) for one in page], "links": links}


def _job(one: Posting) -> Any:
    told = {"title": one.title, "body": f"<p>{one.text}</p>", "status": STATUS[one.state]}
    return {"id": one.id, "type": "jobs", "attributes": {**told, "updated-at": iso(one.changed_at)}}
