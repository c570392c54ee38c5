"""Forged, stale and clumsy signatures. The right ones here are made with the standard library, not with our own code."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from config import Secret
from tests.sources.deliveries import NOW, received, source
from worker import signing, sources

BODY = b'{"action": "ping",  "payload": {"name": "caf\\u00e9 \\u003c"}, "n": 1.0}'
OLD, NEW, FOREIGN = "old-example-secret", "new-example-secret", "another-sources-secret"
KEY, NEW_KEY, FOREIGN_KEY = b"an example key, 24 bytes", b"a newer example key: 24.", b"somebody else's key, 24."
ID, SECONDS = "msg_1", int(NOW.timestamp())


def hexed(secret: str = OLD, body: bytes = BODY, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, digest).hexdigest()


def whsec(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


def v1(key: bytes = KEY, body: bytes = BODY, message: str = ID, seconds: int | str = SECONDS) -> str:
    signed = f"{message}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def standard(
    signatures: str, message: str = ID, seconds: int | str = SECONDS, family: str = "webhook"
) -> Mapping[str, str]:
    return {f"{family}-id": message, f"{family}-timestamp": str(seconds), f"{family}-signature": signatures}


RESERIALISED = json.dumps(json.loads(BODY)).encode()

GREENHOUSE: list[tuple[str, tuple[str, ...], str | None, bool]] = [
    ("right", (OLD,), f"sha256 {hexed()}", True),
    ("none", (OLD,), None, False),
    ("empty", (OLD,), "", False),
    ("only the scheme", (OLD,), "sha256", False),
    ("the scheme and a space", (OLD,), "sha256 ", False),
    ("no scheme", (OLD,), hexed(), False),
    ("zeros", (OLD,), "sha256 " + "0" * 64, False),
    ("last digit wrong", (OLD,), f"sha256 {hexed()[:-1]}{'0' if hexed()[-1] != '0' else '1'}", False),
    ("truncated", (OLD,), f"sha256 {hexed()[:-1]}", False),
    ("half", (OLD,), f"sha256 {hexed()[:32]}", False),
    ("one digit more", (OLD,), f"sha256 {hexed()}0", False),
    ("upper case", (OLD,), f"sha256 {hexed().upper()}", False),
    ("upper-case scheme", (OLD,), f"SHA256 {hexed()}", False),
    ("doubled", (OLD,), f"sha256 {hexed()}{hexed()}", False),
    ("two headers folded into one", (OLD,), f"sha256 {hexed()}, sha256 {hexed()}", False),
    ("two spaces", (OLD,), f"sha256  {hexed()}", False),
    ("equals sign", (OLD,), f"sha256={hexed()}", False),
    ("sha1 downgrade", (OLD,), f"sha1 {hexed(digest='sha1')}", False),
    ("sha1 named sha256", (OLD,), f"sha256 {hexed(digest='sha1')}", False),
    ("sha512 named sha256", (OLD,), f"sha256 {hexed(digest='sha512')}", False),
    ("scheme none", (OLD,), "none ", False),
    ("base64", (OLD,), "sha256 " + base64.b64encode(bytes.fromhex(hexed())).decode(), False),
    ("another source's secret", (OLD,), f"sha256 {hexed(FOREIGN)}", False),
    ("empty secret", (OLD,), f"sha256 {hexed('')}", False),
    ("plain digest without a key", (OLD,), f"sha256 {hashlib.sha256(BODY).hexdigest()}", False),
    ("over re-serialised JSON", (OLD,), f"sha256 {hexed(body=RESERIALISED)}", False),
    ("over the body and a line break", (OLD,), f"sha256 {hexed(body=BODY + bytes([10]))}", False),
    ("letters beyond ASCII", (OLD,), "sha256 " + "é" * 64, False),
    ("digits of another script", (OLD,), "sha256 " + "٣" * 64, False),
    ("lone surrogate", (OLD,), "sha256 " + "\ud800" * 64, False),
    ("rotation, signed with the old", (OLD, NEW), f"sha256 {hexed(OLD)}", True),
    ("rotation, signed with the new", (OLD, NEW), f"sha256 {hexed(NEW)}", True),
    ("rotation, signed with another", (OLD, NEW), f"sha256 {hexed(FOREIGN)}", False),
    ("old revoked, signed with the old", (NEW,), f"sha256 {hexed(OLD)}", False),
    ("old revoked, signed with the new", (NEW,), f"sha256 {hexed(NEW)}", True),
]

STANDARD: list[tuple[str, tuple[bytes, ...], Mapping[str, str], bool]] = [
    ("right", (KEY,), standard(v1()), True),
    ("svix's names", (KEY,), standard(v1(), family="svix"), True),
    ("names of both families mixed", (KEY,), {**standard(v1()), "svix-id": ID} | {"webhook-id": ""}, False),
    ("nothing", (KEY,), {}, False),
    ("no id", (KEY,), {k: v for k, v in standard(v1()).items() if k != "webhook-id"}, False),
    ("no timestamp", (KEY,), {k: v for k, v in standard(v1()).items() if k != "webhook-timestamp"}, False),
    ("no signature", (KEY,), standard(""), False),
    ("another id", (KEY,), standard(v1(), message="msg_2"), False),
    ("another second", (KEY,), standard(v1(), seconds=SECONDS + 1), False),
    ("299 s old", (KEY,), standard(v1(seconds=SECONDS - 299), seconds=SECONDS - 299), True),
    ("300 s old", (KEY,), standard(v1(seconds=SECONDS - 300), seconds=SECONDS - 300), True),
    ("301 s old", (KEY,), standard(v1(seconds=SECONDS - 301), seconds=SECONDS - 301), False),
    ("299 s early", (KEY,), standard(v1(seconds=SECONDS + 299), seconds=SECONDS + 299), True),
    ("301 s early", (KEY,), standard(v1(seconds=SECONDS + 301), seconds=SECONDS + 301), False),
    ("milliseconds", (KEY,), standard(v1(seconds=SECONDS * 1000), seconds=SECONDS * 1000), False),
    ("a fraction", (KEY,), standard(v1(seconds=f"{SECONDS}.0"), seconds=f"{SECONDS}.0"), False),
    ("a plus", (KEY,), standard(v1(seconds=f"+{SECONDS}"), seconds=f"+{SECONDS}"), False),
    ("an underscore", (KEY,), standard(v1(seconds="1_795166104"), seconds="1_795166104"), False),
    ("a date", (KEY,), standard(v1(seconds="2026-11-20"), seconds="2026-11-20"), False),
    ("nan", (KEY,), standard(v1(seconds="nan"), seconds="nan"), False),
    ("digits of another script", (KEY,), standard(v1(seconds="١٧٩٥١٦٦١٠٤"), seconds="١٧٩٥١٦٦١٠٤"), False),
    ("5,000 digits", (KEY,), standard(v1(seconds="1" * 5000), seconds="1" * 5000), False),
    ("an id beyond ASCII", (KEY,), standard(v1(message="é"), message="é"), False),
    ("version 1a alone", (KEY,), standard(v1().replace("v1,", "v1a,")), False),
    ("no version", (KEY,), standard(v1().removeprefix("v1,")), False),
    ("upper-case version", (KEY,), standard(v1().replace("v1,", "V1,")), False),
    ("a comma alone", (KEY,), standard(","), False),
    ("v1 without a signature", (KEY,), standard("v1,"), False),
    ("hex", (KEY,), standard("v1," + base64.b64decode(v1()[3:]).hex()), False),
    ("truncated", (KEY,), standard(v1()[:-2]), False),
    ("without padding", (KEY,), standard(v1().rstrip("=")), False),
    ("upper case", (KEY,), standard("v1," + v1()[3:].upper()), False),
    ("doubled without a space", (KEY,), standard(v1() + v1()), False),
    ("twice", (KEY,), standard(f"{v1()} {v1()}"), True),
    ("wrong, skipped, right", (KEY,), standard(f"{v1(FOREIGN_KEY)} v1a,x junk {v1()}"), True),
    ("all wrong", (KEY,), standard(f"{v1(FOREIGN_KEY)} {v1(NEW_KEY)}"), False),
    ("a lone surrogate", (KEY,), standard("v1,\ud800"), False),
    ("a thousand wrong ones", (KEY,), standard(" ".join(["v1,AAAA"] * 1000)), False),
    ("another source's key", (KEY,), standard(v1(FOREIGN_KEY)), False),
    ("the secret's text as the key", (KEY,), standard(v1(whsec(KEY).encode())), False),
    ("over re-serialised JSON", (KEY,), standard(v1(body=RESERIALISED)), False),
    (
        "over the body alone",
        (KEY,),
        standard("v1," + base64.b64encode(hmac.digest(KEY, BODY, "sha256")).decode()),
        False,
    ),
    ("rotation, signed with the old", (KEY, NEW_KEY), standard(v1(KEY)), True),
    ("rotation, signed with the new", (KEY, NEW_KEY), standard(v1(NEW_KEY)), True),
    ("rotation, signed with both", (NEW_KEY,), standard(f"{v1(KEY)} {v1(NEW_KEY)}"), True),
    ("old revoked, signed with the old", (NEW_KEY,), standard(v1(KEY)), False),
]

GENERIC: list[tuple[str, dict[str, str], tuple[str, ...], dict[str, str], bool]] = [
    ("token", {"token_header": "X-T"}, (OLD,), {"x-t": OLD}, True),
    ("default header", {}, (OLD,), {"x-bridge-token": OLD}, True),
    ("no header", {"token_header": "X-T"}, (OLD,), {}, False),
    ("empty header", {"token_header": "X-T"}, (OLD,), {"x-t": ""}, False),
    ("the default header when another is named", {"token_header": "X-T"}, (OLD,), {"x-bridge-token": OLD}, False),
    ("wrong token", {"token_header": "X-T"}, (OLD,), {"x-t": FOREIGN}, False),
    ("start of the token", {"token_header": "X-T"}, (OLD,), {"x-t": OLD[:-1]}, False),
    ("more than the token", {"token_header": "X-T"}, (OLD,), {"x-t": OLD + "x"}, False),
    ("token twice", {"token_header": "X-T"}, (OLD,), {"x-t": f"{OLD}, {OLD}"}, False),
    ("upper-case token", {"token_header": "X-T"}, (OLD,), {"x-t": OLD.upper()}, False),
    ("token beyond ASCII", {"token_header": "X-T"}, (OLD,), {"x-t": "é\ud800"}, False),
    ("bearer", {"token_header": "Authorization"}, (OLD,), {"authorization": f"Bearer {OLD}"}, True),
    ("lower-case bearer", {"token_header": "authorization"}, (OLD,), {"authorization": f"bearer {OLD}"}, True),
    ("bearer without its word", {"token_header": "Authorization"}, (OLD,), {"authorization": OLD}, True),
    ("basic", {"token_header": "Authorization"}, (OLD,), {"authorization": f"Basic {OLD}"}, False),
    ("bearer in another header", {"token_header": "X-T"}, (OLD,), {"x-t": f"Bearer {OLD}"}, False),
    ("rotation, old token", {"token_header": "X-T"}, (OLD, NEW), {"x-t": OLD}, True),
    ("rotation, new token", {"token_header": "X-T"}, (OLD, NEW), {"x-t": NEW}, True),
    ("revoked token", {"token_header": "X-T"}, (NEW,), {"x-t": OLD}, False),
    ("signature", {"signature_header": "X-S"}, (OLD,), {"x-s": hexed()}, True),
    ("signature with its scheme", {"signature_header": "X-S"}, (OLD,), {"x-s": f"sha256={hexed()}"}, True),
    ("scheme twice", {"signature_header": "X-S"}, (OLD,), {"x-s": f"sha256=sha256={hexed()}"}, False),
    ("sha1 downgrade", {"signature_header": "X-S"}, (OLD,), {"x-s": f"sha1={hexed(digest='sha1')}"}, False),
    ("upper-case signature", {"signature_header": "X-S"}, (OLD,), {"x-s": hexed().upper()}, False),
    ("signature missing", {"signature_header": "X-S"}, (OLD,), {}, False),
    ("token instead of a signature", {"signature_header": "X-S"}, (OLD,), {"x-s": OLD}, False),
    ("token in its header instead", {"signature_header": "X-S"}, (OLD,), {"x-bridge-token": OLD}, False),
    ("signature of another body", {"signature_header": "X-S"}, (OLD,), {"x-s": hexed(body=RESERIALISED)}, False),
    ("rotation, old signature", {"signature_header": "X-S"}, (NEW, OLD), {"x-s": hexed(OLD)}, True),
]


@pytest.mark.parametrize(
    ("secrets", "signature", "right"), [row[1:] for row in GREENHOUSE], ids=[r[0] for r in GREENHOUSE]
)
def test_greenhouse_takes_its_own_signature_and_no_other(
    secrets: tuple[str, ...], signature: str | None, right: bool
) -> None:
    headers = {} if signature is None else {"Signature": signature}
    kind = sources.named("greenhouse")
    assert kind.is_authentic(received(BODY, headers), source("greenhouse", *secrets), NOW) is right


@pytest.mark.parametrize(("keys", "headers", "right"), [row[1:] for row in STANDARD], ids=[row[0] for row in STANDARD])
def test_standard_webhooks_takes_what_the_specification_says_and_no_more(
    keys: tuple[bytes, ...], headers: Mapping[str, str], right: bool
) -> None:
    configured = source("standard", *[whsec(key) for key in keys])
    assert sources.named("standard").is_authentic(received(BODY, headers), configured, NOW) is right


@pytest.mark.parametrize(
    ("keys", "secrets", "headers", "right"), [row[1:] for row in GENERIC], ids=[row[0] for row in GENERIC]
)
def test_generic_takes_the_token_or_signature_that_is_configured(
    keys: dict[str, str], secrets: tuple[str, ...], headers: Mapping[str, str], right: bool
) -> None:
    configured = source("generic", *secrets, **keys)
    assert sources.named("generic").is_authentic(received(BODY, headers), configured, NOW) is right


@pytest.mark.parametrize(
    "keys", [{"token_header": "Authorization"}, {"token_header": "X-T"}, {"signature_header": "X-S"}]
)
def test_what_we_sign_for_generic_goes_into_the_configured_header(keys: dict[str, str]) -> None:
    kind, configured = sources.named("generic"), source("generic", NEW, OLD, **keys)
    headers = kind.sign(BODY, configured, delivery_id="d-1", now=NOW)
    assert headers.keys() == {"Content-Type", *keys.values()}
    assert kind.is_authentic(received(BODY, headers), configured, NOW)


RFC_4231 = [  # key, data, HMAC-SHA-256: section 4 of the RFC
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
]


@pytest.mark.parametrize(("key", "data", "digest"), RFC_4231)
def test_the_hmac_is_that_of_the_rfc_for_keys_of_any_bytes(key: bytes, data: bytes, digest: str) -> None:
    secret = Secret(key.decode("utf-8", "surrogateescape"))  # as an environment variable would hold it
    assert signing.hex_digest(data, secret) == digest
    assert signing.hmac_sha256_hex(data, digest, [secret])


def test_without_a_secret_nothing_is_authentic() -> None:
    assert not signing.hmac_sha256_hex(BODY, hexed(""), [])
    assert not signing.standard_webhooks_verify(standard(v1(b"")), BODY, [], NOW)


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_====", "whsec_not base64", "whsec_é", "whsec_A", "no-base64-either"]
)
def test_a_secret_that_is_no_key_verifies_nothing_and_signs_nothing(text: str) -> None:
    secret = Secret(text)
    assert signing.standard_webhooks_key(secret) is None
    for key in (b"", text.encode(), KEY):
        assert not signing.standard_webhooks_verify(standard(v1(key)), BODY, [secret], NOW)
    with pytest.raises(ValueError, match="whsec_") as fault:
        signing.standard_webhooks_sign(BODY, [secret], delivery_id=ID, now=NOW)
    assert not text or text == "whsec_" or text not in str(fault.value)


@pytest.mark.parametrize("text", [whsec(KEY), whsec(KEY + b"!").rstrip("="), base64.b64encode(KEY).decode()])
def test_a_key_may_lack_its_padding_and_its_prefix(text: str) -> None:
    assert signing.standard_webhooks_key(Secret(text)) in (KEY, KEY + b"!")


def test_the_vector_of_the_reference_libraries_verifies() -> None:
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature, message, seconds = (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
    )
    now, body = datetime.fromtimestamp(seconds, UTC), b'{"test": 2432232314}'
    assert signing.standard_webhooks_verify(standard(signature, message, seconds), body, [secret], now)
    signed = signing.standard_webhooks_sign(body, [secret], delivery_id=message, now=now)
    assert signed == standard(signature, message, seconds)


def test_the_reference_library_verifies_what_we_sign_and_we_what_it_signs() -> None:
    theirs, secret = Webhook(whsec(KEY)), Secret(whsec(KEY))
    now = datetime.now(UTC)  # theirs reads the clock itself
    ours = signing.standard_webhooks_sign(BODY, [secret], delivery_id=ID, now=now)
    assert theirs.verify(BODY, ours) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        theirs.verify(BODY + b" ", ours)
    signature = theirs.sign(ID, now, BODY.decode())
    assert signing.standard_webhooks_verify(standard(signature, seconds=int(now.timestamp())), BODY, [secret], now)


def test_while_a_key_is_rotated_receivers_with_either_key_verify() -> None:
    signed = signing.standard_webhooks_sign(BODY, [Secret(whsec(NEW_KEY)), Secret(whsec(KEY))], delivery_id=ID, now=NOW)
    for key in (KEY, NEW_KEY):
        assert signing.standard_webhooks_verify(signed, BODY, [Secret(whsec(key))], NOW)


def test_the_tolerance_can_be_narrowed() -> None:
    headers, minute = standard(v1(seconds=SECONDS - 61), seconds=SECONDS - 61), timedelta(minutes=1)
    assert not signing.standard_webhooks_verify(headers, BODY, [Secret(whsec(KEY))], NOW, tolerance=minute)


def test_the_moment_within_its_second_does_not_matter_to_signing() -> None:
    later = NOW + timedelta(milliseconds=999)
    signed = signing.standard_webhooks_sign(BODY, [Secret(whsec(KEY))], delivery_id=ID, now=later)
    assert signed["webhook-timestamp"] == str(SECONDS)
