"""A delivery with very many postings is read in pieces, and an event's sentence stays one that people can read."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import Secret
from config.settings import Source
from tests.keys import KEYS
from tests.ledger.databases import empty_ledger
from worker import clock
from worker.domain.received import Received
from worker.events import reader
from worker.ledger import events, listing
from worker.ledger.connection import Ledger
from worker.ledger.events import EventState, Receipt

MANY = 175


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / "bridge.db").write_bytes(empty_ledger())
    opened = Ledger(f"sqlite:///{tmp_path}/bridge.db", keys=KEYS)
    yield opened
    opened.close()


def _source() -> Source:
    secret = Secret("a-secret-of-this-test")
    return Source(name="forms", kind="generic", organization="acme", secrets=(secret,), token_header="X-Bridge-Token")


def _stored(ledger: Ledger) -> str:
    text = "You repair bicycles, talk with customers and keep a small workshop in order."
    jobs = [{"id": number, "title": f"Job {number}", "description": f"{text} {number}"} for number in range(MANY)]
    received = Received({}, json.dumps({"jobs": jobs}).encode(), clock.wall())
    receipt = Receipt("forms", "acme", received, ("id:large",), event_id="large")
    return ledger.write(lambda tx: events.store(tx, [receipt]))[0].event_id


def _filed(ledger: Ledger) -> int:
    return sum(ledger.read(listing.counts).values())


def test_no_transaction_applies_more_than_a_piece_of_a_delivery(ledger: Ledger) -> None:
    event_id = _stored(ledger)
    begun: list[int] = []
    sa.event.listen(ledger.engine, "commit", lambda _: begun.append(1))

    reader.read(ledger, {"forms": _source()}, event_id)

    assert _filed(ledger) == MANY
    assert len(begun) >= MANY / reader.MOST_AT_ONCE


def test_the_sentence_of_a_large_delivery_is_short_and_says_how_many_more_there_are(ledger: Ledger) -> None:
    event_id = _stored(ledger)
    reader.read(ledger, {"forms": _source()}, event_id)
    event = ledger.read(lambda tx: events.get(tx, event_id))
    assert event is not None
    assert event.state is EventState.READ
    assert event.reason is not None
    assert event.reason.endswith(f"And {MANY - reader.MOST_SAID} more like these.")
    assert len(event.reason) < 500


def test_a_large_delivery_that_is_read_again_from_its_middle_doubles_nothing(ledger: Ledger) -> None:
    event_id = _stored(ledger)
    reader.read(ledger, {"forms": _source()}, event_id)
    ledger.write(lambda tx: events.reopen(tx, event_id))
    reader.read(ledger, {"forms": _source()}, event_id)
    assert _filed(ledger) == MANY
