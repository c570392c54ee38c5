"""Options of an interview as flags, for the commands that take them; what they mean is `worker.batches.options`'s."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from worker.batches.options import BadOption, checked, from_cells

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


def _of_flags(written: Mapping[str, str]) -> dict[str, object]:
    try:
        return from_cells(written)
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
