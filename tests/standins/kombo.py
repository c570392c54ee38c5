"""Kombo's API: the jobs of one integration, which a header names; a page has a cursor for the next."""

import json
from datetime import datetime
from typing import Any

from tests.standins.vendor import Asked, Posting, Refused, Vendor, iso

STATUS = {"open": "OPEN", "draft": "DRAFT", "closed": "CLOSED"}


class KomboApi(Vendor):
    KIND = "kombo"
    ACCOUNT = "workday:8d1h"

    @property
    def api_url(self) -> str:
        return f"{self.root}/v1"

    def announcement(self, posting: Posting) -> bytes:
        data = {"integration_id": self.ACCOUNT, "changed_models": [{"name": "ats_jobs"}]}
        return json.dumps({"id": f"k-{posting.id}-{len(self.asked)}", "type": "data-changed", "data": data}).encode()

    def answer(self, asked: Asked) -> Any:
        if asked.path != "/v1/ats/jobs" or asked.headers.get("x-integration-id") != self.ACCOUNT:
            raise Refused(404)
        told = asked.query.get("updated_after")
        since = datetime.fromisoformat(told) if told else None
        found = [one for one in self.postings.values() if since is None or one.changed_at > since]
        page, following = self.page_of(found, int(asked.query.get("cursor", "k0").removeprefix("k")))
        following_cursor = None if following is None else f"k{following}"
        return {"status": "success", "data": {"next": following_cursor, "results": [_job(one) for one in page]}}


def _job(one: Posting) -> Any:
    return {
        "id": one.id,
        "name": one.title,
        "description": f"<p>{one.text}</p>",
        "status": STATUS[one.state],
        "changed_at": iso(one.changed_at),
        "remote_updated_at": iso(one.changed_at),
    }
