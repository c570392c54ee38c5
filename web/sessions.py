"""Sessions of the pages: a signed cookie that names a session and the API token that opened it.

Signing key and ended sessions lie in `data_dir`, so both outlast a restart. The token is looked up in the ledger at every
request: revoking it ends its sessions at once. A session without a token carries the forms of those who are not signed in.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import itsdangerous

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
RENEWED_AFTER = timedelta(minutes=1)  # a cookie is not written for every click
ID_BYTES = 32
KEY_FILE = "session.key"
ENDED_FOLDER = "ended-sessions"


@dataclass(frozen=True)
class Session:
    """`token_id` is None for somebody who is not signed in."""

    id: str
    token_id: str | None
    began: datetime
    seen: datetime


class Sessions:
    """Reads and writes the cookie's value. `wall` tells the time."""

    def __init__(self, data_dir: Path, wall: Callable[[], datetime]) -> None:
        self._folder = data_dir
        self._wall = wall
        self._kept_key: bytes | None = None

    def begin(self, token_id: str | None) -> Session:
        """A new session under a new id: one that was planted before signing in is worth nothing."""
        now = self._wall()
        return Session(secrets.token_urlsafe(ID_BYTES), token_id, now, now)

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None where it is forged, too old, too long idle, or was ended."""
        try:
            told = self._signer().loads(cookie)
            session = Session(told["id"], told["token"], _moment(told["began"]), _moment(told["seen"]))
        except (itsdangerous.BadSignature, KeyError, TypeError, ValueError, OverflowError):
            return None
        now = self._wall()
        if now - session.began > LONGEST or now - session.seen > IDLE or self._ended(session.id).exists():
            return None
        return session

    def write(self, session: Session) -> str:
        """The cookie's value."""
        told = {"id": session.id, "token": session.token_id}
        times = {"began": int(session.began.timestamp()), "seen": int(session.seen.timestamp())}
        text = self._signer().dumps(told | times)
        return text if isinstance(text, str) else text.decode()

    def renewed(self, session: Session) -> Session:
        """The same, seen now; unchanged where that says nothing new."""
        now = self._wall()
        return replace(session, seen=now) if now - session.seen > RENEWED_AFTER else session

    def end(self, session: Session) -> None:
        """No copy of its cookie opens anything any more."""
        folder = self._folder / ENDED_FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget(folder)
        self._ended(session.id).touch(mode=0o600)

    def form_token(self, session: Session) -> str:
        """What a form must bring back; a stranger's page can't know it."""
        return hmac.new(self._key(), b"form:" + session.id.encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, session: Session, given: str) -> bool:
        """Whether a form brought it back."""
        return hmac.compare_digest(self.form_token(session).encode(), given.encode("utf-8", "replace"))

    def _ended(self, session_id: str) -> Path:
        return self._folder / ENDED_FOLDER / hashlib.sha256(session_id.encode()).hexdigest()

    def _forget(self, folder: Path) -> None:
        """What was ended longer ago than any session lasts."""
        oldest = (self._wall() - 2 * LONGEST).timestamp()
        for path in folder.iterdir():
            with suppress(FileNotFoundError):  # another process forgets too
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _signer(self) -> itsdangerous.URLSafeSerializer:
        return itsdangerous.URLSafeSerializer(
            self._key(), salt="sprout-session", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def _key(self) -> bytes:
        if self._kept_key is None:
            self._kept_key = _key_in(self._folder)
        return self._kept_key


def _key_in(folder: Path) -> bytes:
    """The signing key of a folder, made at the first call; of processes that start at once all get the same."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f"{KEY_FILE}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(ID_BYTES))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_bytes()


def _moment(seconds: object) -> datetime:
    if not isinstance(seconds, int):
        raise TypeError(seconds)
    return datetime.fromtimestamp(seconds, UTC)
