"""Answers that are cut, packed, endless or garbage: what is read from them, and what follows."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.talentsprout.calling import (
    AN_INTERVIEW,
    ID,
    LINK,
    call_to,
    verdict,
)
from tests.talentsprout.peer import answer, answering, serving
from worker.domain.interview import Origin
from worker.domain.outcome import Created, NotExecuted, Unknown
from worker.domain.request import Code
from worker.talentsprout.answer import MOST_BYTES


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(AN_INTERVIEW[:60], ["Content-Length: 999"], id="cut before the link"),
        pytest.param(AN_INTERVIEW, ["Content-Encoding: gzip"], id="gzip that is none"),
        pytest.param(gzip.compress(AN_INTERVIEW)[:40], ["Content-Encoding: gzip"], id="gzip, cut"),
        pytest.param(AN_INTERVIEW, ["Content-Encoding: br"], id="an encoding nobody asked for"),
        pytest.param(gzip.compress(bytes(200_000_000), 1), ["Content-Encoding: gzip"], id="gzip bomb"),
        pytest.param(b"x" * 50_000_000, [], id="50 MB"),
        pytest.param(b"", [], id="empty"),
        pytest.param(b"<html>welcome</html>", [], id="HTML"),
        pytest.param(b'{"id": "\xff\xfe"}', [], id="no UTF-8"),
        pytest.param(b'{"id": "x"}', [], id="no link"),
        pytest.param(json.dumps({"share_link": LINK}).encode(), [], id="no id"),
        pytest.param(json.dumps([{"id": ID, "share_link": LINK[:-1]}]).encode(), [], id="a list"),
        pytest.param(AN_INTERVIEW, ["Content-Length: 50"], id="longer than it says"),
    ],
)
def test_f53_a_2xx_that_cannot_be_read_is_likely_an_interview(body, headers):
    with serving(answering(answer(200, body, *headers))) as peer:
        exchange = call_to(peer)
    outcome = verdict(exchange)
    assert isinstance(outcome, Unknown)
    assert (outcome.code, outcome.evidence.likely) == (Code.UNREADABLE_ANSWER, True)
    assert outcome.evidence.trouble
    assert len(exchange.body) <= MOST_BYTES


CUT = AN_INTERVIEW[:-5]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(answer(200, CUT, "Content-Length: 999"), id="shorter than it says"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(CUT) + CUT, id="no last chunk"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n" + CUT, id="until the end of the connection"),
    ],
)
def test_an_answer_that_is_cut_after_id_and_link_is_salvaged(said):
    with serving(answering(said)) as peer:
        outcome = verdict(call_to(peer))
    assert isinstance(outcome, Created)
    assert (outcome.origin, outcome.interview.id, outcome.interview.share_link) == (Origin.SALVAGED, ID, LINK)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(answer(200, AN_INTERVIEW), id="200"),
        pytest.param(answer(201, AN_INTERVIEW), id="201"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(200, AN_INTERVIEW), id="after a 1xx"),
        pytest.param(answer(200, gzip.compress(AN_INTERVIEW), "Content-Encoding: GZIP"), id="gzip all the same"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n" + AN_INTERVIEW, id="until the end of the connection"),
        pytest.param(answer(200, AN_INTERVIEW, "Content-Length: 999"), id="whole, but shorter than it says"),
        pytest.param(answer(200, AN_INTERVIEW, "X-Odd: \xff\xfe"), id="a header that is no ASCII"),
        pytest.param(answer(200, AN_INTERVIEW, "Set-Cookie: =;=", "Location: ://"), id="headers that a browser minds"),
    ],
)
def test_a_readable_interview_is_created(said):
    with serving(answering(said)) as peer:
        exchange = call_to(peer)
    outcome = verdict(exchange)
    assert isinstance(outcome, Created)
    assert (outcome.origin, outcome.interview.id, outcome.interview.share_link) == (Origin.CREATED, ID, LINK)
    assert outcome.interview.raw["title"] == "Care"


STATUS_LINES = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.0 500", b"HTTP/1.1 1", b"HTTP/1.1 100 C", b"HTTP/1.1 307 X", b""]
)
HEADERS = st.sampled_from(
    [
        b"Content-Length: 3",
        b"Transfer-Encoding: chunked",
        b"Content-Encoding: gzip",
        b"Location: \xff",
        b"Date: x",
        b": ",
        b" ",
    ]
)
BODIES = st.binary(max_size=40) | st.sampled_from([b"3\r\nabc\r\n0\r\n\r\n", b"-1\r\n", b"\x1f\x8b", AN_INTERVIEW])


@settings(max_examples=150, deadline=None)
@given(STATUS_LINES | st.binary(max_size=20), st.lists(HEADERS | st.binary(max_size=20), max_size=4), BODIES)
def test_whatever_bytes_come_back_there_is_an_outcome(status_line, headers, body):
    with serving(answering(b"\r\n".join([status_line, *headers, b"", body]))) as peer:
        exchange = call_to(peer)
    assert exchange.body_done
    assert not isinstance(verdict(exchange), NotExecuted) or exchange.status is not None


def test_no_trouble_quotes_what_the_peer_sent():
    with serving(answering(b"HTTP/9.9 tsk_" + 32 * b"x" + b"\r\n\r\n")) as peer:
        exchange = call_to(peer)
    assert "tsk_" not in (exchange.trouble or "")
    assert "tsk_" not in repr(exchange)
