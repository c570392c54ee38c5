"""pydantic's errors in the words of this house: which field, what was found, what was expected, and what was probably meant."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.faults import Wrong
from config.wording import likely, shown
from web.problems import Fault

Location = tuple[int | str, ...]
KINDS: Mapping[str, str] = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "dict_type": "an object",
}


def of(fault: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """Every fault of what was sent as `model`."""
    return [_fault(model, details) for details in fault.errors(include_url=False)]


def _fault(model: type[BaseModel], details: ErrorDetails) -> Fault:
    location = details["loc"]
    *_, owner = _models_along(model, location[:-1])
    name = str(location[-1]) if location else ""
    field = _words(location) or "body"
    if details["type"] == "extra_forbidden":
        meant = likely(name, owner.model_fields)
        found = "is not a known field" + (f'; did you mean "{meant}"?' if meant else "")
        return Fault(field, found, "" if meant else f"one of {', '.join(owner.model_fields)}")
    return Fault(field, _found(details), _expected(owner, location) or KINDS.get(details["type"], ""))


def _found(details: ErrorDetails) -> str:
    raised = details.get("ctx", {}).get("error")
    if isinstance(raised, Wrong):
        return raised.found + (f"; {raised.remedy}" if raised.remedy else "")
    match details["type"]:
        case "missing":
            return "is missing"
        case "string_too_short":
            return "is empty"
        case "string_too_long" | "too_long":
            return "is too long"
        case "literal_error":
            choices = re.findall(r"'([^']*)'", details.get("ctx", {}).get("expected", ""))
            meant = likely(str(details["input"]), choices)
            return f"{shown(details['input'])} is not a choice" + (f'; did you mean "{meant}"?' if meant else "")
        case "greater_than_equal" | "less_than_equal":
            return f"{shown(details['input'])} is out of range"
        case kind:
            return f"{shown(details['input'])} is not {KINDS.get(kind, 'of the expected form')}"


def _expected(owner: type[BaseModel], location: Location) -> str:
    """The description of the nearest field, which says what it takes."""
    names = [step for step in location if isinstance(step, str) and step in owner.model_fields]
    if not names:
        return ""
    return (owner.model_fields[names[-1]].description or "").rstrip(".")


def _models_along(model: type[BaseModel], location: Location) -> Iterator[type[BaseModel]]:
    """The models that a location leads through, the outermost first."""
    yield model
    for step in location:
        if isinstance(step, str) and step in model.model_fields:
            inner = next(_models_in(model.model_fields[step].annotation), None)
            if inner is not None:
                model = inner
                yield model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _words(location: Location) -> str:
    """`options.questions[0].question`; counted from 0, as programs do."""
    words = ""
    for step in location:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else step
    return words
