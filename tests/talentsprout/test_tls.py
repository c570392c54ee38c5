"""TLS: the certificate is checked, old versions are refused, and all that holds over plain connections holds here."""

import ssl
import warnings
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.talentsprout.calling import AN_INTERVIEW, KEY, NOW, PATIENT, PAYLOAD, SOON, WINDOW, call_to
from tests.talentsprout.certificates import LONG_SINCE, Certificate, certificate
from tests.talentsprout.peer import Connection, answer, answering, serving, watching
from worker.domain.outcome import NotExecuted, Remedy, Unknown
from worker.domain.request import Kind
from worker.talentsprout.client import Abandoned, call, tls_context
from worker.talentsprout.verdict import judge

TRUSTED = certificate()


@pytest.fixture(autouse=True)
def authority() -> Iterator[None]:
    """A context of this process that trusts our certificate beside certifi's bundle, for one test."""
    tls_context.cache_clear()
    tls_context().load_verify_locations(cadata=TRUSTED.certificate)
    yield
    tls_context.cache_clear()


def server_context(tmp_path, own: Certificate = TRUSTED) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.chain(tmp_path))
    return context


def test_a_call_over_tls(tmp_path):
    with serving(answering(answer(200, AN_INTERVIEW)), tls=server_context(tmp_path)) as peer:
        exchange = call_to(peer)
    assert (exchange.status, exchange.body, exchange.complete) == (200, AN_INTERVIEW, True)
    assert peer.body == PAYLOAD


@pytest.mark.parametrize("payload", [PAYLOAD, b"{" + 300_000 * b" " + b"}"])
def test_a_guard_that_abandons_leaves_no_byte_within_the_tunnel(tmp_path, payload):
    def guard() -> None:
        raise Abandoned

    with serving(watching, tls=server_context(tmp_path)) as peer:
        exchange = call(peer.url, KEY, Kind.GENERATE, payload, guard=guard, times=PATIENT)
    assert peer.received == b""
    assert exchange.abandoned
    assert exchange.connected


def dripping(connection: Connection) -> None:
    connection.read_request()
    while True:
        connection.drip(answer(200, AN_INTERVIEW))


def flooding(connection: Connection) -> None:
    connection.read_request()
    connection.flood(1000 * b"HTTP/1.1 100 Continue\r\n\r\n")


def silence(connection: Connection) -> None:
    connection.read_request()
    connection.read_to_the_end()


@pytest.mark.parametrize("script", [dripping, flooding, silence])
def test_f37_a_peer_that_does_not_finish_is_left_at_the_deadline_over_tls_too(tmp_path, script):
    with serving(script, tls=server_context(tmp_path)) as peer:
        exchange = call_to(peer, times=SOON)
    assert exchange.timed_out
    assert exchange.body_done
    assert isinstance(judge(exchange, now=NOW, window=WINDOW), Unknown)


def test_a_body_that_nobody_reads_is_left_over_tls_too(tmp_path):
    def script(connection: Connection) -> None:
        assert connection.ends_within(10)

    large = b"x" * 20_000_000
    with serving(script, tls=server_context(tmp_path), receive_buffer=4096) as peer:
        exchange = call_to(peer, payload=large, times=replace(PATIENT, deadline=SOON.deadline))
    assert exchange.timed_out
    assert not exchange.body_done
    assert peer.was_reset


def assert_not_trusted(exchange, peer) -> None:
    outcome = judge(exchange, now=NOW, window=WINDOW)
    assert isinstance(outcome, NotExecuted)
    assert outcome.remedy is Remedy.REACH
    assert peer.received == b""
    assert not exchange.connected


@pytest.mark.parametrize(
    ("own", "said"),
    [
        pytest.param(certificate(until=LONG_SINCE), "certificate", id="expired"),
        pytest.param(certificate(host="example.org"), "certificate", id="another host's"),
    ],
)
def test_s11_a_certificate_that_does_not_hold_is_refused(tmp_path, own, said):
    tls_context().load_verify_locations(cadata=own.certificate)
    with serving(watching, tls=server_context(tmp_path, own)) as peer:
        exchange = call_to(peer)
    assert_not_trusted(exchange, peer)
    assert said in (exchange.trouble or "")


def test_s11_an_authority_that_nobody_trusts_is_refused(tmp_path):
    tls_context.cache_clear()
    with serving(watching, tls=server_context(tmp_path)) as peer:
        exchange = call_to(peer)
    assert_not_trusted(exchange, peer)
    assert "certificate verify failed" in (exchange.trouble or "")


def test_s11_a_server_that_speaks_only_an_old_version_is_refused(tmp_path):
    context = server_context(tmp_path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(watching, tls=context) as peer:
        exchange = call_to(peer)
    assert_not_trusted(exchange, peer)


def test_the_context_is_one_for_the_process_and_checks_everything():
    context = tls_context()
    assert context is tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.cert_store_stats()["x509_ca"] > 100  # certifi's, and not only ours


def test_the_environment_names_no_other_authorities(tmp_path, monkeypatch):
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(TRUSTED.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    tls_context.cache_clear()
    assert tls_context().cert_store_stats()["x509_ca"] > 100
    with serving(watching, tls=server_context(tmp_path)) as peer:
        assert_not_trusted(call_to(peer), peer)
