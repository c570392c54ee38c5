"""Completions as TalentSprout sends them, for tests."""

import json
from collections.abc import Collection

from tests.web.houses import AN_ID, HOOK_TOKEN, House
from worker.events import reader
from worker.ledger import events

JSON = {"Content-Type": "application/json"}
SHORT_CODE = "c4xk9q2w"


def result_of(
    session: str, *, interview: str = AN_ID, score: object = 81, linked: str | None = None, **candidate: object
) -> bytes:
    """One body. `linked` is what its dashboard link calls the interview."""
    told: dict[str, object] = {"id": interview, "title": "Night nurse"}
    if linked is not None:
        told["dashboardUrl"] = f"https://www.talentsprout.ai/dashboard/interviews/{linked}"
    person = {"id": "65f0aa11bb22cc33dd44ee55", "fullName": "Ines Sample", **candidate}
    data = {"interview": told, "candidate": person, "session": {"id": session}, "scores": {"overall": score}}
    return json.dumps({"event": "interview.completed", "apiVersion": "2026-01-30", "data": data}).encode()


def told(
    house: House,
    body: bytes,
    *,
    organization: str = "acme",
    token: str = HOOK_TOKEN,
    dropping: Collection[str] = frozenset(),
) -> events.StoredEvent:
    """Post it and have it read; the event afterwards."""
    answer = house.client().post(f"/webhooks/talentsprout/{organization}/{token}", data=body, headers=JSON)
    assert answer.status_code == 202, answer.text
    event_id = str(answer.json["event_id"])
    reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id, dropping)
    found = house.bridge.ledger.read(lambda tx: events.get(tx, event_id))
    assert found is not None
    return found
