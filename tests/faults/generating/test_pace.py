"""F-40, F-41, F-44: the limiter, its distance, and others who spend the same budget. Judged by the arrivals at the sandbox."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.generating.judge import Call, most_in_a_window, pace
from tests.faults.generating.workshop import ORGANIZATION, Workshop, workshop
from tests.proxy import Proxy, Stream, proxying
from tests.talentsprout.certificates import certificate
from worker.health import stored
from worker.sandbox.settings import ForeignSpender, Limiter
from worker.talentsprout.client import tls_context

pytestmark = pytest.mark.slow
SPEED = 5.0  # a minute takes 12 seconds
WINDOW = 60 / SPEED
MOST_OF_THE_LIMIT = 0.95  # the pace is 0.992 of it; a busy machine takes its share of a run as short as these


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[ssl.SSLContext]:
    """For the server's end of a tunnel; the client of this process trusts its certificate meanwhile."""
    own = certificate()
    tls_context.cache_clear()
    tls_context().load_verify_locations(cadata=own.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.chain(tmp_path))
    yield context
    tls_context.cache_clear()


@pytest.mark.parametrize("limiter", [Limiter.LOG, Limiter.WEIGHTED, Limiter.FIXED])
def test_f40_the_pace_is_right_under_every_limiter(tmp_path: Path, limiter: Limiter) -> None:
    with workshop(tmp_path, speed=SPEED, limiter=limiter, latency=(2, 8), sweep="1s") as shop:
        shop.file_many(26)
        shop.until_state("created", 26, 40)

        shop.judge_budget(20)
        assert pace([one["body_at"] for one in shop.calls()], 20, WINDOW) > MOST_OF_THE_LIMIT
        shop.judge()


def test_f40_a_server_that_counts_more_strictly_refuses_two_calls_at_most(tmp_path: Path) -> None:
    """It does not round down: 19 of 20 is what can be had."""
    with workshop(tmp_path, speed=10, limiter=Limiter.WEIGHTED_STRICT, latency=(2, 8), sweep="1s") as shop:
        shop.file_many(66)
        shop.until_state("created", 66, 60)

        refused = [one for one in shop.calls() if one["status"] == 429]
        assert len(refused) <= 2
        checks = [one for one in stored.budgets_in_force(shop.bridge) if "answered 429" in one.sentence]
        assert bool(checks) is bool(refused), "and the doctor says so"
        shop.judge()


def test_f41_a_spread_below_the_margin_costs_no_429(tmp_path: Path) -> None:
    """The margin between any 21 calls is a 240th of the window: 50 ms of 12 s. What the machine adds counts as well."""
    calls, spread = _behind_a_way_that_gets_shorter(tmp_path, by=0.01)

    refused = [one["label"] for one in calls if one["status"] == 429]
    assert refused == [] or spread > timedelta(seconds=WINDOW) / 240, f"refused: {refused}, at a spread of {spread}"
    assert len(refused) <= 2


def test_f41_a_spread_above_the_margin_costs_no_429_either(tmp_path: Path, tls: ssl.SSLContext) -> None:
    """1.5 s of a minute, between the mark and the arrival: the handshake goes the same way."""
    calls, _ = _behind_a_way_that_gets_shorter(tmp_path, by=0.3, tls=tls)

    assert [one["label"] for one in calls if one["status"] == 429] == []


def test_f41_a_spread_that_is_another_for_each_call_costs_no_429(tmp_path: Path, tls: ssl.SSLContext) -> None:
    """Up to 1.5 s of a minute."""
    with workshop(tmp_path, speed=10, start=False, sweep="1s") as shop, _way(shop, tls) as proxy:
        proxy.poison(Stream.UP, latency=0.075, jitter=0.075)
        shop.file_many(46)
        shop.until_state("created", 46, 60)
        shop.judge()
        shop.judge_budget(20)


def test_f41_a_way_that_cannot_be_seen_costs_two_429_and_then_a_slot_in_each_window(tmp_path: Path) -> None:
    """Without TLS nothing tells how far it is; nobody is admitted beyond the limit all the same."""
    with workshop(tmp_path, speed=SPEED, start=False, sweep="1s") as shop, _way(shop) as proxy:
        proxy.poison(Stream.UP, latency=0.3)
        shop.file_many(26)
        shop.until(lambda: len(shop.calls()) >= 16, "most of a window is used")
        proxy.heal()
        shop.until_state("created", 26, 60)

        view, now = shop.budget().view, shop.read(lambda tx: tx.now())
        assert len([one for one in shop.calls() if one["status"] == 429]) in (1, 2)
        assert (view.slots(now), view.limit) == (19, 20)
        assert most_in_a_window([one["body_at"] for one in shop.calls(executed=True)], WINDOW) <= 20
        shop.judge()


def test_f41_whatever_the_spread_nothing_is_lost_and_the_server_never_admits_more(tmp_path: Path) -> None:
    with workshop(tmp_path, speed=20, start=False, sweep="1s") as shop, _way(shop) as proxy:
        proxy.poison(Stream.UP, latency=0.2, jitter=0.2)
        shop.file_many(30)
        shop.until_state("created", 30, 40)
        shop.judge()


def _behind_a_way_that_gets_shorter(
    folder: Path, by: float, tls: ssl.SSLContext | None = None
) -> tuple[list[Call], timedelta]:
    """Slow for the first calls and quick for those a window later: the worst that a spread can do.

    The calls, and the largest difference of two of them in the time between their mark and their arrival.
    """
    with workshop(folder, speed=SPEED, start=False, sweep="1s") as shop, _way(shop, tls) as proxy:
        proxy.poison(Stream.UP, latency=by)
        shop.file_many(24)
        shop.until(lambda: len(shop.calls()) >= 16, "most of a window is used")
        proxy.heal()
        shop.until_state("created", 24, 40)
        shop.judge()
        calls = shop.calls()
        assert most_in_a_window([one["body_at"] for one in calls if one["executed"]], WINDOW) <= 20
        return calls, _spread(shop, calls)


def _spread(shop: Workshop, calls: list[Call]) -> timedelta:
    arrived = {one["label"]: one["body_at"] for one in calls}
    ways = [
        arrived[f"{request.label}-{one.n}"] - one.sent_at.timestamp()
        for request in shop.requests()
        for one in shop.attempts(request.id)
        if one.sent_at
    ]
    return timedelta(seconds=max(ways) - min(ways))


@contextmanager
def _way(shop: Workshop, tls: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    """A worker that reaches the sandbox by a proxy; with `tls` the tunnel goes through it and ends beyond."""
    sandbox = ("127.0.0.1", shop.sandbox.port)
    with proxying(sandbox, tls=tls) as beyond, proxying(("127.0.0.1", beyond.port)) as proxy:
        scheme = "http://127.0.0.1" if tls is None else "https://localhost"
        shop.configure(base_url=f"{scheme}:{proxy.port}/api/v1")
        shop.start(shop.assemble())
        yield proxy


def test_f44_somebody_who_spends_half_in_bursts_starves_nobody_and_costs_few_429(tmp_path: Path) -> None:
    spender = ForeignSpender(per_window=10, burst=True)
    with workshop(tmp_path, speed=10, foreign=(spender,), sweep="1s") as shop:
        shop.file_many(100)
        shop.until(lambda: len(shop.calls(executed=True)) >= 25, "a quarter is made", 40)
        sent = shop.calls()
        refused = [one for one in sent if one["status"] == 429]
        shop.sandbox.tell("settings", organizations=[{"name": ORGANIZATION, "foreign": []}])
        window = timedelta(seconds=6)
        left_at = shop.read(lambda tx: tx.now())
        shop.until(lambda: shop.budget().view.foreign == 0, "the whole budget is ours again", 2 * 6 + 2)

        assert shop.read(lambda tx: tx.now()) - left_at < 2 * window + timedelta(seconds=1)
        assert len(refused) <= max(0.05 * len(sent), 1), f"{len(refused)} of {len(sent)} were refused"
