"""F-37 to F-39: calls that hang, break or never begin. What may have run is unknown; what can't have run is tried again."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.generating.workshop import LONGEST_WAIT, Workshop, workshop
from tests.proxy import Stream, proxying
from tests.talentsprout.peer import Connection, Script, serving
from worker.domain.request import Code, State

DEADLINE = timedelta(seconds=1)
TOLERANCE = timedelta(seconds=1)
A_DAY = timedelta(hours=24)
SHORT: dict[str, Any] = {"deadline": "1s", "margin": "4s"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "more", "likely"),
    [
        ("hang", {}, False),
        ("created_hang", {}, False),
        ("half_close", {}, False),
        ("drip_headers", {"interval": 3}, False),
        ("garbage_status_line", {}, False),
        ("truncate", {"size": 20}, True),
        ("truncate_hang", {"size": 20}, True),
        ("drip_body", {"interval": 3}, True),
    ],
)
def test_f37_a_call_ends_at_its_deadline_and_is_unknown_likely_only_after_a_success_was_announced(
    tmp_path: Path, fault: str, more: dict[str, float], likely: bool
) -> None:
    with workshop(tmp_path, speed=60, **SHORT) as shop:
        shop.fault(fault, **more)
        lost = shop.file()
        unknown = shop.until_state("unknown")[0]
        shop.land()

        attempt = shop.attempts(lost)[0]
        assert attempt.ended_at is not None
        assert attempt.sent_at is not None
        assert attempt.ended_at - attempt.sent_at < DEADLINE + TOLERANCE
        assert attempt.evidence.get("body_done") is True
        assert bool(attempt.evidence.get("likely")) is likely
        assert unknown.because is not None
        assert unknown.because.code is (Code.UNREADABLE_ANSWER if likely else Code.NO_ANSWER)
        assert shop.stations[0].pump.flights.now() == [], "its seat is free again"
        assert len(shop.calls()) == 1, "nothing is sent again by itself"
        shop.judge()


def test_f37_a_flood_of_interim_answers_does_not_hide_the_real_one(tmp_path: Path) -> None:
    with workshop(tmp_path, **SHORT) as shop:
        shop.fault("1xx_flood")
        shop.file()
        shop.until_state("created")
        shop.judge()


def test_f37_what_hangs_is_reset_so_that_nothing_of_it_lingers(tmp_path: Path) -> None:
    def silent(connection: Connection) -> None:
        connection.read_request()
        connection.ends_within(5)

    with serving(silent) as peer, workshop(tmp_path, base_url=peer.url, deadline="300ms") as shop:
        shop.file()
        shop.until_state("unknown")
    assert peer.was_reset


@pytest.mark.parametrize("fault", ["reset_on_accept", "reset_before", "reset_after"])
def test_f38_a_reset_is_judged_by_how_far_the_request_had_got(tmp_path: Path, fault: str) -> None:
    with workshop(tmp_path) as shop:
        first = shop.file(kick=False)
        shop.stations[0].stop()  # nobody but the call that is meant takes the fault
        shop.sandbox.tell("faults", fault=fault)
        station = shop.start()
        station.pump.run("acme")
        shop.until(lambda: shop.attempts(first) and shop.attempts(first)[0].ended_at, "the first attempt ended")

        _expect_the_rule(shop, first)
        if fault == "reset_after":
            assert shop.request(first).state is State.UNKNOWN


@pytest.mark.parametrize("after", ["accepting", "the head", "the request"])
def test_f38_an_end_is_judged_by_how_far_the_request_had_got(tmp_path: Path, after: str) -> None:
    def ends(connection: Connection) -> None:
        if after == "the head":
            connection.read_head()
        if after == "the request":
            connection.read_request()

    with _before_a_sandbox(tmp_path, ends) as shop:
        first = shop.file()
        shop.until(lambda: shop.attempts(first) and shop.attempts(first)[0].ended_at, "the first attempt ended")
        if not shop.attempts(first)[0].evidence.get("body_done"):
            shop.until(lambda: shop.request(first).state is State.WAITING, "it is back in line")
        else:
            assert shop.request(first).state is State.UNKNOWN
        assert shop.calls() == []


def test_f38_every_call_has_a_connection_of_its_own(tmp_path: Path) -> None:
    with workshop(tmp_path, start=False) as shop, proxying(("127.0.0.1", shop.sandbox.port)) as proxy:
        shop.configure(base_url=f"http://127.0.0.1:{proxy.port}/api/v1")
        shop.start(shop.assemble())
        shop.file_many(5)
        shop.until_state("created", 5)

        assert proxy.accepted == len(shop.calls()) == 5


def test_f38_an_answer_that_is_cut_on_its_way_back_is_unknown(tmp_path: Path) -> None:
    with workshop(tmp_path, start=False) as shop, proxying(("127.0.0.1", shop.sandbox.port)) as proxy:
        shop.configure(base_url=f"http://127.0.0.1:{proxy.port}/api/v1")
        proxy.poison(Stream.DOWN, reset_peer=0)
        shop.start(shop.assemble())
        shop.file()
        shop.until_state("unknown")

        assert len(shop.calls(executed=True)) == 1
        shop.judge(unheard=1)


def _nobody() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"


@contextmanager
def _unreachable(how: str, shop: Workshop) -> Iterator[str]:
    match how:
        case "refused":
            yield _nobody()
        case "no such name":
            yield "https://talentsprout.invalid/api/v1"
        case "tls to a plain port":
            yield f"https://127.0.0.1:{shop.sandbox.port}/api/v1"
        case "a full backlog":
            with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
                waiting = [socket.socket() for _ in range(3)]
                for one in waiting:
                    one.setblocking(False)
                    one.connect_ex(listener.getsockname())
                yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
                for one in waiting:
                    one.close()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["refused", "no such name", "tls to a plain port", "a full backlog"])
def test_f39_what_never_reached_them_costs_no_slot_and_no_try_and_is_held_after_a_day(tmp_path: Path, how: str) -> None:
    with workshop(tmp_path, start=False, margin="2s", sweep="1h") as shop, _unreachable(how, shop) as base_url:
        shop.configure(base_url=base_url)
        shop.start(shop.assemble())
        waiting = shop.file()

        def tried_again(times: int) -> bool:
            shop.land()
            if len(shop.attempts(waiting)) >= times:
                return True
            shop.ahead += LONGEST_WAIT
            shop.kick()
            return False

        shop.until(lambda: tried_again(3), "it was tried again")
        request = shop.request(waiting)
        assert (request.state, request.failures) == (State.WAITING, 0)
        assert {one.sent_at for one in shop.attempts(waiting)} == {None}
        assert shop.budget().used == 0
        assert request.because is not None
        assert request.because.code is Code.BACKING_OFF

        shop.ahead += A_DAY
        shop.kick()
        shop.until(lambda: shop.request(waiting).state is State.HELD, "it is held after a day")
        assert shop.calls() == []


def test_f39_once_they_can_be_reached_again_all_is_made_once_and_in_order(tmp_path: Path) -> None:
    with workshop(tmp_path, start=False) as shop, proxying(("127.0.0.1", shop.sandbox.port)) as proxy:
        shop.configure(base_url=f"http://127.0.0.1:{proxy.port}/api/v1")
        proxy.down()
        shop.start(shop.assemble())
        first, *_ = shop.file_many(5)
        shop.until(lambda: shop.attempts(first), "it was tried")
        proxy.up()
        shop.land()
        shop.ahead += LONGEST_WAIT
        shop.kick()
        shop.until_state("created", 5)

        assert len(shop.calls()) == 5
        shop.judge()


def _expect_the_rule(shop: Workshop, request_id: str) -> None:
    """Done means unknown, not done means that it is tried again; nothing runs twice."""
    done = shop.attempts(request_id)[0].evidence.get("body_done")
    if done:
        assert shop.request(request_id).state is State.UNKNOWN
        assert len(shop.attempts(request_id)) == 1
    else:
        assert shop.until_settled(request_id).state is State.CREATED
    shop.judge()


@contextmanager
def _before_a_sandbox(folder: Path, script: Script) -> Iterator[Workshop]:
    """A workshop whose calls reach raw sockets."""
    with serving(script) as peer, workshop(folder, base_url=peer.url, sweep="1h") as shop:
        yield shop
