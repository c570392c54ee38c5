"""Call: an HTTP call described, not made, so that a pure module can say what it needs to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from worker.domain import fields
from worker.domain.fields import Fields, Unreadable

SUCCESS = 200


@dataclass(frozen=True)
class Key:
    """Where the source's `api_key` goes. It is put in when the call is made: a call may be shown and kept, a key may not."""

    header: str = "Authorization"
    before: str = "Bearer "
    is_user_name: bool = False  # HTTP Basic: the key and an empty password, as base64
    is_login: bool = False  # HTTP Basic: the key is "USER:PASSWORD", as base64


@dataclass(frozen=True)
class Call:
    """`url` is whole, `headers` hold nothing secret, `body` is as it is sent."""

    method: str
    url: str
    key: Key | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def segment(text: str) -> str:
    """`text` as one segment of a URL's path: ids come from strangers, and must lead nowhere else. Raises Unreadable."""
    if text in ("", ".", ".."):
        raise Unreadable("an id can't stand in an address")
    return quote(text, safe="")


def answered(vendor: str, status: int, body: bytes) -> Fields:
    """The JSON object of an answer that is a success. Raises Unreadable for any other: it says nothing of what was asked for."""
    if status != SUCCESS:
        raise Unreadable(f"{vendor} answered with {status}; expected {SUCCESS}")
    return fields.parse(body)
