"""What most vendors' calls and answers have in common: JSON there and back, and 200 or 201 for success."""

import json
from collections.abc import Mapping

from worker.domain.call import Call, Key
from worker.domain.fields import Fields, Unreadable, parse

SUCCESS = range(200, 300)


def sending(
    method: str,
    url: str,
    told: Mapping[str, object],
    key: Key,
    headers: Mapping[str, str] | None = None,
    account: Key | None = None,
) -> Call:
    """A call with a body of JSON."""
    content = {"Content-Type": "application/json", "Accept": "application/json"}
    return Call(method, url, key, {**content, **(headers or {})}, json.dumps(told).encode(), account)


def successful(vendor: str, status: int) -> None:
    """Raises Unreadable for an answer that is none."""
    if status not in SUCCESS:
        raise Unreadable(f"{vendor} answered with {status}")


def body_of(vendor: str, status: int, body: bytes) -> Fields:
    """The object of a successful answer. Raises Unreadable."""
    successful(vendor, status)
    return parse(body)
