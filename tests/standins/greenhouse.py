"""Greenhouse's public job board: everything at once, without a key; the HTML of a text is escaped once more."""

import html
from typing import Any

from tests.standins.vendor import Asked, Posting, Refused, Vendor, iso


class GreenhouseBoard(Vendor):
    KIND = "greenhouse"

    @property
    def api_url(self) -> str:
        return f"{self.root}/v1/boards/northwind"

    def is_authorized(self, asked: Asked) -> bool:
        return "authorization" not in asked.headers

    def answer(self, asked: Asked) -> Any:
        if asked.path != "/v1/boards/northwind/jobs":
            raise Refused(404)
        found = self.open()
        return {
            "jobs": [_job(one, asked.query.get("content") == "true") for one in found],
            "meta": {"total": len(found)},
        }


def _job(one: Posting, whole: bool) -> Any:
    told = {"id": int(one.id), "internal_job_id": 144371, "title": one.title, "updated_at": iso(one.changed_at)}
    place = {"location": {"name": "Rotterdam"}, "absolute_url": f"https://boards.example.com/{one.id}"}
    return {**told, **place, **({"content": html.escape(f"<p>{one.text}</p>")} if whole else {})}
