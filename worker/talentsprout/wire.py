"""Their JSON and our nouns: lenient with what comes in, strict with what goes out.

New fields of theirs are no fault ("ignore unknown fields", API reference, "Versioning"); of ours only documented ones leave.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from worker.domain import fields
from worker.domain.interview import Interview
from worker.domain.request import Kind

DOCUMENTED = (  # optional fields of both POSTs (API reference, "Create an interview"), in the order in which they are sent
    "title",
    "questions",
    "template_id",
    "company_name",
    "client_name",
    "voice",
    "languages",
    "duration",
    "require_video",
    "max_attempts",
    "passing_score",
    "access_type",
    "redirect_url",
    "ai_personality",
)
LONGEST_MESSAGE = 300
LONGEST_WORD = 100  # characters of a code, a parameter or a request id
LONGEST_LINK = 16_000

_ID = re.compile(rf"[^\s\x00-\x1f\x7f]{{1,{fields.LONGEST_ID}}}")
_LINK = re.compile(rf"https?://[^\s\x00-\x1f\x7f]{{1,{LONGEST_LINK}}}", re.IGNORECASE)
_KEY = re.compile(r"tsk_\w+")
_UUID = rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# A quote within a JSON text has a backslash before it, so a text that quotes an answer can't pass for one.
_LINK_TO_UUID = re.compile(rb'"share_link"\s*:\s*"(https?:(?:[^"\\\s]|\\/)+?\\?/(' + _UUID + rb'))"')


@dataclass(frozen=True)
class TheirError:
    """TalentSprout's error document. `message` is for people; decisions rest on the status, `code` and `param` alone."""

    code: str
    message: str | None = None
    param: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class Pong:
    """What a ping tells of the key. None where it doesn't say."""

    scopes: tuple[str, ...] | None = None
    organization_id: str | None = None


def labelled(client_name: str | None, label: str, n: int) -> str:
    """The customer's own client name and the mark of attempt `n`, by which a person finds it in TalentSprout.

    `label` is the request's, such as `spr-7K2QX`. Candidates never see client names.
    """
    mark = f"[{label}-{n}]"
    return f"{client_name} {mark}" if client_name else mark


def payload(kind: Kind, text: str, options: Mapping[str, object], client_name: str | None) -> bytes:
    """The body of a request: compact UTF-8 JSON, the same bytes for the same arguments.

    `client_name`, where it isn't None, stands in for that of `options`. Options that TalentSprout doesn't document are left
    out. Raises ValueError for a number that JSON can't express.
    """
    given = dict(options) if client_name is None else {**options, "client_name": client_name}
    body: dict[str, object] = {"job_description": text} if text or kind is Kind.GENERATE else {}
    body |= {name: given[name] for name in DOCUMENTED if name in given}
    return fields.clean(json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))).encode()


def interview(body: bytes) -> Interview | None:
    """The interview in the body of a 2xx: an object with a text as id and a web address as share link. None for anything else."""
    try:
        told = fields.parse(body)
    except fields.Unreadable:
        return None
    identity, link = told.values.get("id"), told.values.get("share_link")
    if not (isinstance(identity, str) and _ID.fullmatch(identity)):
        return None
    if not (isinstance(link, str) and _LINK.fullmatch(link)):
        return None
    raw = {fields.clean(name): told.tree(name) for name in told.values}
    return Interview(fields.clean(identity), fields.clean(link), raw)


def salvage(body: bytes) -> Interview | None:
    """The interview in a body that was cut, where its id (a UUID) and the link that ends with it are both whole."""
    for found in _LINK_TO_UUID.finditer(body):
        link, identity = found.groups()
        if link.isascii() and re.search(rb'"id"\s*:\s*"' + identity + b'"', body):
            return Interview(identity.decode(), link.decode().replace("\\/", "/"), {})
    return None


def error(body: bytes) -> TheirError | None:
    """TalentSprout's error document, or None: a page of a proxy and an empty body prove nothing about TalentSprout."""
    try:
        told = fields.parse(body).child("error")
    except fields.Unreadable:
        return None
    code = words(told.values.get("code"), LONGEST_WORD)
    if code is None:
        return None
    return TheirError(
        code,
        words(told.values.get("message"), LONGEST_MESSAGE),
        words(told.values.get("param"), LONGEST_WORD),
        words(told.values.get("request_id"), LONGEST_WORD),
    )


def ping(body: bytes) -> Pong | None:
    """What a 2xx to a ping tells; an empty body tells nothing, and anything else that is no JSON object isn't a ping's: None.

    Its shape isn't documented, so the facts may also lie one level down.
    """
    if not body.strip():
        return Pong()
    try:
        told = fields.parse(body).values
    except fields.Unreadable:
        return None
    levels = [told, *(inner for inner in told.values() if isinstance(inner, dict))]
    scopes = next((level["scopes"] for level in levels if isinstance(level.get("scopes"), list)), None)
    named = (words(level.get("organization_id"), LONGEST_WORD) for level in levels)
    return Pong(
        None if scopes is None else tuple(scope for item in scopes if (scope := words(item, LONGEST_WORD))),
        next((name for name in named if name), None),
    )


def words(value: object, most: int) -> str | None:
    """A text on one line, shortened, without what nobody sees and without keys; None for anything else and for an empty one."""
    if not isinstance(value, str):
        return None
    return _KEY.sub("tsk_***", fields.single_line(fields.clean(value)))[:most] or None
