"""Options of an interview out of cells, flags and JSON: converted as each field wants it, and checked.

The model is that of the configuration, so a voice that TalentSprout doesn't know is refused before anything is filed, in the
words that the configuration would get.
"""

import json
import math
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.faults import Wrong
from config.interview import InterviewOptions, Question
from config.wording import likely, shown

TITLE = "title"
KNOWN = InterviewOptions.keys()
NUMBERS = frozenset({"duration", "max_attempts", "passing_score"})
LISTS = frozenset({"languages", "questions"})
YES_OR_NO = "require_video"
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class BadOption(ValueError):
    """An option that can't be: its name, and what is wrong with it."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


def from_cells(cells: Mapping[str, object]) -> dict[str, object]:
    """Options as a file or a person writes them: text, or a spreadsheet's own number or truth. Raises BadOption."""
    return checked({name: _converted(name, value) for name, value in cells.items()})


def checked(options: Mapping[str, object]) -> dict[str, object]:
    """As TalentSprout takes them: an unknown one, a wrong type or a value out of range is refused. Raises BadOption."""
    others = {name: value for name, value in options.items() if name != TITLE}
    for name in others:
        if name not in KNOWN:
            meant = likely(name, [*KNOWN, TITLE])
            raise BadOption(name, f"is not an option.{f' Did you mean {meant}?' if meant else ''}")
    try:
        read = InterviewOptions.model_validate(others)
    except ValidationError as fault:
        raise _in_words(fault.errors(include_url=False)[0]) from None
    title = options.get(TITLE)
    if title is not None and not (isinstance(title, str) and title.strip()):
        raise BadOption(TITLE, "is empty.")
    known = read.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return known if title is None else {TITLE: title, **known}


def as_text(value: object) -> str:
    """A cell that is to be text: a spreadsheet gives 1042 or 1042.0 for what people see as 1042."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.strip() if isinstance(value, str) else str(value)


def _converted(name: str, value: object) -> object:
    if name in NUMBERS:
        return _number(value)
    if name == YES_OR_NO:
        return value if isinstance(value, bool) else WORDS.get(as_text(value).lower(), value)
    if name in LISTS and isinstance(value, list):
        return _questions_of(value) if name == "questions" else value
    text = as_text(value)
    if name == "languages":
        return [word.lower() for word in text.replace(",", " ").replace(";", " ").split()]
    return _questions(text) if name == "questions" else text


def _number(value: object) -> object:
    """A number, or what the model will say is none. 15.0, as spreadsheets have it, is 15."""
    if isinstance(value, str):
        text = value.strip()
        try:
            value = int(text) if text.isascii() and text.isdigit() else float(text)
        except ValueError:
            return text
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return value


def _questions(text: str) -> object:
    """A JSON list as the API takes it, or one question a line."""
    if text.startswith("["):
        try:
            return _questions_of(json.loads(text))
        except ValueError as fault:
            raise BadOption("questions", f"is not JSON ({fault}).") from None
    return [{"question": line.strip()} for line in text.splitlines() if line.strip()]


def _questions_of(asked: list[object]) -> list[object]:
    """A question may stand as text alone."""
    return [{"question": one} if isinstance(one, str) else one for one in asked]


def _in_words(details: ErrorDetails) -> BadOption:
    name, *inside = details["loc"]
    raised = details.get("ctx", {}).get("error")
    if isinstance(raised, Wrong):
        found, remedy = raised.found, raised.remedy
    elif details["type"] == "too_long":
        found, remedy = f"the list has {len(details['input'])} items", ""
    elif details["type"] == "missing":
        found, remedy = f"{inside[-1]} is missing", ""
    elif details["type"] == "extra_forbidden":
        found, remedy = f"{inside[-1]} is not a key of a question", f"expected {', '.join(Question.keys())}"
    else:
        found, remedy = f"{shown(details['input'])} is not a choice", ""
    meant = likely(details["input"], _choices(str(name))) if isinstance(details["input"], str) else None
    hint = f' Did you mean "{meant}"?' if meant else ""
    return BadOption(str(name), f"{found}; {remedy or f'expected {InterviewOptions.expected(str(name))}'}.{hint}")


def _choices(name: str) -> list[str]:
    """The words of a closed list, out of its description."""
    return InterviewOptions.expected(name).replace('"', "").replace(" or ", ", ").split(", ")
