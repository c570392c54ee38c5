"""HMAC schemes, pure: over the bytes as they came, in constant time, with every secret tried.

Whatever a stranger writes into a header is an answer of False here, never an exception.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from config import Secret

TOLERANCE = timedelta(minutes=5)  # how far a signed timestamp may lie before or after now
KEY_PREFIX = "whsec_"
LONGEST_TIMESTAMP = 12  # digits of seconds; more are no time
FAMILIES = ("webhook", "svix")  # Svix sends the same under names of its own


def hmac_sha256_hex(body: bytes, digest: str, secrets: Sequence[Secret]) -> bool:
    """Whether `digest` is the lower-case hex HMAC-SHA256 of `body` under one of `secrets`."""
    given = _header_bytes(digest)
    # A list first, so that how long it takes does not tell which secret was right.
    matches = [hmac.compare_digest(hex_digest(body, secret).encode(), given) for secret in secrets]
    return any(matches)


def hex_digest(body: bytes, secret: Secret) -> str:
    """The lower-case hex HMAC-SHA256 of `body`; the key is the secret's text."""
    return hmac.digest(_secret_bytes(secret), body, "sha256").hex()


def hmac_sha256_base64(body: bytes, digest: str, secrets: Sequence[Secret]) -> bool:
    """Whether `digest` is the HMAC-SHA256 of `body` under one of `secrets` in base64, padded."""
    given = _header_bytes(digest)
    matches = [hmac.compare_digest(base64_digest(body, secret).encode(), given) for secret in secrets]
    return any(matches)


def hmac_sha256_base64url(body: bytes, digest: str, secrets: Sequence[Secret]) -> bool:
    """The same in the alphabet for URLs, padded or not."""
    given = _header_bytes(digest.rstrip("="))
    ours = [base64url_digest(body, secret).rstrip("=").encode() for secret in secrets]
    matches = [hmac.compare_digest(one, given) for one in ours]
    return any(matches)


def base64_digest(body: bytes, secret: Secret) -> str:
    """The HMAC-SHA256 of `body` in base64."""
    return base64.b64encode(hmac.digest(_secret_bytes(secret), body, "sha256")).decode()


def base64url_digest(body: bytes, secret: Secret) -> str:
    """The HMAC-SHA256 of `body` in base64 for URLs, padded."""
    return base64.urlsafe_b64encode(hmac.digest(_secret_bytes(secret), body, "sha256")).decode()


def standard_webhooks_verify(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[Secret],
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> bool:
    """Whether one of the signatures in `headers` (names in lower case) is right and made within `tolerance` of `now`.

    Standard Webhooks 1.0.0: `webhook-signature` is a list of `version,signature` with spaces between. Only `v1`, the
    symmetric scheme, is looked at: others are skipped. Each secret is held against each signature.
    """
    message, timestamp, signatures = _standard_headers(headers)
    if not message or not message.isascii() or not is_recent(timestamp, now, tolerance):
        return False
    keys = [key for secret in secrets if (key := standard_webhooks_key(secret))]
    expected = [_standard_signature(message, timestamp, body, key) for key in keys]
    given = [_header_bytes(signature) for signature in signatures.split(" ") if signature.startswith("v1,")]
    matches = [hmac.compare_digest(ours.encode(), theirs) for ours in expected for theirs in given]
    return any(matches)


def standard_webhooks_id(headers: Mapping[str, str]) -> str:
    """The delivery's id, which the signature covers; "" where there is none."""
    return _standard_headers(headers)[0]


def standard_webhooks_sign(
    body: bytes, secrets: Sequence[Secret], *, delivery_id: str, now: datetime
) -> dict[str, str]:
    """The three headers for `body`, with one signature a secret, so that a receiver may hold the old or the new one.

    Raises ValueError for a secret that is not a key.
    """
    timestamp = str(int(now.timestamp()))
    signatures = []
    for secret in secrets:
        key = standard_webhooks_key(secret)
        if not key:
            raise ValueError(f'a Standard Webhooks secret is "{KEY_PREFIX}" and a key in base64; this one is not')
        signatures.append(_standard_signature(delivery_id, timestamp, body, key))
    return {"webhook-id": delivery_id, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}


def standard_webhooks_key(secret: Secret) -> bytes | None:
    """The key: what stands in base64 after `whsec_`, padded or not. None where that is empty or not base64.

    Like the reference libraries, this takes the base64 without its prefix too.
    """
    text = secret.reveal().removeprefix(KEY_PREFIX).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True) or None
    except ValueError:  # binascii.Error is one, and what is not ASCII raises a plain one
        return None


def _standard_headers(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """Id, timestamp and signatures, all three of one family, so that none can be swapped for another's."""
    family = next((name for name in FAMILIES if f"{name}-id" in headers), FAMILIES[0])
    return (
        headers.get(f"{family}-id", ""),
        headers.get(f"{family}-timestamp", ""),
        headers.get(f"{family}-signature", ""),
    )


def _standard_signature(message: str, timestamp: str, body: bytes, key: bytes) -> str:
    signed = b".".join([message.encode(), timestamp.encode(), body])
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def is_recent(timestamp: str, now: datetime, tolerance: timedelta = TOLERANCE) -> bool:
    """Whether `timestamp`, decimal seconds since 1970, lies within `tolerance` of `now`."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= LONGEST_TIMESTAMP):
        return False
    return abs(now.timestamp() - int(timestamp)) <= tolerance.total_seconds()


def _header_bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _secret_bytes(secret: Secret) -> bytes:
    """UTF-8; what an environment variable holds beyond it comes out as the bytes it was."""
    return secret.reveal().encode("utf-8", "surrogateescape")
