"""`sprout deliveries`: what was told, what waits and why, and what a person decides about it."""

import pytest

from tests.cli.desk import Desk
from tests.delivery.receivers import Says, listening
from worker import assembly
from worker.domain.delivery import DeliveryCode as Code
from worker.domain.delivery import DeliveryState, Occurrence, Subjects, Trouble
from worker.domain.message import Happened
from worker.ledger import announcing, audit, deliveries
from worker.ledger.connection import Tx


@pytest.fixture
def told(desk: Desk) -> Desk:
    """One thing is to be told to a target where nobody listens."""
    desk.add_target("http://127.0.0.1:9/hook")
    assembly.prepare(desk.bridge)
    said = Occurrence(Happened.BATCH_FINISHED, "acme", "a batch", "it is done", Subjects(batch="b"))
    desk.bridge.ledger.write(lambda tx: announcing.announce(tx, said))
    return desk


def give_up(desk: Desk) -> str:
    def unit(tx: Tx) -> str:
        (held,) = deliveries.claim(tx, "crm", "boot", desk.bridge.settings.bridge.call_deadline, 1).deliveries
        deliveries.drop(tx, held, DeliveryState.FAILED, Trouble(Code.UNDELIVERABLE, {"fault": "It can't be written."}))
        return held.id

    return desk.bridge.ledger.write(unit)


def test_what_waits_is_listed_and_shown_with_its_reason(told: Desk) -> None:
    (listed,) = told.told("deliveries", "list", "--state", "waiting", "--target", "crm")["items"]
    assert (listed["event"], listed["reason_code"]) == ("batch.finished", "in_line")
    assert told.told("deliveries", "show", listed["id"][:9])["try_list"] == []
    assert "◷ waiting" in told.run("deliveries", "list").stdout
    assert told.told("deliveries", "targets")["items"][0]["waiting"] == 1
    assert told.error("deliveries", "list", "--target", "crn", status=2)["code"] == "usage"


def test_a_delivery_names_its_job_by_title_and_label(told: Desk) -> None:
    filed = told.file(title="Night nurse")
    about = Subjects(request=filed.id)
    said = Occurrence(Happened.BATCH_FINISHED, "acme", "a job", "it is made", about)
    told.bridge.ledger.write(lambda tx: announcing.announce(tx, said))
    newest, other = told.told("deliveries", "list")["items"]
    assert (newest["about"], newest["label"]) == ("Night nurse", filed.label)
    assert (other["about"], other["label"]) == ("batch b", None)
    assert "Night nurse" in told.run("deliveries", "list").stdout
    shown = told.run("deliveries", "show", newest["id"]).stdout
    assert filed.label in shown
    assert filed.id not in shown


@pytest.mark.parametrize("words", [("list", "--target", "crn"), ("pause", "crn"), ("test", "crn")])
def test_an_unknown_target_is_answered_with_each_name_once(told: Desk, words: tuple[str, ...]) -> None:
    said = told.error("deliveries", *words, status=2)["error"]
    assert said.endswith('expected "crm".')
    assert said.count("--target") == words.count("--target")


def test_a_paused_target_says_who_paused_it_and_how_to_go_on(told: Desk) -> None:
    shown = told.told("deliveries", "pause", "crm")
    assert shown["state"] == "paused"
    assert "sprout deliveries resume crm" in told.run("doctor").stdout
    assert "was paused by" in told.run("deliveries", "list").stdout
    assert told.error("deliveries", "pause", "crm")["code"] == "conflict"

    assert told.told("deliveries", "resume", "crm")["state"] == "ok"
    entries = told.bridge.ledger.read(lambda tx: audit.of(tx, "crm"))
    assert [one.action for one in entries] == ["resume target", "pause target"]


def test_what_was_given_up_is_sent_again_one_by_one_or_all(told: Desk) -> None:
    failed = give_up(told)
    shown = told.run("deliveries", "show", failed).stdout
    assert "It can't be written." in shown
    assert f"sprout deliveries resend {failed}" in shown
    assert told.told("deliveries", "recover", "--since", "1h", "--target", "crm") == {"resent": [failed]}
    assert told.told("deliveries", "recover", "--since", "1h") == {"resent": []}

    give_up(told)
    assert told.told("deliveries", "resend", failed)["state"] == "waiting"
    assert told.error("deliveries", "recover", "--since", "yesterday", status=2)["code"] == "usage"


def test_a_target_that_was_just_configured_can_be_paused_before_anything_runs(desk: Desk) -> None:
    desk.add_target("http://127.0.0.1:9/hook")
    assert desk.told("deliveries", "pause", "crm")["state"] == "paused"


def test_a_test_message_is_sent_now_signed_and_marked_and_nothing_is_stored(desk: Desk) -> None:
    with listening() as receiver:
        desk.add_target(receiver.url)
        done = desk.told("deliveries", "test", "crm", "--event", "batch.finished")
        assert (done["status"], done["event"]) == (204, "batch.finished")
        (given,) = receiver.given
        assert given.verified()["data"]["test"] is True

        receiver.answer = lambda _: Says(400, body=b"what is this?")
        refused = desk.run("deliveries", "test", "crm")
    assert refused.exit_code == 1
    assert "what is this?" in refused.stdout
    assert desk.error("deliveries", "test", "crn", status=2)["code"] == "usage"
    assert desk.told("deliveries", "list")["items"] == []
