"""What is kept of an answer, and that no answer fills the memory."""

import gzip
import tracemalloc
import zlib

import httpx
import pytest

from tests.talentsprout.calling import AN_INTERVIEW
from worker.talentsprout.answer import MOST_BYTES, Answer, Unacceptable


def packed_as(encoding: str, body: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": encoding}, stream=httpx.ByteStream(body))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", AN_INTERVIEW),
        ("gzip", gzip.compress(AN_INTERVIEW)),
        ("X-GZip", gzip.compress(AN_INTERVIEW)),
        ("deflate", zlib.compress(AN_INTERVIEW)),
    ],
)
def test_a_whole_answer_is_unpacked(encoding, body):
    answer = Answer()
    answer.read(packed_as(encoding, body))
    assert (answer.status, bytes(answer.body), answer.complete) == (200, AN_INTERVIEW, True)


def test_a_packed_answer_without_its_end_is_incomplete():
    answer = Answer()
    answer.read(packed_as("gzip", gzip.compress(AN_INTERVIEW)[:-8]))
    assert not answer.complete


@pytest.mark.parametrize(("encoding", "body"), [("gzip", b"plain"), ("br", b"x"), ("gzip, gzip", b"x"), ("\x01", b"x")])
def test_what_cannot_be_unpacked_is_said_and_the_status_is_kept(encoding, body):
    answer = Answer()
    with pytest.raises(Unacceptable, match="packed"):
        answer.read(packed_as(encoding, body))
    assert answer.status == 200
    assert not answer.complete


def test_f18_a_bomb_takes_little_more_memory_than_the_limit():
    bomb = packed_as("gzip", gzip.compress(bytes(200_000_000)))
    answer = Answer()
    tracemalloc.start()
    with pytest.raises(Unacceptable, match="longer than"):
        answer.read(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(answer.body) == MOST_BYTES
    assert peak < 10 * MOST_BYTES
