"""One attempt against a TalentSprout that misbehaves: what becomes of the request, and what is written where."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ledger.databases import Ledgers
from tests.ledger.stage import ACME
from tests.sending.shop import SPEED, Shop, opened, until
from tests.servers import PostgresServer
from worker.domain.interview import Origin
from worker.domain.request import Code, State, Tier
from worker.ledger import attempts, organizations
from worker.sandbox.settings import Seconds
from worker.sending import journal

Open = Callable[..., Shop]


def make_one(shop: Shop, **filed: object) -> str:
    """File one, claim it, make the call, in this thread."""
    request = shop.file(**filed)
    claimed = shop.caller.claim(ACME, Tier.AI)
    assert isinstance(claimed, attempts.Claimed)
    shop.caller.make(claimed)
    return request


def test_a_call_that_succeeds_leaves_the_interview_and_nothing_in_the_journal(shop: Shop, tmp_path: Path) -> None:
    request = make_one(shop)

    stored = shop.interview_of(request)
    (arrived,) = shop.arrivals()
    assert (stored.interview.id, stored.origin) == (arrived["interview_id"], Origin.CREATED)
    assert stored.interview.raw["title"]
    assert arrived["label"] == f"{shop.request(request).label}-1"
    shop.journal.settled("nothing")
    assert journal.replay(tmp_path / "journal", lambda *_: pytest.fail("its process lives"), lambda _: True) == 0


@pytest.mark.parametrize(
    ("fault", "state", "code"),
    [
        ({"fault": "status:503"}, State.WAITING, Code.BACKING_OFF),
        ({"fault": "status:429", "retry_after": "1"}, State.WAITING, None),
        ({"fault": "status:400", "param": "voice", "code": "invalid_request"}, State.HELD, Code.INVALID_OPTION),
        ({"fault": "html_502"}, State.WAITING, Code.BACKING_OFF),
        ({"fault": "redirect_307"}, State.HELD, Code.MISCONFIGURED),
        ({"fault": "garbage_200"}, State.UNKNOWN, Code.UNREADABLE_ANSWER),
        ({"fault": "200_no_share_link"}, State.UNKNOWN, Code.UNREADABLE_ANSWER),
        ({"fault": "half_close"}, State.UNKNOWN, Code.NO_ANSWER),
        ({"fault": "reset_after"}, State.UNKNOWN, Code.NO_ANSWER),
        ({"fault": "garbage_status_line"}, State.UNKNOWN, Code.NO_ANSWER),
        ({"fault": "html_504_after"}, State.UNKNOWN, Code.NO_ANSWER),
    ],
)
def test_what_becomes_of_a_request(shop: Shop, fault: dict[str, str], state: State, code: Code | None) -> None:
    shop.sandbox.tell("faults", **fault)

    request = shop.request(make_one(shop))

    assert (request.state, request.because and request.because.code) == (state, code)
    assert len(shop.arrivals()) == 1, "nothing is repeated by the client"


def test_a_peer_that_hangs_is_left_at_the_deadline_and_nobody_knows_what_it_did(open_shop: Open) -> None:
    shop = open_shop(deadline=timedelta(milliseconds=300))
    shop.sandbox.tell("faults", fault="hang")

    request = shop.request(make_one(shop))

    assert (request.state, request.because.code) == (State.UNKNOWN, Code.NO_ANSWER)


def test_a_refused_key_pauses_the_organization(shop: Shop) -> None:
    shop.revoke(revoked=True)

    request = make_one(shop)

    assert shop.state_of(request) is State.WAITING
    assert shop.bridge.ledger.read(lambda tx: organizations.paused(tx, ACME)).facts["status"] == 401


def test_an_attempt_that_lost_its_lease_while_connecting_sends_nothing(shop: Shop) -> None:
    request = shop.file()
    claimed = shop.caller.claim(ACME, Tier.AI)
    shop.caller.give_up(claimed.attempt)

    shop.caller.make(claimed)

    assert shop.arrivals() == []
    assert shop.state_of(request) is State.WAITING


def test_a_request_that_cannot_be_composed_is_held_after_some_tries_and_delays_nobody(shop: Shop) -> None:
    """Not a number is no JSON. Whatever else our own code fails on ends alike."""
    bad = shop.file(options={"duration": float("nan")})
    good = shop.file()

    shop.pump.run(ACME)
    until(lambda: shop.state_of(good) is State.CREATED, "the other one")

    until(lambda: shop.request(bad).failures == 1, "the first failure")
    assert shop.newest(bad).sent_at is None
    assert "could not be composed" in str(shop.request(bad).because.facts["trouble"])
    assert len(shop.arrivals()) == 1


def test_an_answer_for_which_the_disk_has_no_room_is_settled_all_the_same(open_shop: Open, tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "boot").symlink_to("/dev/full")
    shop = open_shop()

    request = make_one(shop)

    assert shop.state_of(request) is State.CREATED
    assert shop.interview_of(request).interview.share_link


def test_an_answer_that_comes_while_the_ledger_is_away_is_journaled_and_settled_when_it_is_back(
    postgres_ledgers: Ledgers, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with postgres_ledgers.lent() as ledger, opened(ledger, tmp_path, generating=Seconds(SPEED, SPEED)) as shop:
        request = shop.file()
        shop.pump.run(ACME)
        until(lambda: shop.newest(request).sent_at if shop.request(request).fence else None, "the sending")

        postgres_server.kill()
        line = tmp_path / "journal" / "boot"
        until(lambda: line.stat().st_size, "the line in the journal")
        postgres_server.restart()
        until(lambda: shop.pump.flights.wait(1), "the settling")

        assert shop.state_of(request) is State.CREATED
        assert shop.interview_of(request).interview.share_link in line.read_text()
        assert [one["status"] for one in shop.arrivals()] == [201]
