"""Call: an HTTP call described, not made, so that a pure module can say what it needs to ask."""

from codecs import BOM_UTF8 as BYTE_ORDER_MARK
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from worker.domain import fields
from worker.domain.fields import Fields, Unreadable

SUCCESS = 200
NOT_THERE = frozenset({404, 410})


class NotThere(Unreadable):
    """The API knows nothing under this id. Whether that is so, or the address wrong, one answer alone does not tell."""


@dataclass(frozen=True)
class Key:
    """Where the source's `api_key` goes. It is put in when the call is made: a call may be shown and kept, a key may not."""

    header: str = "Authorization"
    before: str = "Bearer "
    is_user_name: bool = False  # HTTP Basic: the key and an empty password, as base64
    is_login: bool = False  # HTTP Basic: the key is "USER:PASSWORD", as base64


@dataclass(frozen=True)
class Call:
    """`url` is whole, `headers` hold nothing secret, `body` is as it is sent.

    `account` is where the token of an account goes, for a vendor that wants one beside the key; like the key, it is put in later.
    """

    method: str
    url: str
    key: Key | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    account: Key | None = None


def segment(text: str) -> str:
    """`text` as one segment of a URL's path: ids come from strangers, and must lead nowhere else. Raises Unreadable."""
    if text in ("", ".", ".."):
        raise Unreadable("an id can't stand in an address")
    return quote(text, safe="")


def with_query(url: str, **parameters: str | None) -> str:
    """`url` with those parameters that are not None, encoded. A name in brackets is written as page__number for page[number]."""
    told = {_parameter(name): value for name, value in parameters.items() if value is not None}
    return f"{url}?{urlencode(told)}" if told else url


def _parameter(name: str) -> str:
    word, _, inner = name.partition("__")
    return f"{word}[{inner}]" if inner else word


def answered(vendor: str, status: int, body: bytes) -> Fields:
    """The JSON object of an answer that is a success. Raises Unreadable for any other: it says nothing of what was asked for."""
    _expect_success(vendor, status)
    return fields.parse(body)


def answered_list(vendor: str, status: int, body: bytes) -> Iterator[Fields]:
    """The objects of an answer that is a list, as `answered`. Raises Unreadable."""
    _expect_success(vendor, status)
    return fields.parse(b'{"list":' + body.removeprefix(BYTE_ORDER_MARK) + b"}").children("list")


def _expect_success(vendor: str, status: int) -> None:
    if status in NOT_THERE:
        raise NotThere(f"{vendor} answered with {status}: it knows nothing under this id")
    if status != SUCCESS:
        raise Unreadable(f"{vendor} answered with {status}; expected {SUCCESS}")
