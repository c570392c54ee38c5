"""One person with forty canaries, in completions and in an ATS's event; and a search for them in everything a bridge keeps."""

import json
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from tests.faults.receiving.completions import JSON
from tests.web.houses import AN_ID, HOOK_TOKEN, House
from worker.events import reader
from worker.ledger import events
from worker.ledger.metadata import METADATA

EMAIL = "Canary.Person@example.org"
SESSION, OTHER_SESSION = "canary-session-0f8fad5b", "canary-session-77c1d2e3"
CANDIDATE = "canary-candidate-65f0aa11bb22"
EXTERNAL = "canary-external-id-4711"
SAID = [f"canary-said-{number:02}" for number in range(20)]
JUDGED = [f"canary-judged-{number}" for number in range(6)]
IN_ATS = [f"canary-ats-{number}" for number in range(6)]
OTHERS = [
    "canary-name",
    "+15550canary",
    "canary-recording",
    "canary-profile",
    "canary-token",
]
ALL = [EMAIL, SESSION, OTHER_SESSION, CANDIDATE, EXTERNAL, *SAID, *JUDGED, *IN_ATS, *OTHERS]
assert len(ALL) >= 40


def completion(session: str = SESSION, event: str = "interview.completed", email: str | None = EMAIL) -> bytes:
    data = {
        "interview": {"id": AN_ID, "title": "Night nurse"},
        "candidate": {
            "id": CANDIDATE,
            "fullName": "Zoë canary-name",
            "email": email,
            "phone": "+15550canary",
            "externalUserId": EXTERNAL,
            "profileUrl": "https://www.talentsprout.ai/p/canary-profile",
        },
        "session": {
            "id": session,
            "token": "canary-token",
            "completedAt": "2026-11-20T10:00:00Z",
            "recordingUrl": "https://media.example.com/canary-recording",
        },
        "scores": {"overall": 81},
        "transcript": [{"speaker": "candidate", "text": f"I say {one}."} for one in SAID],
        "evaluation": {"notes": JUDGED},
    }
    return json.dumps({"event": event, "apiVersion": "2026-01-30", "data": data}).encode()


def stage_change() -> bytes:
    """As Greenhouse sends it."""
    candidate = {
        "id": 660001,
        "first_name": IN_ATS[0],
        "last_name": IN_ATS[1],
        "email_addresses": [{"value": EMAIL.lower(), "type": "personal"}],
        "phone_numbers": [{"value": IN_ATS[2], "type": "home"}],
        "addresses": [{"value": IN_ATS[3], "type": "home"}],
        "attachments": [{"filename": "resume.pdf", "url": f"https://example.com/{IN_ATS[4]}", "type": "resume"}],
        "tags": [IN_ATS[5]],
    }
    application = {"id": 770001, "current_stage": {"id": 9001, "name": "AI Interview"}, "candidate": candidate}
    application["jobs"] = [{"id": 4410021, "name": "Night nurse"}]
    return json.dumps({"action": "candidate_stage_change", "payload": {"application": application}}).encode()


def post(house: House, body: bytes) -> str:
    """To TalentSprout's address; the event's id."""
    answer = house.client().post(f"/webhooks/talentsprout/acme/{HOOK_TOKEN}", data=body, headers=JSON)
    assert answer.status_code == 202, answer.text
    return str(answer.json["event_id"])


def read(house: House, event_id: str) -> events.StoredEvent:
    reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
    found = house.bridge.ledger.read(lambda tx: events.get(tx, event_id))
    assert found is not None
    return found


def arrive(house: House) -> list[str]:
    """All that is ever said of the person: both are read, the ATS's event too."""
    sent = [post(house, completion()), post(house, completion(OTHER_SESSION, "interview.abandoned", email=None))]
    sent.append(str(house.deliver("careers", stage_change()).json["event_id"]))
    for event_id in sent:
        read(house, event_id)
    return sent


def found_in(house: House, wanted: list[str] = ALL) -> list[str]:
    """Where a canary can be read by whoever has the disks: in files, and in the rows of a database elsewhere."""
    return [f"{one} in {place}" for place, content in _everything(house) for one in wanted if one.encode() in content]


def readable(house: House, wanted: list[str] = ALL) -> list[str]:
    """The same for who has the keys too: all rows, opened."""
    with house.bridge.ledger.engine.connect() as connection:
        rows = [
            (table.name, repr(tuple(row)).encode())
            for table in METADATA.sorted_tables
            for row in connection.execute(sa.select(table))
        ]
    return [f"{one} in {place}" for place, content in rows for one in wanted if one.encode() in content]


def _everything(house: House) -> Iterator[tuple[str, bytes]]:
    for path in house.folder.rglob("*"):
        if path.is_file() and path.name != "bridge.toml":
            yield str(path.relative_to(house.folder)), path.read_bytes()
    if not house.bridge.ledger.is_sqlite:
        with house.bridge.ledger.engine.connect() as connection:
            for name in sa.inspect(connection).get_table_names():
                for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'):
                    yield name, b" ".join(bytes(v) if isinstance(v, bytes) else repr(v).encode() for v in row)


def files_under(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
