"""F-45 to F-47: the key is refused. Nothing fails and nothing is dropped; after a ping that succeeds all goes on, in order."""

from pathlib import Path

import pytest

from tests.faults.generating.workshop import ORGANIZATION, Workshop, workshop
from worker import assembly, shown
from worker.domain.request import State
from worker.sandbox.settings import FAKE_KEY
from worker.sending import pinging

NEW_KEY = "tsk_" + "y" * 32
BATCH = 200
CREATE_ONLY = ["interviews:create"]
BOTH = [*CREATE_ONLY, "interviews:generate"]


def _keys(shop: Workshop, *keys: dict[str, object], name: str = ORGANIZATION) -> None:
    shop.sandbox.tell("settings", organizations=[{"name": name, "keys": list(keys)}])


@pytest.mark.slow
def test_f45_a_key_that_is_revoked_within_a_batch_fails_nothing_and_keeps_the_order(tmp_path: Path) -> None:
    with workshop(tmp_path, speed=60) as shop:
        filed = shop.file_many(BATCH)
        shop.until(lambda: len(shop.calls(executed=True)) >= BATCH // 2, "half of them are made")
        _keys(shop, {"key": FAKE_KEY, "revoked": True})
        shop.until(shop.pause, "the organization is paused")
        shop.until(lambda: shop.calls(tier="default"), "it was probed")
        states = {one.state for one in shop.requests()}
        _keys(shop, {"key": FAKE_KEY, "revoked": False})
        shop.until_state("created", BATCH, 60)

        refused = [one for one in shop.calls() if one["status"] == 401]
        assert 1 <= len(refused) <= 3, "only calls in flight see it"
        assert states <= {State.WAITING, State.SENDING, State.CREATED}
        claimed = sorted(filed, key=lambda one: shop.attempts(one)[-1].slot_at)
        assert claimed == filed
        assert len(shop.calls(tier="default")) <= 3, "it is probed seldom"
        shop.judge()


@pytest.mark.slow
def test_f46_a_bridge_that_is_started_with_the_new_key_goes_on_where_the_old_one_stopped(tmp_path: Path) -> None:
    with workshop(tmp_path) as shop:
        _keys(shop, {"key": FAKE_KEY, "revoked": True}, {"key": NEW_KEY})
        shop.file_many(3)
        shop.until(shop.pause, "the organization is paused")
        shop.stations[0].stop()
        shop.land()
        shop.configure(key=NEW_KEY)
        shop.start(shop.assemble())
        shop.until_state("created", 3)
        shop.judge()


def test_f46_a_worker_that_starts_with_another_key_asks_whose_it_is_before_it_sends_anything(tmp_path: Path) -> None:
    with workshop(tmp_path, start=False) as shop:
        _keys(shop, {"key": NEW_KEY}, name="somebody else")
        pinging.notice_new_keys(shop.bridge)
        pinging.ping(shop.bridge, ORGANIZATION)
        shop.configure(key=NEW_KEY)
        shop.file(kick=False)
        bridge = shop.assemble()

        assembly.prepare(bridge)
        pinging.notice_new_keys(bridge)
        shop.start(bridge)
        shop.until(lambda: "account" in shop.pause().facts, "the new key was asked about")
        shop.land()

        assert shop.calls() == []


def test_f46_the_right_account_with_another_key_goes_on_after_one_ping(tmp_path: Path) -> None:
    with workshop(tmp_path, start=False) as shop:
        _keys(shop, {"key": FAKE_KEY}, {"key": NEW_KEY})
        pinging.notice_new_keys(shop.bridge)
        pinging.notice_new_keys(shop.bridge)
        pinging.ping(shop.bridge, ORGANIZATION)
        shop.configure(key=NEW_KEY)
        shop.file(kick=False)
        bridge = shop.assemble()

        assembly.prepare(bridge)
        pinging.notice_new_keys(bridge)
        shop.start(bridge)
        shop.until_state("created", 1)

        assert len(shop.calls(tier="default")) == 2


def test_f46_the_key_of_another_organization_makes_nothing_there(tmp_path: Path) -> None:
    with workshop(tmp_path) as shop:
        _keys(shop, {"key": NEW_KEY}, name="somebody else")
        pinging.ping(shop.bridge, ORGANIZATION)
        shop.stations[0].stop()
        shop.configure(key=NEW_KEY)
        bridge = shop.assemble()
        pinging.ping(bridge, ORGANIZATION)
        station = shop.start(bridge)
        shop.file(kick=False)
        station.pump.run(ORGANIZATION)
        shop.land()

        assert "account" in shop.pause().facts
        assert shop.calls() == []


@pytest.mark.slow
def test_f47_a_key_without_the_scope_pauses_with_its_own_reason_and_is_probed_ever_more_seldom(tmp_path: Path) -> None:
    """A ping needs no scope, so it succeeds: one call alone finds out, and the next probe comes after twice the time."""
    with workshop(tmp_path) as shop:
        _keys(shop, {"key": FAKE_KEY, "scopes": CREATE_ONLY})
        filed = shop.file_many(3)
        first = shop.until(shop.pause, "the organization is paused")
        told = shop.read(lambda tx: shown.one_request(tx, shop.request(filed[0]), shop.bridge.timing))
        shop.land()  # another may have been on its way when the first was refused
        tried = len(shop.calls())
        second = shop.until(lambda: (p := shop.pause()) and p.since > first.since and p, "it is paused anew")

        assert "lacks a scope" in told["reason"]
        assert second.probe_every == 2 * first.probe_every
        assert len(shop.calls()) == tried + 1, "one call alone found out"
        _keys(shop, {"key": FAKE_KEY, "scopes": BOTH})
        shop.until_state("created", 3)
        shop.judge()
