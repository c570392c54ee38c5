"""Of people who are asked for, nothing lies about that would not go with them."""

from dataclasses import replace
from datetime import timedelta

from tests.fetching.hall import INES, Hall
from tests.standins.vendor import Status
from worker.events.fetching import BYTES_GONE
from worker.ledger import applications, candidates, events, retention
from worker.ledger.events import EventState
from worker.ledger.fetches import FetchState
from worker.policy.subjects import Names

DAY = timedelta(days=1)


def test_nobody_is_asked_about_whom_was_erased_and_nothing_is_left_of_the_question(lever_hall: Hall) -> None:
    event = lever_hall.tell_of(INES)
    lever_hall.erase(Names(ids=frozenset({INES.id})), event)
    assert lever_hall.ask_all() == 0
    assert lever_hall.vendor.asked == []
    assert lever_hall.questions() == []


def test_an_answer_that_names_somebody_who_was_erased_is_not_kept(hall: Hall) -> None:
    """The event named an id alone; the address is in the answer."""
    hall.erase(Names(emails=frozenset({INES.email})))
    event = hall.tell_of(INES)
    hall.ask_all()
    assert hall.applications() == []
    assert (hall.state(event), hall.said(event)) == (EventState.IGNORED, candidates.ERASED)
    assert hall.ledger.read(lambda tx: events.received(tx, event)) is None


def test_who_is_erased_while_the_question_is_out_is_not_noted_by_the_answer(lever_hall: Hall) -> None:
    event = lever_hall.tell_of(INES)
    lever_hall.vendor.before_answer = lambda _: lever_hall.erase(Names(ids=frozenset({INES.id})), event)
    lever_hall.ask_once()
    assert lever_hall.applications() == []
    assert lever_hall.state(event) is EventState.IGNORED


def test_a_question_names_nobody_in_the_ledger(hall: Hall) -> None:
    hall.tell_of(INES)
    assert INES.id not in repr(replace(hall.questions()[0], event_id=None))
    hall.ask_all()
    assert INES.email not in repr(hall.questions()[0])
    with hall.ledger.engine.connect() as connection:
        assert INES.id not in str(connection.exec_driver_sql("SELECT subject, announced, said FROM fetch").all())


def test_the_bytes_of_an_event_are_kept_until_it_was_asked_about(hall: Hall) -> None:
    event = hall.tell_of(INES)
    hall.vendor.then(Status(500))
    hall.ask_all()
    hall.pass_time(90 * DAY)
    before = hall.clock.now - 30 * DAY
    assert hall.ledger.write(lambda tx: retention.expire(tx, retention.Kind.EVENTS, "acme", before)) == 0
    hall.ask_all()
    assert hall.application().at_stage
    assert hall.ledger.write(lambda tx: retention.expire(tx, retention.Kind.EVENTS, "acme", before)) == 1
    assert hall.ledger.read(lambda tx: events.received(tx, event)) is None


def test_what_was_asked_goes_with_the_application(lever_hall: Hall) -> None:
    lever_hall.tell_of(INES)
    lever_hall.ask_all()
    lever_hall.ledger.write(lambda tx: applications.drop(tx, [lever_hall.application().id]))
    assert lever_hall.questions() == []


def test_an_event_whose_bytes_are_gone_asks_nobody(lever_hall: Hall) -> None:
    event = lever_hall.tell_of(INES)
    lever_hall.ledger.write(
        lambda tx: tx.conn.exec_driver_sql("DELETE FROM event_body")  # as somebody may do by hand
    )
    assert lever_hall.ask_all() == 1
    assert lever_hall.vendor.asked == []
    assert lever_hall.said(event) == BYTES_GONE
    assert lever_hall.questions()[0].state is FetchState.DONE
