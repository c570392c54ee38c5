"""Data keys: what people's data is sealed with before it reaches a disk (AES-256-GCM).

A sealed value is the id of its key, a nonce of its own and the text with its tag; it opens only in the place that it was sealed
for, so a value that was moved to another column is refused. Keys come from the configuration, or from a file of `data_dir`
that is made for a new ledger. The newest seals, all of them open. A file that another process has added a key to is read again.

Nonces are random: a key is good for some billions of values (NIST SP 800-38D, 8.3: at most 2^32).
"""

import fcntl
import hmac
import os
import secrets
import time
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.secret import Secret

FILE = "keys"
MARK = b"\x00sealed1"
TEXT_MARK = "sealed1:"
SHORTEST = 32  # characters of a key in a file, as of one in the configuration; what is shorter was cut
_ID, _NONCE, _TAG = 4, 12, 16  # bytes
LOOK_EVERY = 1.0  # seconds, at the file
_INFO = b"talentsprout-bridge, people's data"
_SIGNING = b"talentsprout-bridge, personal links"


class Unsealable(sa.exc.DontWrapMixin, sa.exc.SQLAlchemyError):
    """What is sealed can't be opened here, or nothing can be sealed. Nothing is lost by that; the text says what to do."""


@dataclass(frozen=True)
class DataKey:
    """A key and its public name, eight hex digits."""

    id: str
    cipher: AESGCM
    signing: bytes  # a key of its own, for what is handed out and must be known again

    @classmethod
    def of(cls, secret: Secret) -> "DataKey":
        """Derived, because a secret is text of any length."""
        made = HKDF(SHA256(), length=32 + _ID, salt=None, info=_INFO).derive(secret.reveal().encode())
        signing = HKDF(SHA256(), length=32, salt=None, info=_SIGNING).derive(secret.reveal().encode())
        return cls(made[32:].hex(), AESGCM(made[:32]), signing)


class Keyring:
    """The keys `configured`, newest first; with none, those of `path`.

    `proven` are the names of the keys of which is known that they are this ledger's (`blinding.have_keys`).
    """

    def __init__(self, configured: Sequence[Secret] = (), path: Path | None = None) -> None:
        assert configured or path is not None, "keys come from somewhere"
        self.path = None if configured else path
        self._keys = tuple(map(DataKey.of, configured))
        self.proven: tuple[str, ...] = ()
        self._look_at = 0.0
        self._seen: tuple[int, int] | None = None

    def ids(self) -> tuple[str, ...]:
        """Their names, newest first."""
        return tuple(key.id for key in self._current())

    def newest(self) -> str:
        """The name of the one that seals. Raises Unsealable where none can be made."""
        return self._newest().id

    def seal(self, place: str, plain: bytes) -> bytes:
        """Sealed for `place` with the newest key. Raises Unsealable."""
        key, nonce = self._newest(), os.urandom(_NONCE)
        return MARK + bytes.fromhex(key.id) + nonce + key.cipher.encrypt(nonce, plain, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """What was sealed for `place`; what never was sealed comes back as it is. Raises Unsealable."""
        if not sealed.startswith(MARK):
            return sealed
        start = len(MARK) + _ID
        key = self._named(sealed[len(MARK) : start].hex())
        try:
            return key.cipher.decrypt(sealed[start : start + _NONCE], sealed[start + _NONCE :], place.encode())
        except InvalidTag:
            raise Unsealable(
                f"A value sealed for {place} with the key {key.id} was changed since. Restore it from a backup."
            ) from None

    def seal_text(self, place: str, plain: str) -> str:
        """The same for a column of text."""
        return TEXT_MARK + b64encode(self.seal(place, plain.encode(errors="surrogatepass"))[len(MARK) :]).decode()

    def open_text(self, place: str, sealed: str) -> str:
        """The same for a column of text."""
        if not sealed.startswith(TEXT_MARK):
            return sealed
        return self.open(place, MARK + b64decode(sealed[len(TEXT_MARK) :])).decode(errors="surrogatepass")

    def proofs(self, application_id: str) -> list[str]:
        """What each key, the newest first, signs a personal link of this application with: base64 for URLs, without padding."""
        said = f"personal link of {application_id}".encode("utf-8", "replace")
        digests = [hmac.digest(key.signing, said, "sha256") for key in self._current() or self._read_again()]
        return [urlsafe_b64encode(digest).decode().rstrip("=") for digest in digests]

    def add(self) -> str:
        """Make another key, the newest from now on; for keys that lie in a file. Returns its name. Raises OSError."""
        assert self.path is not None, "configured keys are made by whoever configures them"
        with _locked(self.path.parent):
            kept = self.path.read_text() if self.path.exists() else ""
            _put(self.path, f"{secrets.token_urlsafe(32)}\n{kept}")
        return self._read_again()[0].id

    def has(self, name: str) -> bool:
        """Whether a key of this name is here, also one that was added a moment ago."""
        return name in self.ids() or name in (key.id for key in self._read_again())

    def where(self) -> str:
        """Where the keys come from, for messages."""
        return "[bridge] data_keys" if self.path is None else str(self.path)

    def make(self) -> None:
        """The first key, where there is none. For a ledger in which nothing is sealed yet. Raises Unsealable."""
        if self.path is None or self._current():
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self.path.parent):
                if not self.path.exists() or not self.path.read_text().strip():
                    _put(self.path, f"{secrets.token_urlsafe(32)}\n")
        except OSError as fault:
            raise Unsealable(f"A data key can't be kept in {self.path}: {fault.strerror}.") from fault
        self._read_again()

    def _newest(self) -> DataKey:
        for key in self._current() or self._read_again():
            return key
        raise Unsealable(f"There is no data key in {self.where()}, so people's data can't be sealed.")

    def _named(self, name: str) -> DataKey:
        for key in (*self._current(), *self._read_again()):
            if key.id == name:
                return key
        raise Unsealable(missing(name, self))

    def _current(self) -> tuple[DataKey, ...]:
        if self.path is not None and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_EVERY
            return self._read_again()
        return self._keys

    def _read_again(self) -> tuple[DataKey, ...]:
        """A file that is gone takes no key from a process that knows it. Raises Unsealable for one that was cut."""
        if self.path is None:
            return self._keys
        try:
            found = self.path.stat()
            if self._seen != (found.st_ino, found.st_mtime_ns):
                self._keys = tuple(DataKey.of(Secret(line)) for line in self._lines(self.path))
                self._seen = found.st_ino, found.st_mtime_ns
        except FileNotFoundError:
            pass
        except OSError as fault:
            if not self._keys:
                raise Unsealable(f"The data keys in {self.path} can't be read: {fault.strerror}.") from fault
        return self._keys

    @staticmethod
    def _lines(path: Path) -> list[str]:
        lines = path.read_text().split()
        for number, line in enumerate(lines, 1):
            if len(line) < SHORTEST:
                raise Unsealable(
                    f"{path}, line {number}: {len(line)} characters, and a data key has {SHORTEST} or more: the file was cut. "
                    "Nothing is lost: put the whole file back from its copy."
                )
        return lines


def missing(name: str, ring: Keyring) -> str:
    """The sentence for a key that is not here."""
    known = ", ".join(ring.ids()) or "none"
    cure = (
        "add the key to the list"
        if ring.path is None
        else "add its line, from the machine or the backup that has it, at the end of that file, or set [bridge] data_keys"
    )
    return (
        f"People's data is sealed with the data key {name}, and {ring.where()} does not have it (known: {known}). "
        f"Nothing is lost: {cure}."
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time changes the keys of a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _put(path: Path, content: str) -> None:
    """The file whole or not at all, durable, for its owner alone."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
