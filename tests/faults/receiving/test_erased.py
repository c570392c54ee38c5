"""A person is erased while what is said of them is unread, in the spool, being read, to be delivered, in a backup."""

import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import Secret, settings
from tests.faults.receiving import canaries
from tests.faults.receiving.canaries import ALL, EMAIL, arrive, completion, found_in, post, read, readable
from tests.journeys.household import post as post_of_a_job
from tests.journeys.household import text
from tests.web.houses import AN_ID, House
from web.app import create_app
from web.context import of
from worker import assembly
from worker.domain.delivery import DeliveryState, Ended
from worker.ledger import audit, blinding, compaction, deliveries, events, listing, results, tombstones
from worker.ledger.connection import Ledger, Tx
from worker.ledger.delivery_tables import delivery
from worker.ledger.events import EventState
from worker.ledger.tables import request as wanted
from worker.policy import redelivery, subjects
from worker.privacy import erasing, exporting, finding, readmitting, remembering
from worker.sources import talentsprout

ERASED = "It is about somebody who was erased; nothing of it is kept."


def erase(house: House, who: str = EMAIL) -> erasing.Erasure:
    return erasing.erase(house.bridge, "ada", finding.find(house.bridge, who), who)


def replay_all(house: House) -> None:
    """Every event once more, as far as it can be read."""
    for one in house.bridge.ledger.read(lambda tx: listing.events_page(tx, listing.Filters(), 200, None)).items:
        house.write(lambda tx, one=one: events.reopen(tx, one.id))
        read(house, one.id)


EVERYTHING = (completion(), completion(canaries.OTHER_SESSION, "interview.abandoned", email=None))


def assert_gone(house: House, *sent_again: bytes) -> None:
    assert found_in(house) == []
    assert readable(house) == []
    replay_all(house)
    again = replace(house, app=create_app(house.bridge, house.wall))  # started once more
    for body in sent_again or EVERYTHING:
        found = read(again, post(again, body))
        assert (found.state, found.reason) == (EventState.IGNORED, ERASED)
    delivered = again.deliver("careers", canaries.stage_change() + b" ", **{"Greenhouse-Event-ID": "another"})
    read(again, str(delivered.json["event_id"]))
    erasing.finish(again.bridge)
    assert readable(again) == []
    assert found_in(again) == []


def test_s34_what_is_sealed_is_found_by_nobody_who_has_the_disks_alone(house: House) -> None:
    house.interview()
    arrive(house)

    assert len(set(ALL)) >= 40
    assert {one.partition(" in ")[0] for one in readable(house)} == {*ALL}
    assert found_in(house) == []
    assert house.api().get("/results").json["items"][0]["candidate"]["name"] == "Zoë canary-name"


@pytest.mark.parametrize("who", [EMAIL.upper(), canaries.SESSION, canaries.CANDIDATE, canaries.EXTERNAL])
def test_f72_everything_is_found_exported_and_erased_by_any_name(
    house: House, who: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever the person is named by, all that is known of them is exported, and afterwards nothing is left."""
    house.interview()
    arrive(house)
    found = finding.find(house.bridge, who)
    document = exporting.document(house.bridge, "ada", found, who)
    assert [one for one in ALL if one.lower() not in repr(document).lower()] == []
    assert [one["action"] for one in document["audit"]] == ["export"]

    done = erasing.erase(house.bridge, "ada", found, who)

    receipt = exporting.receipt(done, who)
    assert receipt["erased"] == {"results": 2, "applications": 1, "events": 3}
    assert {one["session_id"] for one in receipt["left_at_talentsprout"]} == {
        canaries.SESSION,
        canaries.OTHER_SESSION,
    }
    assert_gone(house)
    logged = capfd.readouterr()
    assert [one for one in ALL if one in logged.out + logged.err] == []
    second = erase(house, who)
    assert (second.results, second.earlier) == ((), done.at)


def test_f72_an_event_that_is_unread_is_never_read(house: House) -> None:
    house.interview()
    sent = post(house, completion())

    erase(house)

    found = read(house, sent)
    assert (found.state, found.reason) == (EventState.IGNORED, ERASED)
    assert_gone(house)


@contextmanager
def receipts_away(house: House) -> Iterator[None]:
    def run(statement: str) -> None:
        with house.bridge.ledger.engine.begin() as connection:
            connection.exec_driver_sql(statement)

    run("ALTER TABLE event_key RENAME TO elsewhere")
    yield
    run("ALTER TABLE elsewhere RENAME TO event_key")


def test_f72_what_lies_in_the_spool_is_stripped_when_it_is_drained(house: House) -> None:
    house.interview()
    intake = of(house.app).intake
    house.api().get("/results")  # the application has found its ledger
    with receipts_away(house):
        sent = post(house, completion())
        assert intake.spooled() == 1
        assert found_in(house) == []  # a line of the spool is sealed
        erase(house)
    house.until(lambda: not intake.spooled())

    found = read(house, sent)

    assert (found.state, found.reason) == (EventState.IGNORED, ERASED)
    assert_gone(house, completion())  # nobody ever knew of another session


def test_f72_an_erasure_waits_for_who_is_writing_and_takes_what_they_wrote(house: House) -> None:
    house.interview()
    sent = post(house, completion())
    (said,) = talentsprout.read(canaries_received(house, sent))
    written, erased = threading.Event(), threading.Event()

    def keep(tx: Tx) -> results.Kept:
        kept = results.keep(tx, "acme", sent, said.result)  # type: ignore[union-attr]  # it is a finished interview
        written.set()
        assert not erased.wait(1), "the erasure did not wait"
        return kept

    def erase_now() -> None:
        written.wait(10)
        erase(house)
        erased.set()

    with ThreadPoolExecutor(2) as pool:
        keeping, erasing_now = pool.submit(house.bridge.ledger.write, keep), pool.submit(erase_now)
        assert keeping.result(30) is results.Kept.MATCHED
        erasing_now.result(30)
    assert_gone(house)


def test_f72_who_has_read_an_event_before_the_erasure_writes_nothing_after_it(house: House) -> None:
    house.interview()
    sent = post(house, completion())
    (said,) = talentsprout.read(canaries_received(house, sent))

    erase(house)

    kept = house.write(lambda tx: results.keep(tx, "acme", sent, said.result))  # type: ignore[union-attr]  # as above
    assert kept is results.Kept.ERASED
    assert_gone(house)


def canaries_received(house: House, event_id: str):
    found = house.bridge.ledger.read(lambda tx: events.received(tx, event_id))
    assert found is not None
    return found


def with_target(house: House, *happened: str) -> House:
    """A target is told of what happened; the source keeps addresses of who is invited."""
    hook = settings.Target(
        name="crm",
        kind="webhook",
        organization="acme",
        url="https://crm.example.com/hook",
        secret=[Secret("whsec_" + "x" * 32)],
        events=happened,
    )
    house.api().get("/results")  # the application has prepared its ledger, without this target
    before = house.bridge.settings
    careers = before.sources["careers"].model_copy(
        update={"stage": "AI Interview", "personal_data": frozenset({"name", "email"})}
    )
    known = before.model_copy(update={"targets": {"crm": hook}, "sources": {**before.sources, "careers": careers}})
    house = replace(house, bridge=replace(house.bridge, settings=known))
    assembly.prepare(house.bridge)
    return house


def test_f72_what_waits_to_be_delivered_is_not_and_the_receipt_names_who_was_told(house: House) -> None:
    house = with_target(house, "result.completed", "result.abandoned")
    house.interview()
    arrive(house)

    erase(house)

    with house.bridge.ledger.engine.connect() as connection:
        states = connection.execute(sa.select(delivery.c.state)).scalars().all()
    assert states == ["cancelled", "cancelled"]
    assert readable(house) == []


@pytest.mark.parametrize("happened", ["result.completed", "candidate.invited"])
def test_f72_who_is_told_in_this_moment_is_on_the_receipt_and_their_answer_is_not_kept(
    house: House, happened: str
) -> None:
    """The courier holds a delivery while its person is erased; then the target answers with what it was told."""
    house = with_target(house, happened)
    house.interview()
    if happened == "candidate.invited":
        opened = house.deliver("careers", post_of_a_job(4410020, text()), **{"Greenhouse-Event-ID": "opened"})
        read(house, str(opened.json["event_id"]))
        there = sa.update(wanted).values(interview_id=AN_ID, state="created")
        house.write(lambda tx: tx.conn.execute(there).rowcount)
    arrive(house)
    (held,) = house.write(lambda tx: deliveries.claim(tx, "crm", "boot", timedelta(minutes=1), 4)).deliveries

    receipt = exporting.receipt(erase(house), EMAIL)

    assert [(one["id"], one["state"]) for one in receipt["left_at_targets"]] == [(held.id, "sending")]
    ended = Ended(status=500, excerpt=f"I know {canaries.OTHERS[0]}", said=f"no {canaries.OTHERS[0]}")
    step = redelivery.after(ended, 1, house.bridge.ledger.read(Tx.now), lambda _: 0.0)
    assert house.write(lambda tx: deliveries.settle(tx, held, ended, step))
    after = house.bridge.ledger.read(lambda tx: deliveries.get(tx, held.id))
    assert after is not None
    assert after.state is DeliveryState.CANCELLED
    assert readable(house) == []


def test_f72_a_backup_that_is_restored_brings_nobody_back(house: House, request: pytest.FixtureRequest) -> None:
    house.interview()
    arrive(house)
    url = backup(house, request)
    erase(house)
    restored = replace(house, bridge=replace(house.bridge, ledger=Ledger(url, keys=house.bridge.ledger.keys)))
    assert len(readable(restored)) > 40

    assert erasing.finish(restored.bridge) >= 2  # as the sweep does

    assert readable(restored) == []
    restored.bridge.ledger.close()


def backup(house: House, request: pytest.FixtureRequest) -> str:
    """A copy of the database as it is now."""
    house.bridge.ledger.close()
    url = house.bridge.ledger.url
    if not house.bridge.ledger.is_sqlite:
        return str(request.getfixturevalue("postgres_server").create_database(url))
    path = Path(url.removeprefix("sqlite:///"))
    copy = path.with_name("restored.db")
    shutil.copyfile(path, copy)
    return f"sqlite:///{copy}"


def test_f72_an_erasure_that_is_broken_off_after_its_tombstone_is_finished_by_the_sweep(house: House) -> None:
    house.interview()
    arrive(house)
    found = finding.find(house.bridge, EMAIL)
    blinds = house.bridge.ledger.read(blinding.of)
    digests = tombstones.digests(blinds, found.names)
    now = house.bridge.ledger.read(lambda tx: tx.now())
    remembering.append(house.bridge.settings.bridge.data_dir, "erasure-1", now, digests)  # and the process dies

    erasing.finish(house.bridge)

    assert_gone(house)


def nameless(number: int, candidate: int = 17, application: int = 4) -> bytes:
    """A candidate's move that names them by numbers alone."""
    application_ = {"id": application, "current_stage": {"id": 9001, "name": "AI Interview"}, "jobs": [{"id": 4410021}]}
    application_ |= {"candidate": {"id": candidate, "title": f"Number {number}"}}
    return json.dumps({"action": "candidate_stage_change", "payload": {"application": application_}}).encode()


def moved(house: House, number: int, *who: int) -> events.StoredEvent:
    sent = house.deliver("careers", nameless(number, *who), **{"Greenhouse-Event-ID": f"moved-{number}"})
    return read(house, str(sent.json["event_id"]))


def test_f72_who_is_known_by_numbers_alone_does_not_come_back_and_is_nobody_else(house: House) -> None:
    """An ATS counts its applications beside its candidates: the candidate 4 is not the application 4."""
    moved(house, 1)
    moved(house, 2, 4, 17)
    found = finding.find(house.bridge, "17")
    assert len(found.events) == 2, "it may be the number of either"
    found = finding.find(house.bridge, "application 4")
    assert len(found.events) == 1

    erasing.erase(house.bridge, "ada", found, "application 4")

    assert (moved(house, 3).state, moved(house, 4, 4, 17).state) == (EventState.IGNORED, EventState.READ)
    kept = house.bridge.ledger.read(lambda tx: listing.applications_page(tx, listing.Filters(), 50, None)).items
    assert [one.candidate_id for one in kept] == ["4"]


def test_f72_nothing_but_what_is_promised_is_left_in_files_and_nobody_trips_over_what_was_typed(house: House) -> None:
    arrive(house)
    for who in ("half \ud800 and a \x00", EMAIL):
        left = erase(house, who).left_in_files
        assert left == (None if house.bridge.ledger.is_sqlite else compaction.ON_POSTGRES)


def test_who_is_readmitted_is_kept_again_and_what_came_before_is_not(
    house: House, request: pytest.FixtureRequest
) -> None:
    house.interview()
    sent = arrive(house)
    url = backup(house, request)
    erase(house)
    assert readmitting.readmit(house.bridge, "ada", "nobody@example.org") == 0
    assert readmitting.readmit(house.bridge, "ada", EMAIL.upper()) >= 5

    assert read(house, post(house, completion("a-new-session-0001"))).state is EventState.READ
    assert moved(house, 5, 660001, 770001).state is EventState.READ
    erasing.finish(house.bridge)
    kept = house.bridge.ledger.read(lambda tx: listing.results_page(tx, listing.Filters(), 50, None)).items
    assert [one.result.session_id for one in kept] == ["a-new-session-0001"]
    restored = replace(house, bridge=replace(house.bridge, ledger=Ledger(url, keys=house.bridge.ledger.keys)))
    assert len(readable(restored)) > 40
    erasing.finish(restored.bridge)
    assert readable(restored) == []
    assert read(restored, sent[0]).reason == ERASED
    restored.bridge.ledger.close()

    again = erase(house)
    assert len(again.results) == 1
    assert read(house, post(house, completion("a-newer-session-02"))).reason == ERASED
    assert readable(house) == []


def test_an_erasure_is_audited_without_a_person(house: House) -> None:
    arrive(house)
    erase(house)
    blinds = house.bridge.ledger.read(blinding.of)
    (entry,) = house.bridge.ledger.read(lambda tx: audit.of(tx, erasing.pseudonym(blinds, EMAIL)))
    assert (entry.actor, entry.action, entry.detail["results"]) == ("ada", "erase", 2)
    assert entry.subject == erasing.pseudonym(blinds, EMAIL.lower())


def test_other_people_stay_as_they_are(house: House) -> None:
    """Also one who used the same link: what our own link gives to everybody is nobody's id."""
    house.interview()
    request_id = house.api().file()
    shared = f"spr:{request_id}"
    arrive(house)
    other = completion("another-session-of-another", email="other@example.org").replace(
        canaries.CANDIDATE.encode(), b"another-candidate-77"
    )
    other = other.replace(canaries.EXTERNAL.encode(), shared.encode())
    mine = completion("a-third-session-of-mine").replace(canaries.EXTERNAL.encode(), shared.encode())
    for body in (other, mine):
        read(house, post(house, body))
    assert subjects.personal(shared) is None

    erase(house)

    kept = house.bridge.ledger.read(lambda tx: listing.results_page(tx, listing.Filters(), 50, None)).items
    assert [one.result.candidate.email for one in kept] == ["other@example.org"]
    assert kept[0].interview_id == AN_ID


def test_a_tombstone_behind_one_that_was_cut_is_read(house: House, tmp_path: Path) -> None:
    now = house.bridge.ledger.read(Tx.now)
    (tmp_path / remembering.FILE).write_text('{"erasure": "cut", "at": "20')

    remembering.append(tmp_path, "whole", now, ["digest"])

    assert remembering.lines(tmp_path) == [remembering.Line("whole", now, ("digest",))]
