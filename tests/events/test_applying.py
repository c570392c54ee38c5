"""An event that names a candidate by ids alone is asked about where candidates are invited at all, and its API can be."""

from pathlib import Path

import pytest

from config.settings import Source
from tests.keys import KEYS
from tests.ledger.databases import empty_ledger
from tests.sources.deliveries import NOW, source
from worker.domain.received import Received
from worker.events import reader
from worker.ledger import events
from worker.ledger.connection import Ledger
from worker.ledger.events import EventState, StoredEvent

BODY = b'{"event":"candidateStageChange","triggeredAt":1795166100311,"data":{"opportunityId":"o-1","toStageId":"s-1"}}'


def what_became(folder: Path, configured: Source, body: bytes = BODY) -> StoredEvent:
    (folder / "bridge.db").write_bytes(empty_ledger())
    ledger = Ledger(f"sqlite:///{folder}/bridge.db", keys=KEYS)
    receipt = events.Receipt("careers", "acme", Received({}, body, NOW), ("id:1",))
    (stored,) = ledger.write(lambda tx: events.store(tx, [receipt]))
    reader.read(ledger, {"careers": configured}, stored.event_id)
    found = ledger.read(lambda tx: events.get(tx, stored.event_id))
    ledger.close()
    assert found is not None
    return found


@pytest.mark.parametrize(("stage", "state"), [("s-1", EventState.READ), (None, EventState.IGNORED)])
def test_ids_alone_are_asked_about_where_somebody_is_invited_and_mean_nothing_elsewhere(
    tmp_path: Path, stage: str | None, state: EventState
) -> None:
    found = what_became(tmp_path, source("lever", "a-secret-of-this-test", stage=stage))
    assert found.state is state
    assert ("is being asked for" in (found.reason or "")) is (stage is not None)


OF_RECRUITEE = b"""{"id": 7, "event_type": "candidate_moved", "payload": {
    "candidate": {"id": 1}, "details": {"to_stage": {"id": 2, "name": "AI Interview"}}}}"""


def test_what_names_no_application_at_all_is_kept_as_unreadable(tmp_path: Path) -> None:
    found = what_became(tmp_path, source("recruitee", "a-secret-of-this-test", stage="AI Interview"), OF_RECRUITEE)
    assert found.state is EventState.UNREADABLE
    assert "no application, and no candidate for a job" in (found.reason or "")
