"""Interviews: the object that every endpoint answers, and what the sandbox remembers about each."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from worker.sandbox.authoring import MODEL, questions_of, title_of
from worker.sandbox.clock import iso
from worker.sandbox.settings import IdForm, Organization, Template, TemplateUse

SHORT_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
DEFAULTS: Mapping[str, object] = {
    "job_description": "",
    "questions": [],
    "client_name": "",
    "template_id": None,
    "voice": "alloy",
    "languages": ["en"],
    "duration": 15,
    "require_video": False,
    "max_attempts": 999,
    "passing_score": 70,
    "access_type": "public",
    "redirect_url": None,
    "ai_personality": "professional",
}
ORDER = (
    "id",
    "object",
    "title",
    "job_description",
    "questions",
    "company_name",
    "client_name",
    "template_id",
    "share_link",
    "status",
    "voice",
    "languages",
    "duration",
    "require_video",
    "max_attempts",
    "passing_score",
    "access_type",
    "redirect_url",
    "ai_personality",
    "ai_generation",
    "created_at",
    "updated_at",
)


@dataclass(slots=True)
class Interview:
    """One interview. `document` is what the vendor's API shows of it; `sessions` counts who has finished or left."""

    number: int
    organization: str
    short_code: str
    created_at: float
    document: dict[str, object]
    request_id: str = ""  # empty: made in the dashboard, not by the API
    sessions: int = 0

    @property
    def id(self) -> str:
        return str(self.document["id"])

    def named(self, form: IdForm) -> str:
        match form:
            case IdForm.UUID:
                return self.id
            case IdForm.SHORT:
                return self.short_code
            case IdForm.HEX8:
                return self.id[:8]


class Interviews:
    """All of them, by id."""

    def __init__(self, public_url: str, rng: random.Random) -> None:
        self._public_url = public_url
        self._rng = rng
        self._by_id: dict[str, Interview] = {}

    def create(
        self, organization: Organization, fields: Mapping[str, object], *, at: float, request_id: str
    ) -> Interview:
        """Store what `fields` (already merged) describe, live at once as the API does it."""
        chosen = str(UUID(int=self._rng.getrandbits(128), version=4))
        whole = {
            "company_name": organization.company_name,
            **DEFAULTS,
            **fields,
            "id": chosen,
            "object": "interview",
            "share_link": f"{self._public_url}/interview/{chosen}",
            "status": "active",
            "created_at": iso(at),
            "updated_at": iso(at),
        }
        interview = Interview(
            number=len(self._by_id) + 1,
            organization=organization.name,
            short_code="c" + "".join(self._rng.choices(SHORT_ALPHABET, k=7)),
            created_at=at,
            document={name: whole[name] for name in ORDER if name in whole},
            request_id=request_id,
        )
        self._by_id[chosen] = interview
        return interview

    def find(self, name: str) -> Interview | None:
        """By id, or by either short form."""
        if found := self._by_id.get(name.lower()):
            return found
        return next((one for one in self._by_id.values() if name in (one.short_code, one.named(IdForm.HEX8))), None)

    def all(self) -> list[Interview]:
        return list(self._by_id.values())


def manual_fields(fields: Mapping[str, object], template: Template | None) -> dict[str, object]:
    """`POST /interviews`: what is explicit wins over the template."""
    return dict(template.fields if template else {}) | _known(fields)


def generated_fields(
    fields: Mapping[str, object], template: Template | None, use: TemplateUse, *, at: float
) -> dict[str, object]:
    """`POST /interviews/from-job-description`: what is explicit wins; between AI and template the vendor decides, unknown how."""
    text = str(fields["job_description"])
    title = str(fields.get("title") or title_of(text))
    written: dict[str, object] = {"title": title, "questions": questions_of(text, title)}
    saved = dict(template.fields if template else {})
    merged = written | saved if use is TemplateUse.OVER_AI else saved | written
    return merged | _known(fields) | {"ai_generation": {"model": MODEL, "generated_at": iso(at)}}


def _known(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name in DEFAULTS or name in ("title", "company_name")}
