"""Received: a delivery exactly as it came, and when. Handshake: what a vendor wants to hear before it sends any."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from worker.domain import fields


@dataclass(frozen=True)
class Received:
    """Header names are lower case; the body is the bytes as signed, never re-serialised."""

    headers: Mapping[str, str]
    body: bytes
    at: datetime

    def header(self, name: str) -> str:
        """The header's value, or "" where there is none. Names compare without regard to case."""
        return self.headers.get(name.lower(), "")

    def digest(self) -> str:
        """SHA-256 of the body, hex: the last resort of a delivery id."""
        return hashlib.sha256(self.body).hexdigest()

    def json(self) -> fields.Fields:
        """The body as a JSON object. Raises fields.Unreadable."""
        return fields.parse(self.body)

    def key(self, name: str) -> str | None:
        """An id in the body; None where there is none, or where the body can't be read."""
        try:
            return self.json().optional_key(name)
        except fields.Unreadable:
            return None

    def says(self, values: Mapping[str, object]) -> bool:
        """Whether the body is exactly this object."""
        try:
            return self.json().values == values
        except fields.Unreadable:
            return False


@dataclass(frozen=True)
class Handshake:
    """The answer that lets a vendor begin: its status, and headers beside the content type."""

    status: int
    headers: Mapping[str, str]
