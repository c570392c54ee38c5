"""What may exist once can't exist twice: the database's constraints say so, whatever the code does."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
import sqlalchemy as sa

from tests.ledger.stage import ACME, BOLT, TEXT, Stage, meanwhile
from worker import filing
from worker.domain.received import Received
from worker.domain.request import Content, Kind
from worker.ledger import events, requests, tables
from worker.ledger.connection import Tx
from worker.ledger.requests import NewRequest
from worker.policy import identity

AT_ONCE = 8


def rows(tx: Tx, table: sa.Table) -> int:
    return int(tx.conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def again(bridge: Stage, table: sa.Table, **changes: object) -> None:
    """Insert a copy of the table's only row with `changes`: what a bug, or a second process, might try."""

    def unit(tx: Tx) -> None:
        row: Mapping[str, object] = tx.conn.execute(sa.select(table)).mappings().one()
        tx.conn.execute(table.insert().values({**row, **changes}))

    bridge.ledger.write(unit)


def test_a_deduplication_id_is_taken_once_in_an_organization(bridge: Stage) -> None:
    bridge.file(dedup="4711")

    with pytest.raises(sa.exc.IntegrityError):
        again(bridge, tables.request, id="another", label="QQQQQ")

    again(bridge, tables.request, id="another", label="QQQQQ", organization=BOLT)


def test_a_label_is_given_once(bridge: Stage) -> None:
    bridge.file(dedup="4711")

    with pytest.raises(sa.exc.IntegrityError):
        again(bridge, tables.request, id="another", dedup_key="another")


def test_a_fence_has_one_attempt(bridge: Stage) -> None:
    bridge.file()
    bridge.claim()

    with pytest.raises(sa.exc.IntegrityError):
        again(bridge, tables.attempt, id="another")

    again(bridge, tables.attempt, id="another", n=2)


def test_two_transactions_that_draw_one_label_do_not_both_get_it(bridge: Stage) -> None:
    taken = bridge.request(bridge.file()).label.removeprefix("spr-")

    def unit(tx: Tx) -> None:
        new = NewRequest(ACME, Kind.GENERATE, identity.brought("other"), "", Content(TEXT, {}, {}), 0, 20_000)
        filed = requests.insert_many(tx, [new])[new.key].request.id
        tx.conn.execute(sa.update(tables.request).where(tables.request.c.id == filed).values(label=taken))

    with pytest.raises(sa.exc.IntegrityError):
        bridge.ledger.write(unit)

    assert bridge.ask(rows, tables.request) == 1
    assert bridge.ask(rows, tables.request_content) == 1


def test_of_many_who_file_one_id_at_once_one_files_it(bridge: Stage) -> None:
    barrier = Barrier(AT_ONCE)

    def filed(_: int) -> type:
        barrier.wait()
        return type(bridge.tell(filing.file, filing.Submission(ACME, TEXT, identity=identity.brought("4711"))))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(filed, range(AT_ONCE)))

    assert sorted(found, key=str) == [filing.AlreadyFiled] * (AT_ONCE - 1) + [filing.Filed]
    assert bridge.ask(rows, tables.request) == 1


def a_receipt(bridge: Stage, *keys: str, source: str = "careers", body: bytes = b"{}") -> events.Receipt:
    return events.Receipt(source, ACME, Received({"x": "y"}, body, bridge.clock.now), keys)


def test_a_delivery_is_one_event_however_it_is_recognised(bridge: Stage) -> None:
    first = bridge.tell(events.store, [a_receipt(bridge, "id-1", "digest-1")])[0]

    same_id = bridge.tell(events.store, [a_receipt(bridge, "id-1", "digest-2")])[0]
    same_bytes = bridge.tell(events.store, [a_receipt(bridge, "id-2", "digest-1")])[0]
    other_source = bridge.tell(events.store, [a_receipt(bridge, "id-1", source="other")])[0]

    assert not first.duplicate
    assert (same_id, same_bytes) == (events.Stored(first.event_id, True),) * 2
    assert other_source.event_id != first.event_id
    assert bridge.ask(rows, tables.event) == 2


def test_a_delivery_that_stands_twice_in_a_group_is_one_event(bridge: Stage) -> None:
    group = [a_receipt(bridge, "id-1"), a_receipt(bridge, "id-2"), a_receipt(bridge, "id-1")]

    first, second, third = bridge.tell(events.store, group)

    assert third == events.Stored(first.event_id, True)
    assert second.event_id not in (first.event_id, third.event_id)
    assert bridge.ask(rows, tables.event_body) == 2


def test_a_group_in_which_another_process_was_faster_is_stored_again_from_the_start(overlapping) -> None:
    bridge, other = overlapping(), overlapping()
    ours = a_receipt(bridge, "id-0"), a_receipt(bridge, "id-1")

    def overtake() -> None:
        other.tell(events.store, [replace(ours[1], organization="theirs")])

    with meanwhile(bridge.ledger, "FROM event_key", overtake), pytest.raises(events.Contended):
        bridge.tell(events.store, ours)
    assert bridge.ask(rows, tables.event) == 1

    stored = bridge.tell(events.store, ours)
    assert [one.duplicate for one in stored] == [False, True]
    assert bridge.ask(rows, tables.event) == 2


def test_the_bytes_of_a_delivery_come_back_as_they_were(bridge: Stage) -> None:
    body = b"\xff\xfe\x00 not text \x00"

    stored = bridge.tell(events.store, [a_receipt(bridge, "id-1", body=body)])[0]

    assert bridge.ask(events.received, stored.event_id).body == body


def test_filing_the_same_again_is_the_same_request_and_other_content_is_a_conflict(bridge: Stage) -> None:
    wanted = filing.Submission(ACME, TEXT, options={"voice": "sage"}, identity=identity.brought("4711"))

    first = bridge.tell(filing.file, wanted)
    same = bridge.tell(filing.file, replace(wanted, text=f"  {TEXT}\n\n", title="Another title"))
    other_text = bridge.tell(filing.file, replace(wanted, text=TEXT + " And who sings."))
    other_options = bridge.tell(filing.file, replace(wanted, options={"voice": "coral"}))

    assert isinstance(first, filing.Filed)
    assert same == filing.AlreadyFiled(first.request)
    assert other_text == filing.Conflict(first.request)
    assert other_options == filing.Conflict(first.request)
    assert bridge.ask(requests.content, first.request.id).text == TEXT


def test_without_an_id_the_content_is_the_id(bridge: Stage) -> None:
    first = bridge.tell(filing.file, filing.Submission(ACME, TEXT))

    assert bridge.tell(filing.file, filing.Submission(ACME, TEXT)) == filing.AlreadyFiled(first.request)
    assert isinstance(bridge.tell(filing.file, filing.Submission(ACME, TEXT + "!")), filing.Filed)
    assert isinstance(bridge.tell(filing.file, filing.Submission(BOLT, TEXT)), filing.Filed)


def test_a_text_that_is_too_short_is_filed_and_held_with_the_reason(bridge: Stage) -> None:
    filed = bridge.tell(filing.file, filing.Submission(ACME, "Cook wanted."))

    assert isinstance(filed, filing.Filed)
    assert filed.request.state == "held"
    assert dict(filed.request.because.facts) == {"length": 12, "needed": 50}
