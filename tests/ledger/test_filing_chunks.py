"""A chunk is filed as its submissions would be, one after another: same answers, same rows, whatever is filed already."""

import threading
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.databases import empty
from tests.ledger.stage import ACME, BOLT, TEXT, Stage, everything, meanwhile, wait_until_blocked
from worker import assembly, filing, ids
from worker.domain.request import Kind, State
from worker.ledger import tables
from worker.ledger.connection import Tx
from worker.policy import identity, priority

IDENTITIES = [identity.brought("4711"), identity.brought("4712"), identity.of_posting("careers", "1", "1"), None]
SUBMISSIONS = st.lists(
    st.builds(
        filing.Submission,
        organization=st.sampled_from([ACME, BOLT]),
        text=st.sampled_from([TEXT, f"  {TEXT}\n\n", TEXT + " And who sings.", "Cook wanted.", "word " * 9000]),
        title=st.sampled_from(["", "A title", "Another title"]),
        kind=st.sampled_from(Kind),
        options=st.sampled_from([{}, {"voice": "sage"}]),
        about=st.sampled_from([{}, {"location": "Leith"}]),
        identity=st.sampled_from(IDENTITIES),
        priority=st.sampled_from([priority.LIVE, priority.BATCH]),
        source=st.sampled_from([None, "careers"]),
        job_id=st.sampled_from([None, "1"]),
    ),
    max_size=8,
)
CHANCE = {"id", "label", "request_id"}  # they differ whenever something is filed again


def seen(bridge: Stage, answers: list[filing.Answer]) -> object:
    """The answers and every row, without what is chance; in the order in which they were filed."""
    order = {one["id"]: number for number, one in enumerate(bridge.ask(everything, tables.request))}
    kinds = [(type(answer), order[answer.request.id]) for answer in answers]
    assert all(answer.request == bridge.request(answer.request.id) for answer in answers)
    tables_now = [
        [{name: value for name, value in row.items() if name not in CHANCE} for row in bridge.ask(everything, table)]
        for table in (tables.request, tables.request_content)
    ]
    return kinds, tables_now


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=SUBMISSIONS, chunk=SUBMISSIONS)
def test_a_chunk_gets_the_answers_that_its_submissions_would_get_one_by_one(bridge: Stage, before, chunk) -> None:
    found = []
    for at_once in (False, True):
        bridge.ledger.write(empty)
        assembly.prepare(bridge.bridge)
        for one in before:
            bridge.tell(filing.file, one)
        answers = bridge.tell(filing.file_many, chunk) if at_once else [bridge.tell(filing.file, one) for one in chunk]
        found.append(seen(bridge, answers))

    assert found[0] == found[1]


def test_the_rows_of_a_chunk_keep_their_order(bridge: Stage) -> None:
    chunk = [filing.Submission(ACME, TEXT, identity=identity.brought(str(number))) for number in range(300)]

    answers = bridge.tell(filing.file_many, chunk)

    shown = [answer.request.dedup_id for answer in sorted(answers, key=lambda answer: answer.request.id)]
    assert shown == [str(number) for number in range(300)]
    assert {type(answer) for answer in answers} == {filing.Filed}


def test_who_is_filed_already_is_found_in_the_state_it_is_in(bridge: Stage) -> None:
    wanted = filing.Submission(ACME, TEXT, identity=identity.brought("4711"))
    filed = bridge.tell(filing.file, wanted).request
    bridge.cancel(filed.id)

    again, new = bridge.tell(filing.file_many, [wanted, filing.Submission(BOLT, TEXT)])

    assert isinstance(again, filing.AlreadyFiled)
    assert again.request.state is State.CANCELLED
    assert isinstance(new, filing.Filed)


def test_a_label_that_another_request_has_is_drawn_again(bridge: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = bridge.request(bridge.file()).label.removeprefix("spr-")
    drawn = iter([taken, "BBBBB", "BBBBB", taken, "CCCCC", "DDDDD"])
    monkeypatch.setattr(ids, "new_label", lambda: next(drawn))
    chunk = [filing.Submission(ACME, TEXT, identity=identity.brought(str(number))) for number in range(3)]

    answers = bridge.tell(filing.file_many, chunk)

    labels = {answer.request.label for answer in answers}
    assert labels == {"spr-BBBBB", "spr-CCCCC", "spr-DDDDD"}
    assert {bridge.request(answer.request.id).label for answer in answers} == labels
    assert bridge.ask(rows, tables.request_content) == 4


def test_a_chunk_takes_few_statements_however_long_it_is(bridge: Stage) -> None:
    told = count()
    chunk = [filing.Submission(ACME, TEXT, identity=identity.brought(str(number))) for number in range(200)]
    listen = (bridge.ledger.engine, "after_cursor_execute", lambda *_: next(told))
    sa.event.listen(*listen)
    bridge.tell(filing.file_many, chunk)
    sa.event.remove(*listen)

    assert next(told) <= 4  # begin, requests, contents; perhaps the time


def test_two_chunks_with_the_same_ids_in_other_orders_do_not_wait_for_each_other_for_ever(overlapping) -> None:
    bridge, other = overlapping(), overlapping()
    chunk = [filing.Submission(ACME, TEXT, identity=identity.brought(str(number))) for number in range(50)]
    answers: list[filing.Answer] = []
    second = threading.Thread(target=lambda: answers.extend(other.tell(filing.file_many, chunk[::-1])))

    def overtaken() -> None:
        second.start()
        wait_until_blocked(bridge.ledger, second)

    with meanwhile(bridge.ledger, "INSERT INTO request ", overtaken):
        first = bridge.tell(filing.file_many, chunk)
    second.join(10)

    assert {type(answer) for answer in first} == {filing.Filed}
    assert {type(answer) for answer in answers} == {filing.AlreadyFiled}
    assert {answer.request.id for answer in answers} == {answer.request.id for answer in first}
    assert other.told == 1  # not even once from the start


def test_an_empty_chunk_is_no_chunk(bridge: Stage) -> None:
    assert bridge.tell(filing.file_many, []) == []


def rows(tx: Tx, table: sa.Table) -> int:
    return int(tx.conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
