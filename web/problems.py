"""What went wrong, said in one form: an RFC 9457 document for programs, a page for people.

The list of kinds is closed. The `type` of a document leads to a page of this host that says what to do.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from worker.operators import Refusal, Why

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """One kind of problem: the name in its address, the HTTP status, a title, and what to do about it."""

    slug: str
    status: int
    title: str
    remedy: str


MALFORMED = Kind(
    "malformed", 400, "The request can't be read", "Send what the reference at /api/v1/openapi.json describes."
)
NO_TOKEN = Kind(
    "token-needed",
    401,
    "A valid API token is needed",
    "Send the header `Authorization: Bearer TOKEN`. `sprout token create` makes a token; a revoked one stays refused.",
)
BAD_SIGNATURE = Kind(
    "bad-signature",
    401,
    "The delivery is not authentic",
    "Compare the secret at the sender with that of the source, byte for byte, and the sender's clock with the right time. "
    "`sprout sign SOURCE FILE` prints the headers that would be accepted.",
)
FOREIGN_FORM = Kind(
    "foreign-form",
    403,
    "The form did not come from an open page of this bridge",
    "Load the page again and send the form from there. Nothing has changed.",
)
NOT_FOUND = Kind("not-found", 404, "There is nothing here", "Check the address, letter by letter.")
WRONG_METHOD = Kind(
    "wrong-method", 405, "This address does not take that method", "Use one that the header `Allow` names."
)
CONFLICT = Kind(
    "conflict", 409, "The state of things does not allow it", "Read the detail, and look again before deciding again."
)
TOO_LARGE = Kind(
    "too-large", 413, "The body is too large", "Send less at once: 1 MiB, or 8 MiB for completions of interviews."
)
WRONG_TYPE = Kind(
    "wrong-type",
    415,
    "The body is not of a type that is read here",
    "Send JSON as `Content-Type: application/json`, without `Content-Encoding`.",
)
INVALID = Kind(
    "invalid", 422, "Something in the request can't be accepted", "Correct what `faults` names. Nothing was filed."
)
BUG = Kind(
    "internal",
    500,
    "The bridge failed",
    "Try again. If it fails again, look for the id in the log of the web process and report it.",
)
NOT_STORED = Kind(
    "not-stored", 503, "The delivery could not be stored", "Keep it and send it again after `Retry-After` seconds."
)
SETTING_UP = Kind(
    "setting-up",
    503,
    "The source is being set up",
    "Nothing of this source was ever authentic. Enter the same secret at the sender and here; the sender tries again.",
)
NOT_READY = Kind(
    "not-ready",
    503,
    "The bridge is not ready",
    "Wait, or look at /readyz and `sprout doctor`: the database is away, or its schema is not that of this version.",
)
ALL = (
    MALFORMED,
    NO_TOKEN,
    BAD_SIGNATURE,
    FOREIGN_FORM,
    NOT_FOUND,
    WRONG_METHOD,
    CONFLICT,
    TOO_LARGE,
    WRONG_TYPE,
    INVALID,
    BUG,
    NOT_STORED,
    SETTING_UP,
    NOT_READY,
)
BY_STATUS = {400: MALFORMED, 404: NOT_FOUND, 405: WRONG_METHOD, 413: TOO_LARGE, 415: WRONG_TYPE, 422: INVALID}
CURSOR = "the `next` of the page before"
RETRY_SOON = {"Retry-After": "5"}
_REFUSED = {Why.NOT_FOUND: NOT_FOUND, Why.TOO_LATE: CONFLICT, Why.UNUSABLE: INVALID}


@dataclass(frozen=True)
class Fault:
    """One thing that can't be accepted: where, what was found, and what was expected."""

    field: str
    problem: str
    expected: str

    def __str__(self) -> str:
        """`options.voice: "aloy" is not a choice; expected …`"""
        joint = " Expected" if self.problem.endswith("?") else "; expected"
        return f"{self.field}: {self.problem}" + (f"{joint} {self.expected}" if self.expected else "")


class Problem(Exception):
    """Ends a request with this kind of problem. `more` holds further members of the document, `headers` further headers."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        more: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or kind.title)
        self.kind = kind
        self.detail = detail
        self.more = more or {}
        self.headers = headers or {}


def refused(refusal: Refusal) -> Problem:
    """A person's decision that is not carried out."""
    return Problem(_REFUSED[refusal.why], str(refusal))


def invalid(faults: list[Fault]) -> Problem:
    """One or more things that can't be accepted."""
    told = [{"field": one.field, "problem": one.problem, "expected": one.expected or None} for one in faults]
    return Problem(INVALID, "\n".join(map(str, faults)), more={"faults": told})


def document(kind: Kind, detail: str = "", more: Mapping[str, object] | None = None) -> bytes:
    """The body of an answer; the same arguments give the same bytes."""
    told: dict[str, object] = {"type": f"/problems/{kind.slug}", "title": kind.title, "status": kind.status}
    if detail:
        told["detail"] = detail
    return json.dumps(told | dict(more or {}), ensure_ascii=False).encode("utf-8", "replace")


def of_status(status: int, reason: str) -> Kind:
    """The kind of an error that came from the HTTP library; one that has no kind of its own says its status."""
    return BY_STATUS.get(status) or Kind("malformed", status, reason or HTTPStatus(status).phrase, MALFORMED.remedy)
