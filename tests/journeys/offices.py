"""A whole account at a vendor, where a recruiter works: postings, candidates that move, and notes on both.

Only what a journey through everything needs; the notes are those of `notebooks`, the postings those of the kind's stand-in.
"""

import base64
import hmac
import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from tests.standins import notebooks
from tests.standins.ashby import AshbyApi
from tests.standins.greenhouse import GreenhouseBoard
from tests.standins.notebooks import Book
from tests.standins.vendor import Asked, Posting, Refused, Vendor, iso

STAGE = "AI Interview"


class Office(Vendor):
    """`jobs` and `candidates` are the notes on the one job and the one candidate that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs, self.candidates = Book(self.KIND), Book(self.KIND)

    def notes_answer(self, asked: Asked, book: Book) -> Any:
        body = asked.json() if asked.body else None
        vendor, _, _ = notebooks.VENDORS[self.KIND]
        status, told = vendor(book, asked.method, asked.path, dict(asked.query), body)
        if status >= 400:
            raise Refused(status)
        return told

    @abstractmethod
    def moved(self, number: int, minute: int, stage: str = STAGE) -> bytes:
        """The event, which is the `number`th, that the candidate stands at a stage since a minute."""

    @abstractmethod
    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        """The headers of an event."""


class AshbyOffice(AshbyApi, Office):
    def answer(self, asked: Asked) -> Any:
        return (
            self.notes_answer(asked, self.candidates) if asked.path.startswith("/candidate.") else super().answer(asked)
        )

    def moved(self, number: int, minute: int, stage: str = STAGE) -> bytes:
        application = {
            "id": "a-9",
            "status": "Active",
            "updatedAt": f"2026-11-20T09:{minute:02}:00.000Z",
            "candidate": {"id": "c-7", "name": "Ines Moreau"},
            "currentInterviewStage": {"id": "st-1", "title": stage},
            "job": {"id": "j-1", "title": "Bicycle mechanic"},
        }
        body = {
            "action": "candidateStageChange",
            "webhookActionId": f"m-{number}",
            "data": {"application": application},
        }
        return json.dumps(body).encode()

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {"Ashby-Signature": f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"}


class GreenhouseOffice(GreenhouseBoard, Office):
    """Its board, its tokens and Harvest at one address."""

    def __init__(self) -> None:
        super().__init__()
        self.key = notebooks.KEY

    @property
    def api_url(self) -> str:
        return self.root

    def is_authorized(self, asked: Asked) -> bool:
        login = base64.b64encode(self.key.encode()).decode()
        wanted = {"/token": f"Basic {login}", "/jobs": None}.get(asked.path, "Bearer token-of-this-test")
        return asked.headers.get("authorization") == wanted

    def answer(self, asked: Asked) -> Any:
        if asked.path == "/jobs":
            return super().answer(Asked("GET", "/v1/boards/northwind/jobs", asked.query, asked.headers, b""))
        if asked.path == "/token":
            return {"access_token": "token-of-this-test", "token_type": "Bearer"}
        return self.notes_answer(asked, self.jobs if asked.path.startswith("/v3/job_notes") else self.candidates)

    def announcement(self, posting: Posting) -> bytes:
        told = {"id": int(posting.id), "title": posting.title, "content": posting.text, "job_id": 55, "live": True}
        payload = {**told, "external": True, "updated_at": iso(posting.changed_at)}
        return json.dumps({"action": "job_post_updated", "payload": payload}).encode()

    def moved(self, number: int, minute: int, stage: str = STAGE) -> bytes:
        application = {
            "id": 9,
            "status": "active",
            "last_activity_at": f"2026-11-20T09:{minute:02}:00Z",
            "candidate": {"id": 7, "first_name": "Ines", "last_name": "Moreau", "title": f"Number {number}"},
            "current_stage": {"id": 9001, "name": stage},
            "jobs": [{"id": 55}],
        }
        return json.dumps({"action": "candidate_stage_change", "payload": {"application": application}}).encode()

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {"Signature": f"sha256 {hmac.new(secret.encode(), body, 'sha256').hexdigest()}"}
