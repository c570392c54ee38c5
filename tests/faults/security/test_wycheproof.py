"""Project Wycheproof's vectors of HMAC-SHA256 through our own verification: 174 of them, a third with tags cut to 128 bits.

The vectors lie beside this file, with their source and licence.
"""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config import Secret
from config.settings import Source
from tests.faults.security.test_signing import key_of
from tests.sources.deliveries import source
from worker import signing, sources
from worker.domain.received import Received

VECTORS: list[list[Any]] = json.loads(Path(__file__).with_name("wycheproof_hmac_sha256.json").read_text())["vectors"]
WHOLE_TAG = 64  # hex digits
NOW = datetime(2026, 11, 20, tzinfo=UTC)
KINDS = {
    "greenhouse": (source("greenhouse", "replaced"), "signature", "sha256 {tag}"),
    "generic": (source("generic", "replaced", signature_header="X-S"), "x-s", "{tag}"),
    "generic with its scheme": (source("generic", "replaced", signature_header="X-S"), "x-s", "sha256={tag}"),
}


@pytest.mark.parametrize(("configured", "header", "form"), KINDS.values(), ids=KINDS.keys())
def test_s01_of_wycheproofs_vectors_the_valid_verify_and_the_others_do_not(
    configured: Source, header: str, form: str
) -> None:
    """174 vectors: changed tags are refused, and so is every tag that is cut to 128 bits, right as far as it goes."""
    taken = 0
    for number, key, message, tag, result, comment in VECTORS:
        keyed = configured.model_copy(update={"secrets": (key_of(bytes.fromhex(key)),)})
        received = Received({header: form.format(tag=tag)}, bytes.fromhex(message), NOW)
        right = result == "valid" and len(tag) == WHOLE_TAG
        assert sources.named(configured.kind).is_authentic(received, keyed, NOW) is right, (number, comment)
        taken += right
    assert (taken, len(VECTORS)) == (33, 174)


def test_s01_under_wycheproofs_keys_a_standard_webhook_is_signed_as_by_anybody_else() -> None:
    """Every key and message as a Standard Webhook: ours is the tag that the standard library makes; spoiled ones are refused."""
    for number, key, message, tag, result, comment in VECTORS:
        raw, body, seconds = bytes.fromhex(key), bytes.fromhex(message), int(NOW.timestamp())
        secret = Secret("whsec_" + base64.b64encode(raw).decode())
        theirs = hmac.new(raw, f"msg_1.{seconds}.".encode() + body, hashlib.sha256).digest()
        signed = signing.standard_webhooks_sign(body, [secret], delivery_id="msg_1", now=NOW)
        assert signed["webhook-signature"] == "v1," + base64.b64encode(theirs).decode(), (number, comment)
        assert signing.standard_webhooks_verify(signed, body, [secret], NOW), number
        for wrong in (bytes.fromhex(tag), theirs[: len(tag) // 4], bytes([theirs[0] ^ 1]) + theirs[1:]):
            given = signed | {"webhook-signature": "v1," + base64.b64encode(wrong).decode()}
            assert not signing.standard_webhooks_verify(given, body, [secret], NOW), (number, result)
