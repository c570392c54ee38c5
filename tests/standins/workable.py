"""Workable's API: jobs by their shortcode; the text only where it is asked for; a page has the address of the next."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tests.standins.vendor import Asked, Posting, Refused, Vendor

STATE = {"open": "published", "draft": "draft", "closed": "archived"}


class WorkableApi(Vendor):
    KIND = "workable"
    has_texts_in_lists = True

    def answer(self, asked: Asked) -> Any:
        if asked.path == "/spi/v3/jobs":
            return self._list(asked)
        if asked.path.startswith("/spi/v3/jobs/"):
            return _job(self.get(asked.path.removeprefix("/spi/v3/jobs/")), text=True)
        raise Refused(404)

    def _list(self, asked: Asked) -> Any:
        told = asked.query.get("updated_after")
        since = datetime.strptime(told, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if told else None
        state = asked.query.get("state")
        found = [
            one
            for one in self.postings.values()
            if (since is None or one.changed_at > since) and state in (None, STATE[one.state])
        ]
        page, following = self.page_of(found, int(asked.query.get("since_id", 0)))
        text = self.has_texts_in_lists and "full_description" in asked.query.get("include_fields", "")
        answer: dict[str, Any] = {"jobs": [_job(one, text=text) for one in page]}
        if following is not None:
            query = urlencode({**asked.query, "since_id": following})
            answer["paging"] = {"next": f"{self.root}/spi/v3/jobs?{query}"}
        return answer


def _job(one: Posting, *, text: bool) -> Any:
    told = {"id": f"x{one.id}", "shortcode": one.id, "title": one.title, "state": STATE[one.state]}
    return {**told, "location": {"city": "Leeds"}, **({"full_description": f"<p>{one.text}</p>"} if text else {})}
