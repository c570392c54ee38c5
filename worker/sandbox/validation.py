"""The rules for request fields, in the vendor's order and with its codes; the first fault found is the one that is told.

A required field that is missing has the wrong type (`invalid_type`, "Required"), as in the validator whose codes these are.
"""

import json
import re
from collections.abc import Callable, Mapping

from worker.sandbox.refusals import Refusal, refusal
from worker.sandbox.settings import Characters, Endpoint, Switches

VOICES = ("alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "verse")
ACCESS_TYPES = ("public", "invite-only")
DESCRIPTION_LENGTH = (50, 20_000)
QUESTION_COUNT = (1, 50)

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
LANGUAGE = re.compile(r"[a-z]{2}")
WORD = re.compile(r"[^\W\d_]{2,}")

Fields = dict[str, object]
Rule = Callable[[str, object], None]


class Invalid(Exception):
    """A field breaks a rule; carries the answer."""

    def __init__(self, code: str, message: str, param: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.refusal: Refusal = refusal(status, code=code, message=message, param=param)


def _wrong_type(param: str, value: object, expected: str) -> Invalid:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return Invalid("invalid_type", f"Expected {expected}, received {kinds.get(type(value), 'null')}", param)


def _within(param: str, size: float, low: float | None, high: float | None, what: str) -> None:
    if low is not None and size < low:
        raise Invalid("too_small", f"{param} must be at least {low} {what}".rstrip(), param)
    if high is not None and size > high:
        raise Invalid("too_big", f"{param} must be at most {high} {what}".rstrip(), param)


def string(param: str, value: object) -> None:
    if not isinstance(value, str):
        raise _wrong_type(param, value, "string")


def filled(param: str, value: object) -> None:
    string(param, value)
    _within(param, len(str(value).strip()), 1, None, "characters long")


def boolean(param: str, value: object) -> None:
    if not isinstance(value, bool):
        raise _wrong_type(param, value, "boolean")


def number(low: float | None, high: float | None) -> Rule:
    def rule(param: str, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong_type(param, value, "number")
        _within(param, value, low, high, "")

    return rule


def attempts(param: str, value: object) -> None:
    number(None, None)(param, value)
    if isinstance(value, float) and not value.is_integer():
        raise Invalid("invalid_type", "Expected integer, received float", param)
    number(1, None)(param, value)


def choice(options: tuple[str, ...]) -> Rule:
    def rule(param: str, value: object) -> None:
        string(param, value)
        if value not in options:
            expected = " | ".join(f"'{option}'" for option in options)
            raise Invalid("invalid_enum_value", f"Invalid enum value. Expected {expected}, received {value!r}", param)

    return rule


def matching(pattern: re.Pattern[str], what: str, *, nullable: bool = False) -> Rule:
    def rule(param: str, value: object) -> None:
        if value is None and nullable:
            return
        string(param, value)
        if not pattern.fullmatch(str(value)):
            raise Invalid("invalid_request", f"{param} is not {what}", param)

    return rule


def languages(param: str, value: object) -> None:
    if not isinstance(value, list):
        raise _wrong_type(param, value, "array")
    _within(param, len(value), 1, None, "items long")
    for position, code in enumerate(value):
        matching(LANGUAGE, "an ISO 639-1 code")(f"{param}.{position}", code)


def questions(param: str, value: object) -> None:
    if not isinstance(value, list):
        raise _wrong_type(param, value, "array")
    _within(param, len(value), *QUESTION_COUNT, "items long")
    for position, item in enumerate(value):
        if not isinstance(item, dict):
            raise _wrong_type(f"{param}.{position}", item, "object")
        filled(f"{param}.{position}.question", item.get("question"))
        if "evaluation_criteria" in item:
            string(f"{param}.{position}.evaluation_criteria", item["evaluation_criteria"])


OPTIONAL: dict[str, Rule] = {
    "job_description": string,
    "title": filled,
    "questions": questions,
    "template_id": matching(UUID, "a UUID", nullable=True),
    "company_name": string,
    "client_name": string,
    "voice": choice(VOICES),
    "languages": languages,
    "duration": number(1, None),
    "require_video": boolean,
    "max_attempts": attempts,
    "passing_score": number(0, 100),
    "access_type": choice(ACCESS_TYPES),
    "redirect_url": matching(URL, "a URL", nullable=True),
    "ai_personality": filled,
}
REQUIRED = {Endpoint.GENERATE: "job_description", Endpoint.CREATE: "title"}


def length(text: str, unit: Characters) -> int:
    match unit:
        case Characters.UTF16:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case Characters.CODEPOINTS:
            return len(text)
        case Characters.BYTES:
            return len(text.encode("utf-8", "surrogatepass"))


def read_json(body: bytes) -> Fields:
    """The body as an object. Bytes that are no UTF-8 become U+FFFD, as they do in the vendor's runtime (assumed)."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        document = json.loads(body.decode("utf-8", "replace"), parse_constant=refuse)
    except (ValueError, RecursionError):
        raise Invalid("invalid_json", "The request body is not valid JSON") from None
    if not isinstance(document, dict):
        raise _wrong_type("", document, "object")
    return document


def check(endpoint: Endpoint, fields: Fields, switches: Switches) -> None:
    """Raises Invalid for the first rule that `fields` break. Templates are looked up elsewhere."""
    required = REQUIRED[endpoint]
    if required not in fields:
        raise Invalid("invalid_type", "Required", required)
    for name, rule in OPTIONAL.items():
        if name in fields:
            rule(name, fields[name])
    if switches.unknown_fields_refused:
        _refuse_unknown(fields)
    if endpoint is Endpoint.GENERATE:
        _check_description(str(fields["job_description"]), switches.characters)
    elif "questions" not in fields and not fields.get("template_id"):
        raise Invalid("invalid_request", "Either questions or template_id is required", "questions")


def _refuse_unknown(fields: Mapping[str, object]) -> None:
    for name in fields:
        if name not in OPTIONAL:
            raise Invalid("invalid_request", f"Unrecognized field: {name!r}", name)


def _check_description(text: str, unit: Characters) -> None:
    _within("job_description", length(text, unit), *DESCRIPTION_LENGTH, "characters long")
    if not WORD.search(text):  # nothing that could be about a job
        raise Invalid("invalid_job_description", refusal(422).message, "job_description", 422)
