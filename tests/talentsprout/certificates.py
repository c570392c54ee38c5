"""Self-signed certificates for tests, with a private key that anybody can guess: so that none lies in the repository."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1, sha256
from pathlib import Path

PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1  # FIPS 186-4, D.1.2.3
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
GENERATOR = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
SECRET, NONCE = 7, 11
LONG_AGO, LONG_SINCE, FAR_AHEAD = (datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2021, 2049))

EC_KEY, P_256, ECDSA_SHA256 = (
    bytes.fromhex(oid) for oid in ("06072a8648ce3d0201", "06082a8648ce3d030107", "06082a8648ce3d040302")
)
COMMON_NAME, SUBJECT_KEY, KEY_USAGE, OTHER_NAMES, CONSTRAINTS, AUTHORITY_KEY = (
    bytes.fromhex(f"0603{oid}") for oid in ("550403", "551d0e", "551d0f", "551d11", "551d13", "551d23")
)
TRUE = b"\x01\x01\xff"


@dataclass(frozen=True)
class Certificate:
    """PEM, as ssl takes it: the certificate, which is its own authority, and its key."""

    certificate: str
    key: str

    def chain(self, folder: Path) -> Path:
        """A file with both, for `load_cert_chain`."""
        path = folder / "chain.pem"
        path.write_text(self.key + self.certificate)
        return path


def certificate(*, host: str = "localhost", until: datetime = FAR_AHEAD) -> Certificate:
    """For `host`, from 2020 `until` then."""
    x, y = _multiply(SECRET, GENERATOR)
    point = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
    name = _sequence(_der(0x31, _sequence(COMMON_NAME, _der(0x0C, b"test certificate"))))
    key_id = sha1(point).digest()
    extensions = _sequence(
        _sequence(SUBJECT_KEY, _der(0x04, _der(0x04, key_id))),
        _sequence(AUTHORITY_KEY, _der(0x04, _sequence(_der(0x80, key_id)))),
        _sequence(KEY_USAGE, TRUE, _der(0x04, b"\x03\x02\x02\x84")),  # digital signature, signing certificates
        _sequence(CONSTRAINTS, TRUE, _der(0x04, _sequence(TRUE))),  # an authority
        _sequence(OTHER_NAMES, _der(0x04, _sequence(_der(0x82, host.encode())))),
    )
    content = _sequence(
        _der(0xA0, _integer(2)),  # version 3
        _integer(1),
        _sequence(ECDSA_SHA256),
        name,
        _sequence(*(_der(0x17, moment.strftime("%y%m%d%H%M%SZ").encode()) for moment in (LONG_AGO, until))),
        name,
        _sequence(_sequence(EC_KEY, P_256), _bits(point)),
        _der(0xA3, extensions),
    )
    signed = _sequence(content, _sequence(ECDSA_SHA256), _bits(_signature(content)))
    key = _sequence(_integer(1), _der(0x04, SECRET.to_bytes(32, "big")), _der(0xA0, P_256), _der(0xA1, _bits(point)))
    return Certificate(_pem("CERTIFICATE", signed), _pem("EC " + "PRIVATE KEY", key))


def _signature(content: bytes) -> bytes:
    r = _multiply(NONCE, GENERATOR)[0] % ORDER
    s = pow(NONCE, -1, ORDER) * (int.from_bytes(sha256(content).digest(), "big") + r * SECRET) % ORDER
    return _sequence(_integer(r), _integer(s))


def _multiply(times: int, point: tuple[int, int]) -> tuple[int, int]:
    """`point` added to itself, for small `times`: neither the doubling of a sum nor infinity comes up."""
    total = _add(point, point)
    for _ in range(times - 2):
        total = _add(total, point)
    return total


def _add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    (x1, y1), (x2, y2) = one, other
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, PRIME) if one == other else (y2 - y1) * pow(x2 - x1, -1, PRIME)
    x = (slope * slope - x1 - x2) % PRIME
    return x, (slope * (x1 - x) - y1) % PRIME


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _bits(content: bytes) -> bytes:
    return _der(0x03, b"\x00" + content)


def _pem(kind: str, content: bytes) -> str:
    text = base64.b64encode(content).decode()
    lines = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"
