"""Pings: is the key accepted? And what follows for an organization that is paused."""

import threading
from dataclasses import replace
from datetime import timedelta

from config import Secret
from tests.ledger.stage import ACME
from tests.sending.shop import Shop, until
from worker import operators
from worker.assembly import Bridge
from worker.domain.outcome import BudgetNews, Evidence
from worker.domain.request import Tier
from worker.ledger import attempts, audit, budgets, organizations, settling
from worker.sending import pinging
from worker.talentsprout.verdict import Accepted, KeyRefused, Odd, OtherAccount
from worker.upkeep import sweep

LEASE = timedelta(minutes=1)


def pause(shop: Shop) -> organizations.Pause | None:
    return shop.bridge.ledger.read(lambda tx: organizations.paused(tx, ACME))


def pause_now(shop: Shop) -> None:
    shop.bridge.ledger.write(lambda tx: organizations.pause(tx, ACME, {"status": 401}, timedelta(0)))


def close_for(shop: Shop, span: timedelta) -> None:
    """The default tier was just answered 429."""

    def unit(tx) -> None:
        held = attempts.claim_ping(tx, ACME, "boot", LEASE)
        settling.settle_ping(tx, held.id, Evidence(status=429), BudgetNews(closed_for=span))

    shop.bridge.ledger.write(unit)


def test_a_key_that_is_accepted(shop: Shop) -> None:
    answer = pinging.ping(shop.bridge, ACME)

    assert isinstance(answer, Accepted)
    assert [one["endpoint"] for one in shop.arrivals()] == ["ping"]
    assert shop.bridge.ledger.read(lambda tx: attempts.expired(tx, 9)) == []


def test_a_key_that_is_refused_pauses_nobody_who_is_not_sending(shop: Shop) -> None:
    shop.revoke(revoked=True)

    assert isinstance(pinging.ping(shop.bridge, ACME), KeyRefused)

    assert pause(shop) is None


def test_a_paused_organization_resumes_when_its_key_is_accepted_whoever_asked(shop: Shop) -> None:
    pause_now(shop)

    pinging.ping(shop.bridge, ACME)

    assert pause(shop) is None


def test_the_sweep_asks_when_the_time_has_come_and_not_before(shop: Shop) -> None:
    shop.bridge.ledger.write(lambda tx: organizations.pause(tx, ACME, {}, timedelta(hours=1)))

    sweep.probe_paused(shop.bridge)
    assert shop.arrivals() == []

    until(lambda: pinging.probe(shop.bridge, ACME), "a probe that found a slot resumes")
    assert pause(shop) is None


def test_a_probe_that_is_refused_doubles_the_interval(shop: Shop) -> None:
    shop.revoke(revoked=True)
    shop.bridge.ledger.write(lambda tx: organizations.pause(tx, ACME, {}, timedelta(minutes=1)))

    assert not pinging.probe(shop.bridge, ACME)

    assert pause(shop).probe_every == timedelta(minutes=2)


def test_a_ping_that_is_answered_429_closes_the_budget_of_its_tier(shop: Shop) -> None:
    shop.sandbox.tell("faults", fault="status:429", retry_after="60")

    assert isinstance(pinging.ping(shop.bridge, ACME), Odd)

    now = shop.bridge.ledger.read(lambda tx: tx.now())
    closed = shop.bridge.ledger.read(lambda tx: budgets.view(tx, ACME, Tier.DEFAULT, now)).closed_until
    assert closed is not None
    assert closed > now


def test_a_probe_without_a_slot_does_not_hold_up_the_sweep(shop: Shop) -> None:
    """It comes again at the next one. A tier may be closed for a quarter of an hour."""
    close_for(shop, timedelta(minutes=15))
    pause_now(shop)
    before = pause(shop)
    sweeping = threading.Thread(target=sweep.probe_paused, args=(shop.bridge,), daemon=True)

    sweeping.start()
    sweeping.join(20)

    assert not sweeping.is_alive()
    assert shop.arrivals() == []
    assert pause(shop) == before


def test_a_ping_waits_for_its_slot(shop: Shop) -> None:
    close_for(shop, timedelta(milliseconds=200))

    assert isinstance(pinging.ping(shop.bridge, ACME), Accepted)


def test_a_ping_waits_for_an_answer_no_longer_than_it_must() -> None:
    """Sweeps wait for it, and calls have minutes."""
    assert timedelta(seconds=5) <= pinging.LONGEST_PING <= timedelta(seconds=15)


def with_another_key(shop: Shop) -> Bridge:
    """The same bridge, with the key of another organization of TalentSprout's."""
    key = "tsk_" + "y" * 32
    shop.sandbox.tell("settings", organizations=[{"name": "elsewhere", "keys": [{"key": key}]}])
    acme = shop.bridge.settings.organizations[ACME].model_copy(update={"api_key": Secret(key)})
    settings = shop.bridge.settings.model_copy(update={"organizations": {ACME: acme}})
    return replace(shop.bridge, settings=settings)


def test_a_key_of_another_organization_pauses_and_names_both(shop: Shop) -> None:
    first = pinging.ping(shop.bridge, ACME)
    assert isinstance(first, Accepted)
    answer = pinging.ping(with_another_key(shop), ACME)

    assert isinstance(answer, OtherAccount)
    assert (answer.known, answer.account != answer.known) == (first.organization_id, True)
    paused = pause(shop)
    assert paused is not None
    assert paused.facts == {"account": answer.account, "known_account": answer.known}


def test_a_probe_of_an_organization_whose_key_was_refused_notices_another_one_too(shop: Shop) -> None:
    pinging.ping(shop.bridge, ACME)
    pause_now(shop)

    bridge = with_another_key(shop)

    def is_noticed() -> bool:
        assert not pinging.probe(bridge, ACME)
        paused = pause(shop)
        return paused is not None and "known_account" in paused.facts

    until(is_noticed, "a probe that found a slot notices")


def test_another_organization_that_a_person_trusts_is_the_known_one_and_sending_resumes(shop: Shop) -> None:
    pinging.ping(shop.bridge, ACME)
    bridge = with_another_key(shop)
    answer = pinging.ping(bridge, ACME)
    assert isinstance(answer, OtherAccount)

    shop.bridge.ledger.write(lambda tx: operators.trust_account(tx, operators.Person("ada"), ACME, answer.account))

    assert isinstance(pinging.ping(bridge, ACME), Accepted)
    assert pause(shop) is None
    assert [one.actor for one in shop.bridge.ledger.read(lambda tx: audit.of(tx, ACME))] == ["ada"]


def test_the_known_organization_s_key_resumes_what_another_one_s_has_paused(shop: Shop) -> None:
    pinging.ping(shop.bridge, ACME)
    pinging.ping(with_another_key(shop), ACME)

    until(lambda: pinging.probe(shop.bridge, ACME), "a probe that found a slot resumes")
    assert pause(shop) is None
