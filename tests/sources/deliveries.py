"""The worked deliveries beside this file: NAME.json is a body byte for byte, .headers.json came with it, .expected.json
is what a correct reader concludes, .fetch.json what the vendor's API answers when it is asked for more; source.json says
under which secret and at what time, and for its `options` see `config.settings.Source`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config import Secret
from config.settings import Source
from worker.domain.received import Received

HERE = Path(__file__).parent
OPTIONS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("teamtailor", "job_update_v1"): {"legacy_signature": True},
}
NOW = datetime(2026, 11, 20, 9, 15, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Delivery:
    """One worked delivery."""

    kind: str
    name: str
    headers: Mapping[str, str]
    body: bytes
    expected: Mapping[str, Any]

    @property
    def now(self) -> datetime:
        """When tolerances are judged."""
        return datetime.fromtimestamp(self.expected.get("now") or settings(self.kind)["now"], UTC)

    @property
    def source(self) -> Source:
        """The source that it was sent to."""
        return source(self.kind, settings(self.kind)["secret"], **self.options)

    @property
    def options(self) -> Mapping[str, Any]:
        """What the source sets beside its secret."""
        return {**settings(self.kind).get("options", {}), **OPTIONS.get((self.kind, self.name), {})}

    @property
    def delivery_id(self) -> str | None:
        """The vendor's own; a compound one is joined by colons."""
        found = self.expected.get("delivery_id")
        return ":".join(found) if isinstance(found, list) else found

    @property
    def fetch(self) -> Mapping[str, Any] | None:
        """What is asked of the vendor's API, and what it answers."""
        path = HERE / self.kind / f"{self.name}.fetch.json"
        return json.loads(path.read_bytes()) if path.exists() else None

    @property
    def received(self) -> Received:
        """As the receiver would have it."""
        return received(self.body, self.headers, self.now)


def worked() -> Iterator[Delivery]:
    """All of them, of every kind."""
    for path in sorted(HERE.glob("*/*.expected.json")):
        name = path.name.removesuffix(".expected.json")
        headers, expected = (
            json.loads((path.parent / f"{name}.{part}.json").read_bytes()) for part in ("headers", "expected")
        )
        yield Delivery(path.parent.name, name, headers, (path.parent / f"{name}.json").read_bytes(), expected)


def settings(kind: str) -> Mapping[str, Any]:
    """What source.json of a kind says."""
    loaded: Mapping[str, Any] = json.loads((HERE / kind / "source.json").read_bytes())
    return loaded


def source(kind: str, *secrets: str, **more: object) -> Source:
    """A configured source of `kind`."""
    keys = {"name": "careers", "kind": kind, "organization": "acme", "secrets": [Secret(text) for text in secrets]}
    return Source.model_validate(keys | more)


def received(body: bytes, headers: Mapping[str, str] | None = None, at: datetime = NOW) -> Received:
    """A delivery with its headers' names in lower case."""
    return Received({name.lower(): value for name, value in (headers or {}).items()}, body, at)
