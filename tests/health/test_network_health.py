"""What the doctor sees of broker, key and public URL: faults that look alike are told apart."""

import socket
from collections.abc import Callable

import pytest

from config import ConfigError, Fault
from tests.servers import BrokerServer, valkey
from worker.assembly import Bridge
from worker.domain.outcome import Evidence
from worker.health import configuration, network, probes
from worker.health.check import State
from worker.talentsprout.verdict import Accepted, KeyRefused, Odd, OtherAccount, OutOfReach, PingAnswer

ALIVE = b'{"alive": true}\n'
Serve = Callable[[int, bytes], str]
Made = Callable[..., Bridge]


@pytest.mark.parametrize(
    ("answer", "state", "said", "key"),
    [
        (
            Accepted(("interviews:create",)),
            State.OK,
            "accepts the key tsk_xxxxxxxx…. Scopes: interviews:create.",
            "api_key",
        ),
        (Accepted(), State.OK, "accepts the key", "api_key"),
        (KeyRefused(Evidence(status=401)), State.FAIL, "refuses the key", "api_key"),
        (KeyRefused(Evidence(status=403)), State.FAIL, "lacks a scope", "api_key"),
        (OtherAccount("org-2", "org-1"), State.FAIL, "belongs to org-2 at 127.0.0.1:9, and not to org-1", "api_key"),
        (OutOfReach("no connection"), State.FAIL, "127.0.0.1:9 can't be reached: no connection", "base_url"),
        (Odd(429, "rate_limited"), State.WARN, "the budget is spent", "api_key"),
        (Odd(404, "not a ping's"), State.FAIL, "answered 404", "base_url"),
    ],
)
def test_what_a_ping_says_of_a_key(made: Made, answer: PingAnswer, state: State, said: str, key: str) -> None:
    settings = made().settings
    found = network.key(settings, settings.organizations["acme"], answer)
    assert found.state is state
    assert said in found.sentence
    assert found.place.endswith(f"bridge.toml, [organizations.acme] {key}")
    assert bool(found.remedy) is (state is not State.OK)
    assert 32 * "x" not in found.sentence


def test_a_broker_that_does_not_run_costs_latency_only(made: Made) -> None:
    found = network.broker(made().settings)
    assert found.state is State.WARN
    assert "work is found every 15 s" in found.sentence


def test_a_broker_that_answers_is_in_order(made: Made, valkey_server: BrokerServer) -> None:
    assert network.broker(made(bridge=f'broker_url = "{valkey_server.url}"').settings).state is State.OK


@pytest.mark.parametrize(
    ("options", "state", "said"),
    [
        (("--maxmemory", "2mb", "--maxmemory-policy", "allkeys-lru"), State.WARN, "allkeys-lru: it drops hints"),
        (("--requirepass", "sesame"), State.FAIL, "refuses the password, or wants one"),
    ],
)
def test_a_broker_that_will_disappoint_is_pointed_out(
    made: Made, options: tuple[str, ...], state: State, said: str
) -> None:
    with valkey() as server:
        with server.client() as client:
            for name, value in zip(options[::2], options[1::2], strict=True):
                client.config_set(name.removeprefix("--"), value)
        found = network.broker(made(bridge=f'broker_url = "{server.url}"').settings)
    assert found.state is state
    assert said in found.sentence


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9/0", "amqp://127.0.0.1:9//"])
def test_a_broker_that_is_away_is_a_fault_that_loses_nothing(made: Made, url: str) -> None:
    found = network.broker(made(bridge=f'broker_url = "{url}"').settings)
    assert found.state is State.FAIL
    assert "Nothing is lost" in found.sentence


def test_a_rabbitmq_is_in_order_when_somebody_listens(made: Made) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert network.broker(made(bridge=f'broker_url = "amqp://127.0.0.1:{port}//"').settings).state is State.OK


def test_an_open_redis_on_another_machine_is_pointed_out() -> None:
    assert "no password" in (probes.redis_weakness("redis://redis.example.com/0") or "")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(404, b"", "the answer was 404"), (200, b"<title>Welcome to nginx!</title>", "somebody else answers there")],
)
def test_a_public_url_that_leads_elsewhere_is_told(
    made: Made, serve: Serve, status: int, body: bytes, said: str
) -> None:
    found = network.public_url(made(bridge=f'public_url = "{serve(status, body)}"').settings)
    assert found.state is State.WARN
    assert said in found.sentence


def test_a_public_url_that_leads_here_is_in_order(made: Made, serve: Serve) -> None:
    assert network.public_url(made(bridge=f'public_url = "{serve(200, ALIVE)}"').settings).state is State.OK


def test_a_public_url_without_tls_is_pointed_out_and_not_asked(made: Made) -> None:
    found = network.public_url(made(bridge='public_url = "http://bridge.example.com"').settings)
    assert found.state is State.WARN
    assert "plain http" in found.sentence


def test_a_public_url_that_nobody_can_reach_is_a_fault(made: Made) -> None:
    found = network.public_url(made(bridge='public_url = "https://bridge.invalid"').settings)
    assert found.state is State.FAIL
    assert "does the proxy hand on to bind" in found.remedy


def test_a_servers_date_is_compared_where_it_gives_one(made: Made, serve: Serve) -> None:
    assert probes.date_of(serve(200, b"")) is not None
    assert probes.date_of("http://127.0.0.1:9") is None
    assert list(network.clocks(made().settings)) == []


def test_every_fault_of_a_configuration_is_a_check_with_its_place() -> None:
    error = ConfigError([Fault("bridge.toml", "bridge", "sweep", "is wrong.")])
    (found,) = configuration.misconfigured(error)
    assert (found.state, found.place) == (State.FAIL, "bridge.toml, [bridge] sweep")


def test_warnings_of_the_configuration_are_pointed_out(made: Made) -> None:
    states = [one.state for one in configuration.configuration(made().settings)]
    assert states[0] is State.OK
    assert set(states[1:]) == {State.WARN}, "the key is written out"


def test_a_folder_that_cannot_be_used_is_a_fault(made: Made) -> None:
    settings = made().settings
    assert configuration.disk(settings).state is State.OK
    settings.bridge.data_dir.rmdir()
    settings.bridge.data_dir.write_text("a file where a folder should be")
    assert configuration.disk(settings).state is State.FAIL


def test_sources_whose_postings_become_no_interviews_by_themselves_are_pointed_out(made: Made) -> None:
    text = "".join(
        f'[sources.{kind}]\nkind = "{kind}"\norganization = "acme"\nsecret = "a-secret-of-{kind}-in-these-tests"\n'
        for kind in ("greenhouse", "teamtailor", "ashby", "lever")
    )
    found = list(configuration.silent_sources(made(text).settings))
    assert [(one.name, one.state) for one in found] == [("source ashby", State.WARN), ("source lever", State.WARN)]
    assert "has no api_key to ask its API with" in found[0].sentence
    assert "announces no postings" in found[1].sentence
    assert all(one.remedy and one.place.endswith("kind") for one in found)
