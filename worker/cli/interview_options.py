"""Options of an interview, from flags and cells: checked by the same model as those of the configuration.

So a voice that TalentSprout doesn't know is refused before anything is filed, in the words that the configuration would get.
"""

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.faults import Wrong
from config.interview import InterviewOptions, Question
from config.wording import likely, shown

Command = TypeVar("Command", bound=Callable[..., Any])

FLAGS: Mapping[str, tuple[str, str]] = {  # option -> flag, help; what has no flag is given by --option
    "voice": ("--voice", "How the interviewer sounds."),
    "languages": ("--language", "ISO 639-1 code, the main one first; repeat for more."),
    "duration": ("--duration", "Minutes."),
    "require_video": ("--require-video", "true or false."),
    "max_attempts": ("--max-attempts", "How often a candidate may try."),
    "passing_score": ("--passing-score", "0 to 100."),
    "access_type": ("--access-type", "public or invite-only."),
    "redirect_url": ("--redirect-url", "Where candidates land afterwards."),
    "ai_personality": ("--ai-personality", "Such as professional, friendly or casual."),
    "company_name": ("--company-name", "As candidates see it."),
    "client_name": ("--client-name", "A label that your team sees and candidates don't."),
    "template_id": ("--template", "The UUID of a template that is saved in TalentSprout."),
}
TITLE = "title"
KNOWN = InterviewOptions.keys()
NUMBERS = frozenset({"duration", "max_attempts", "passing_score"})
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class BadOption(ValueError):
    """An option that can't be: its name, and what is wrong with it."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


def interview_options(command: Command) -> Command:
    """A flag for each option, and `--option NAME=VALUE` for any; the command gets them as `interview`, checked."""

    @functools.wraps(command)
    def collected(**given: Any) -> Any:
        written: dict[str, str] = {}
        for name in FLAGS:
            value = given.pop(name)
            if value not in (None, ()):
                written[name] = ",".join(value) if isinstance(value, tuple) else value
        return command(interview=_of_flags({**written, **_pairs(given.pop("pairs"))}), **given)

    for name, (flag, text) in reversed(list(FLAGS.items())):
        repeat = name == "languages"
        metavar = flag.removeprefix("--").upper().replace("-", "_")
        collected = click.option(flag, name, multiple=repeat, metavar=metavar, help=text)(collected)
    return any_option(collected)  # type: ignore[return-value]  # a wrapper that takes what `command` takes, and the flags


any_option = click.option(
    "--option", "pairs", multiple=True, metavar="NAME=VALUE", help="Any optional field of POST /interviews."
)


def of_pairs(pairs: tuple[str, ...]) -> dict[str, object]:
    """What `--option NAME=VALUE` gave, checked. Raises click.UsageError."""
    return _of_flags(_pairs(pairs))


def of_questions(asked: tuple[str, ...]) -> dict[str, object]:
    """What `--question TEXT` gave, checked. Raises click.UsageError."""
    try:
        return checked({"questions": [{"question": one} for one in asked]}) if asked else {}
    except BadOption as fault:
        raise _wrong(f"--question: {fault.problem}") from None


def from_texts(written: Mapping[str, str]) -> dict[str, object]:
    """Options written as text, each converted as its field wants it, and checked. Raises BadOption."""
    return checked({name: _converted(name, text.strip()) for name, text in written.items()})


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


def _of_flags(written: Mapping[str, str]) -> dict[str, object]:
    try:
        return from_texts(written)
    except BadOption as fault:
        flag = FLAGS[fault.name][0] if fault.name in FLAGS else f"--option {fault.name}"
        raise _wrong(f"{flag}: {fault.problem}") from None


def _wrong(sentence: str) -> click.UsageError:
    return click.UsageError(sentence, click.get_current_context(silent=True))


def _pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise _wrong(f"--option {pair}: write it as NAME=VALUE.")
        found[name.strip()] = value
    return found


def _converted(name: str, text: str) -> object:
    if name in NUMBERS:
        return _number(text)
    if name == "require_video":
        return WORDS.get(text.lower(), text)
    if name == "languages":
        return [word.lower() for word in text.replace(",", " ").replace(";", " ").split()]
    if name == "questions":
        return _questions(text)
    return text


def _number(text: str) -> int | float | str:
    try:
        return int(text) if text.isascii() and text.isdigit() else float(text)
    except ValueError:
        return text  # the model says that it is none


def _questions(text: str) -> object:
    """A JSON list as the API takes it, or one question a line."""
    if text.startswith("["):
        try:
            return json.loads(text)
        except ValueError as fault:
            raise BadOption("questions", f"is not JSON ({fault}).") from None
    return [{"question": line.strip()} for line in text.splitlines() if line.strip()]


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
