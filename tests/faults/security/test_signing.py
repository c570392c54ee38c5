"""Signatures: the published vectors, every way to shorten or change a tag, one answer in one time."""

import ast
import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from statistics import median, quantiles

import pytest

from config import Secret
from tests.faults.receiving.houses_on import receiver_of
from tests.faults.receiving.webs import JSON
from tests.web.houses import HOOK_TOKEN, House, sign
from web.receiver import Receiver
from worker import clock, signing, sources

ROOT = Path(__file__).parents[3]
BODY = b'{"action": "job_post_created", "payload": {"id": 7}}'
LONG_KEY = b"\xaa" * 131
LARGER = (
    b"This is a test using a larger than block-size key and a larger than block-size data. "
    b"The key needs to be hashed before "
)
# Section 4 of RFC 4231: key, data, the whole tag. Its case 5 is the one that cuts the tag to 128 bits.
VECTORS = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (
        LONG_KEY,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        LONG_KEY,
        LARGER + b"being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]
CUT_KEY, CUT_DATA, CUT_TAG = b"\x0c" * 20, b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"


def spoiled(tag: str) -> Iterator[tuple[str, str]]:
    """Every wrong tag that a sloppy check takes for the right one."""
    raw = bytes.fromhex(tag)
    yield "first bit", (bytes([raw[0] ^ 1]) + raw[1:]).hex()
    yield "last bit", (raw[:-1] + bytes([raw[-1] ^ 128])).hex()
    yield "a bit in the middle", (raw[:15] + bytes([raw[15] ^ 8]) + raw[16:]).hex()
    yield "every bit", bytes(255 - one for one in raw).hex()
    yield "empty", ""
    for size in (1, 8, 16, 31):
        yield f"the first {size} bytes", raw[:size].hex()
    yield "the last 16 bytes", raw[16:].hex()
    yield "a byte more", tag + "00"
    yield "all zeros", "00" * 32
    yield "all ones", "ff" * 32
    yield "upper case", tag.upper()
    yield "white space", f" {tag}"
    yield "a line break", f"{tag}\n"
    yield "twice", tag + tag


def key_of(raw: bytes) -> Secret:
    """As an environment variable would hold it."""
    return Secret(raw.decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(("key", "data", "tag"), VECTORS)
def test_s01_the_published_vectors_verify_and_nothing_beside_them_does(key: bytes, data: bytes, tag: str) -> None:
    """RFC 4231 through our own `verify`: the tag holds; changed, cut, longer, in other letters it doesn't; nor do other data."""
    secret = key_of(key)
    assert signing.hmac_sha256_hex(data, tag, [secret])
    wrong = [(name, one) for name, one in spoiled(tag) if one != tag]
    assert len(wrong) >= 16
    for name, one in wrong:
        assert not signing.hmac_sha256_hex(data, one, [secret]), name
    assert not signing.hmac_sha256_hex(data + b" ", tag, [secret])
    assert not signing.hmac_sha256_hex(data, tag, [key_of(key + b"k")])


def test_s01_a_tag_that_was_cut_to_128_bits_is_no_tag() -> None:
    """RFC 4231 case 5: right as far as it goes, and refused."""
    secret = key_of(CUT_KEY)
    assert signing.hex_digest(CUT_DATA, secret).startswith(CUT_TAG)
    assert not signing.hmac_sha256_hex(CUT_DATA, CUT_TAG, [secret])


@pytest.mark.parametrize(("key", "data", "_tag"), VECTORS)
def test_s01_a_spoiled_standard_webhooks_signature_is_refused(key: bytes, data: bytes, _tag: str) -> None:
    """The same keys and data as Standard Webhooks: changed bits, cut tags and other encodings are refused."""
    secret, now = Secret("whsec_" + base64.b64encode(key).decode()), datetime(2026, 11, 20, tzinfo=UTC)
    signed = signing.standard_webhooks_sign(data, [secret], delivery_id="msg_1", now=now)
    assert signing.standard_webhooks_verify(signed, data, [secret], now)
    tag = base64.b64decode(signed["webhook-signature"].removeprefix("v1,")).hex()
    for name, wrong in spoiled(tag):
        if wrong.strip().lower() == tag:
            continue
        given = signed | {"webhook-signature": "v1," + base64.b64encode(bytes.fromhex(wrong.strip())).decode()}
        assert not signing.standard_webhooks_verify(given, data, [secret], now), name


COMPARING = ("worker/signing.py", "config/secret.py", "web/sessions.py", *sorted(
    str(path.relative_to(ROOT)) for path in (ROOT / "worker/sources").glob("*.py")
))  # fmt: skip
SECRET_NAMES = {"digest", "signature", "token", "secret", "tag", "expected", "given", "theirs"}


@pytest.mark.parametrize("name", COMPARING)
def test_s01_no_secret_is_compared_by_the_equals_sign(name: str) -> None:
    """`==` tells by its time how much was right; only `hmac.compare_digest` compares what is secret."""
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            parts = [part for side in (node.left, *node.comparators) for part in ast.walk(side)]
            names = {part.id for part in parts if isinstance(part, ast.Name)}
            attributes = {part.attr for part in parts if isinstance(part, ast.Attribute)}
            assert not names & SECRET_NAMES, (name, node.lineno)
            assert not attributes & {"hexdigest", "hex", "reveal"}, (name, node.lineno)


@pytest.mark.slow
def test_s01_how_much_of_a_signature_is_right_does_not_show_in_the_time() -> None:
    """Wrong from the first digit, from the last, of another length: medians closer than one interquartile range."""
    secret = Secret("a-secret-for-tests-that-is-long-enough")
    right = signing.hex_digest(BODY, secret)
    wrong = {"first": "0" * 64, "last": right[:-1] + ("0" if right[-1] != "0" else "1"), "half": right[:32] + "0" * 32}
    assert_alike({name: lambda one=tag: signing.hmac_sha256_hex(BODY, one, [secret]) for name, tag in wrong.items()})


@pytest.mark.slow
def test_s08_a_wrong_token_and_an_unknown_organization_are_one_answer_in_one_time(house: House) -> None:
    """2,000 tries each: one 404, byte for byte, and medians closer than one interquartile range."""
    receiver: Receiver = receiver_of(house)
    now = clock.wall()
    tries = {
        "wrong token": ("acme", HOOK_TOKEN[:-1] + "x"),
        "wrong from the start": ("acme", "x" + HOOK_TOKEN[1:]),
        "unknown organization": ("nobody", HOOK_TOKEN),
        "organization without a token": ("silent", HOOK_TOKEN),
    }
    answers = [receiver.complete(*one, JSON, b"{}", now) for one in tries.values()]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
    assert_alike({name: lambda one=one: receiver.complete(*one, JSON, b"{}", now) for name, one in tries.items()})


def assert_alike(tries: Mapping[str, Callable[[], object]], count: int = 2000) -> None:
    """Taken in turns, so that whatever else the machine does hits all of them."""
    times: dict[str, list[int]] = {name: [] for name in tries}
    for _ in range(count):
        for name, one in tries.items():
            begun = time.perf_counter_ns()
            one()
            times[name].append(time.perf_counter_ns() - begun)
    spread = max(quantile[2] - quantile[0] for quantile in (quantiles(taken, n=4) for taken in times.values()))
    for one, other in product(times, times):
        assert abs(median(times[one]) - median(times[other])) <= spread, (one, other)


def test_s08_every_reason_for_a_401_is_one_401(house: House) -> None:
    """No signature, a wrong one, another source's, a stale one, a broken one: the same bytes and headers."""
    for source in ("careers", "forms", "signed"):
        assert house.deliver(source, BODY).status_code in (200, 202)
    stale = sources.named("standard").sign(
        BODY, house.source("signed"), delivery_id="x", now=clock.wall() - timedelta(hours=1)
    )
    refused = [
        ("careers", JSON),
        ("careers", sign(house.source("careers"), b"other")),
        ("careers", JSON | {"Signature": "sha256"}),
        ("forms", JSON | {"X-Bridge-Token": "wrong"}),
        ("forms", JSON),
        ("signed", stale),
        ("signed", JSON),
    ]
    answers = [house.client().post(f"/webhooks/{source}", data=BODY, headers=headers) for source, headers in refused]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1


@pytest.mark.parametrize(("seconds", "status"), [(299, 202), (-299, 202), (301, 401), (-301, 401)])
def test_s02_a_signed_time_is_good_for_300_seconds_both_ways(house: House, seconds: int, status: int) -> None:
    """± 299 s is taken, ± 301 s refused."""
    now = datetime.fromtimestamp(int(clock.wall().timestamp()), UTC)
    headers = sources.named("standard").sign(BODY, house.source("signed"), delivery_id="x", now=now)
    answer = receiver_of(house).deliver("signed", headers, BODY, now + timedelta(seconds=seconds))
    assert answer.status == status


@pytest.mark.parametrize("source", ["careers", "forms"])
def test_s02_what_was_delivered_is_known_a_year_later(house: House, source: str) -> None:
    """Digests are kept for ever: a replay after a year is a repeat."""
    headers = sign(house.source(source), BODY)
    receiver, now = receiver_of(house), clock.wall()
    first = json.loads(receiver.deliver(source, headers, BODY, now).body)
    again = json.loads(receiver.deliver(source, headers, BODY, now + timedelta(days=365)).body)
    assert again == {"event_id": first["event_id"], "duplicate": True}


@pytest.mark.parametrize(("signed_with", "status"), [("old", 200), ("new", 200), ("another", 401)])
def test_s03_two_secrets_hold_while_one_replaces_the_other(house: House, signed_with: str, status: int) -> None:
    """Rotation: the old secret and the new one verify, a third does not; unknown schemes are ignored."""
    secrets = {name: Secret(f"the-{name}-secret-that-is-long-enough") for name in ("old", "new", "another")}
    rotating = house.source("careers").model_copy(update={"secrets": (secrets["old"], secrets["new"])})
    settings = house.bridge.settings
    receiver = receiver_of(house, settings.model_copy(update={"sources": {**settings.sources, "careers": rotating}}))
    first = house.source("careers").model_copy(update={"secrets": (secrets["new"],)})
    assert receiver.deliver("careers", sign(first, b"{}", "0"), b"{}", clock.wall()).status == 200
    sender = rotating.model_copy(update={"secrets": (secrets[signed_with],)})
    assert receiver.deliver("careers", sign(sender, BODY), BODY, clock.wall()).status == status
