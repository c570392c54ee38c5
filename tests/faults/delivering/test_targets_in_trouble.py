"""F-70: targets that are down, slow, gone, moved, not who they say they are, or not out there. What is to be told waits, says why
and until when, and nothing else waits for it.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.delivery.office import Office
from tests.delivery.offices import OpenOffice
from tests.delivery.receivers import SECRET, Given, Receiver, Says
from tests.faults.generating.workshop import workshop
from tests.ledger.stage import created
from tests.outbound.wires import Wire
from tests.talentsprout.certificates import LONG_SINCE, Certificate, certificate
from tests.talentsprout.peer import answer, answering, serving
from worker import assembly
from worker.domain.call import Call
from worker.domain.delivery import DeliveryState
from worker.outbound import Answer, Outbound
from worker.outbound.client import tls_context

DAY = timedelta(days=1)
SOON = timedelta(seconds=6)
PUBLIC, INSIDE = "93.184.215.14", "10.11.12.13"
NAMED = "https://crm.example.com/hook"
MOST_AT_ONCE = 4  # deliveries under way to one target
TARGET = """
[targets.crm]
kind = "webhook"
organization = "acme"
url = "{url}"
secret = "{secret}"
events = ["interview.created"]
"""


def make_one(office: Office) -> None:
    """An interview, of which the target is to be told."""
    office.stage.file()
    office.stage.settle(office.stage.send(), created())


def told_after_a_first_try(office: Office) -> dict[str, object]:
    make_one(office)
    office.carry()
    return office.shown(office.only().id)


@pytest.fixture
def trusted() -> Iterator[Callable[[Certificate], None]]:
    tls_context.cache_clear()
    yield lambda own: tls_context().load_verify_locations(cadata=own.certificate)
    tls_context.cache_clear()


@pytest.mark.parametrize("status", [400, 404, 408, 425, 429, 500, 503])
def test_f70_an_answer_that_is_no_success_is_tried_again(office: Office, receiver: Receiver, status: int) -> None:
    """A 4xx as well as a 5xx: as Standard Webhooks has it, because people mend their receivers."""
    receiver.answer = lambda _: Says(status, body=b"not now, ada@example.org")
    shown = told_after_a_first_try(office)
    assert (shown["state"], shown["reason_code"]) == ("waiting", "backing_off")
    assert shown["reason"].startswith(f"crm answered {status}. Trying again at 09:00 UTC, try 2 of 10.")
    assert shown["try_list"][0]["excerpt"] == "not now, ***", "an address is not kept"

    receiver.answer = lambda _: Says()
    office.stage.pass_time(SOON)
    office.carry()
    assert office.only().state is DeliveryState.DELIVERED
    assert len(set(receiver.ids)) == 1


def test_f70_a_target_that_was_down_for_a_day_gets_everything_in_order(office: Office, receiver: Receiver) -> None:
    """By the schedule's own time: nobody has to do anything, and each job's story is told from its beginning."""
    receiver.answer = lambda _: Says(503)
    began = office.stage.clock.now
    for _ in range(3):
        make_one(office)
    wait = office.carry()
    while wait is not None and office.stage.clock.now - began < DAY:
        office.stage.pass_time(wait)
        wait = office.carry()
    assert set(office.states()) == {DeliveryState.WAITING}
    assert office.target()["state"] == "failing"

    receiver.given.clear()
    receiver.answer = lambda _: Says()
    while wait is not None:
        office.stage.pass_time(wait)
        wait = office.carry()
    assert set(office.states()) == {DeliveryState.DELIVERED}
    assert sorted(receiver.ids) == [one.id for one in office.all()], "each once"
    assert office.target()["state"] == "ok"


def test_f70_a_target_that_stays_down_is_given_up_after_three_days_and_recovered_by_a_word(
    office: Office, receiver: Receiver
) -> None:
    """The delivery rests as failed, its target is paused, and both say what to do."""
    receiver.answer = lambda _: Says(500)
    make_one(office)
    began = office.stage.clock.now
    while (wait := office.carry()) is not None:
        office.stage.pass_time(wait)
    assert timedelta(days=3) < office.stage.clock.now - began < timedelta(days=4)
    shown = office.shown(office.only().id)
    assert (shown["state"], shown["reason_code"]) == ("failed", "attempts_used")
    assert shown["reason"] == "crm answered 500. All 10 tries are used up."
    assert len(receiver.given) == 10
    assert "because nothing has reached it for three days" in office.target()["reason"]


def test_f70_a_target_that_says_gone_gets_nothing_more(office: Office, receiver: Receiver) -> None:
    """410 pauses it; what waits is kept until a person resumes it."""
    receiver.answer = lambda _: Says(410)
    shown = told_after_a_first_try(office)
    assert (shown["state"], shown["reason_code"]) == ("waiting", "destination_paused")
    assert shown["reason"].startswith("crm was paused at ")
    assert ", because it answered 410: it wants no more deliveries. Nothing is lost" in shown["reason"]
    assert shown["action"] == "To go on: sprout deliveries resume crm"
    make_one(office)
    office.stage.pass_time(DAY)
    assert office.carry() is None
    assert len(receiver.given) == 1


@pytest.mark.parametrize(
    ("body", "headers"), [(b"<html>" + 100_000 * b"x", {}), (b"\x00\xff", {"Content-Encoding": "gzip"}), (b"\xff", {})]
)
@pytest.mark.parametrize(("status", "state"), [(200, "delivered"), (503, "waiting")])
def test_f70_the_status_counts_and_not_what_follows_it(
    office: Office, receiver: Receiver, body: bytes, headers: dict[str, str], status: int, state: str
) -> None:
    """Garbage, or more than anybody reads: a page of a catch-all site, say."""
    receiver.answer = lambda _: Says(status, headers, body)

    assert told_after_a_first_try(office)["state"] == state
    assert len(receiver.given) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_f70_a_redirect_is_not_followed(office: Office, receiver: Receiver, status: int) -> None:
    """It fails at once: only a person can put another address into the configuration."""
    elsewhere = receiver.url.replace("/hook", "/elsewhere")
    receiver.answer = lambda _: Says(status, {"Location": elsewhere})
    shown = told_after_a_first_try(office)
    assert (shown["state"], shown["reason_code"]) == ("failed", "destination_refused")
    assert shown["reason"] == f"crm answered {status}. That leads elsewhere, and redirects are not followed."
    assert "sprout deliveries resend" in shown["action"]
    assert [one.path for one in receiver.given] == ["/hook"]


def test_f70_what_the_target_asks_for_is_granted(office: Office, receiver: Receiver) -> None:
    """Retry-After holds for everything that goes there, and never for more than a day."""
    receiver.answer = lambda _: Says(429, {"Retry-After": "7200"})
    shown = told_after_a_first_try(office)
    assert shown["eta"] == "2026-11-24T11:00:00.000Z"
    make_one(office)
    assert office.carry() is not None
    assert len(receiver.given) == 1

    receiver.answer = lambda _: Says(503, {"Retry-After": "999999999"})
    office.stage.pass_time(timedelta(hours=2))
    assert office.carry() is not None
    assert office.standing().not_before == office.stage.clock.now + DAY


class Impatient(Outbound):
    """The usual wire with less time."""

    def make(self, call: Call, **more: object) -> Answer:
        return super().make(call, **{**more, "deadline": timedelta(milliseconds=200)})


def test_f70_a_slow_target_is_cut_off_and_tried_again(open_office: OpenOffice, receiver: Receiver) -> None:
    """An absolute deadline: one that drips holds nothing for longer."""
    office = open_office(receiver.url, Impatient())
    free = threading.Event()

    def wait(_given: Given) -> Says:
        free.wait(20)
        return Says()

    receiver.answer = wait
    began = time.monotonic()
    shown = told_after_a_first_try(office)
    free.set()
    assert time.monotonic() - began < 10
    assert (shown["state"], shown["reason_code"]) == ("waiting", "backing_off")
    assert "was not done within 0.2 s." in shown["reason"]


def test_f70_a_target_that_hangs_holds_up_no_generation(tmp_path: Path, receiver: Receiver) -> None:
    """It has a first message and does not answer: every interview is made meanwhile, and told of once it does."""
    free = threading.Event()

    def wait(_given: Given) -> Says:
        free.wait(20)
        return Says()

    receiver.answer = wait
    with workshop(tmp_path, start=False) as shop:
        with shop.path.open("a") as file:
            file.write(TARGET.format(url=receiver.url, secret=SECRET))
        bridge = shop.assemble()
        assembly.prepare(bridge)
        shop.start(bridge)
        try:
            shop.file()
            shop.until(lambda: receiver.given, "the target was told of the first")
            shop.file_many(3)
            made = shop.until_state("created", 4)
            assert len(receiver.given) <= MOST_AT_ONCE
        finally:
            free.set()
        shop.until(lambda: len(set(receiver.ids)) == len(made), "all are told of")
        shop.judge()


def test_f70_nobody_listens(open_office: OpenOffice) -> None:
    """The fault's own sentence is shown, and the delivery waits."""
    shown = told_after_a_first_try(open_office("http://127.0.0.1:9/hook"))
    assert shown["state"] == "waiting"
    assert shown["reason"].startswith("No connection to 127.0.0.1:9")


def test_f70_a_name_that_leads_inside_gets_no_connection(open_office: OpenOffice) -> None:
    """A target is a stranger's word to the network, too: no address but a public one, or loopback that was configured so."""
    wire = Wire(Answer(204))
    outbound = Outbound(lambda _host, _port: [INSIDE], wire)
    shown = told_after_a_first_try(open_office(NAMED, outbound))
    assert shown["state"] == "waiting"
    assert shown["reason"].startswith(f"crm.example.com at {INSIDE} is not called: that is no public address.")
    assert wire.requests == []


def test_f70_a_name_that_changes_between_look_up_and_connection_gains_nothing(open_office: OpenOffice) -> None:
    """It is looked up once for a call, and the call goes to the address that was checked."""
    answers = iter([[PUBLIC], [INSIDE]])
    wire = Wire(Answer(204))
    office = open_office(NAMED, Outbound(lambda _host, _port: next(answers), wire))
    make_one(office)
    office.carry()
    assert office.only().state is DeliveryState.DELIVERED
    assert [(one.url.host, one.headers["host"]) for one in wire.requests] == [(PUBLIC, "crm.example.com")]

    make_one(office)
    office.carry()
    assert len(wire.requests) == 1
    assert office.states()[-1] is DeliveryState.WAITING


def test_f70_an_expired_certificate_is_no_target(tmp_path: Path, open_office: OpenOffice, trusted) -> None:
    """Nothing is sent to whoever can't prove who they are; it is tried again, because certificates are renewed."""
    own = certificate(until=LONG_SINCE)
    trusted(own)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.chain(tmp_path))
    with serving(answering(answer(204, b"")), tls=context) as peer:
        shown = told_after_a_first_try(open_office(f"{peer.url}/hook"))
        assert peer.received == b""
    assert shown["state"] == "waiting"
    assert "certificate has expired" in shown["reason"]
