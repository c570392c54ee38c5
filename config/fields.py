"""How the value of a key is read: from what TOML gives (or a finished value, from Python code) to what `settings` holds.

Each function raises Wrong for what it can't accept, and never shows a secret.
"""

import re
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from config import expressions, quantities, scalars, servers
from config.faults import Wrong
from config.secret import Secret
from config.wording import shown

MOST_CALLS = 1000  # in the window of a limit
MOST_AT_ONCE = 2  # values of one secret while it is rotated: the old one and the new one
SHORTEST_DATA_KEY = 32  # characters; as base64 they hold 192 random bits
MOST_DATA_KEYS = 5  # the one that is in use and those before it, until nothing is sealed with them any more
SHORTEST_WEBHOOK_TOKEN = 32  # characters; the token is all that proves who sends
MAKE_A_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105 - a command, for messages
_IN_A_URL = re.compile(r"[A-Za-z0-9._~+=-]+")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_HEADER = re.compile(
    r"[A-Za-z0-9!#$%&'*+.^`|~-]+"
)  # RFC 9110, 5.6.2, but without the underscore: HTTP servers drop such headers

T = TypeVar("T")


def optional(read: Callable[[object], T]) -> Callable[[object], T | None]:
    """`read`, for a key that may be left out."""
    return lambda value: None if value is None else read(value)


def text(value: object) -> str:
    """Text with something in it."""
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not text")
    if not value.strip():
        raise Wrong("the value is empty")
    return str(value)


def secret(value: object) -> Secret:
    """A secret in one piece."""
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise Wrong("the value is not text")
    if not value.strip():
        raise Wrong("the value is empty")
    if any(character.isspace() or not character.isprintable() for character in value):
        raise Wrong("the value has white space or an invisible character in it", "set it to the secret alone")
    return Secret(str(value))


def _api_key(key: Secret) -> Secret:
    if not key.reveal().isascii():
        raise Wrong("the key has a character that no header can carry", "copy it again from TalentSprout")
    return key


def _webhook_token(token: Secret) -> Secret:
    characters = len(token.reveal())
    if characters < SHORTEST_WEBHOOK_TOKEN:
        raise Wrong(
            f"the token has {characters} characters and needs {SHORTEST_WEBHOOK_TOKEN}",
            f"make one with: {MAKE_A_SECRET}",
        )
    if not _IN_A_URL.fullmatch(token.reveal()):
        raise Wrong(
            "the token has a character that can't stand in the path of a URL", f"make one with: {MAKE_A_SECRET}"
        )
    return token


def _data_key(key: Secret) -> Secret:
    characters = len(key.reveal())
    if characters < SHORTEST_DATA_KEY:
        raise Wrong(
            f"the key has {characters} characters and needs {SHORTEST_DATA_KEY}", f"make one with: {MAKE_A_SECRET}"
        )
    return key


def one_or_several(value: object) -> tuple[object, ...]:
    """What may be one value, or a list."""
    return several(value) if isinstance(value, list | tuple) else (value,)


def several(value: object) -> tuple[object, ...]:
    """A list with something in it."""
    if not isinstance(value, list | tuple):
        raise Wrong(f"{shown(value)} is not a list")
    if value == []:
        raise Wrong("the list is empty")
    return tuple(value)


def events(value: object) -> tuple[object, ...]:
    """A list with something in it, in which nothing stands twice."""
    return choices(several(value))


def choices(value: object) -> tuple[object, ...]:
    """A list in which nothing stands twice; it may be empty."""
    names = () if value == [] else several(value)
    for name in names:
        if isinstance(name, str) and names.count(name) > 1:
            raise Wrong(f"{shown(name)} stands in the list twice", "leave one out")
    return names


def header(value: object) -> str:
    """The name of an HTTP header."""
    name = text(value)
    if "_" in name:
        raise Wrong(f"{shown(value)} has an underscore, and HTTP servers drop such headers", 'write "-" instead')
    if not _HEADER.fullmatch(name):
        raise Wrong(f"{shown(value)} is not the name of a header")
    return name


def dotted_path(value: object) -> str:
    """Keys joined by dots."""
    path = text(value)
    if not all(key.strip() for key in path.split(".")):
        raise Wrong(f"{shown(value)} has an empty key in it")
    return path


def place(value: object) -> str:
    """Where something is in a body: a dotted path, or a JMESPath expression."""
    written = text(value)
    return expressions.checked(written) if expressions.is_expression(written) else dotted_path(written)


def limit(value: object) -> tuple[int, timedelta]:
    """Calls, and the window in which they are counted."""
    count, window = quantities.limit(value)
    if not 1 <= count <= MOST_CALLS:
        raise Wrong(f"{shown(value)} is out of range")
    return count, window


def _start(info: ValidationInfo) -> Path:
    """Where relative paths start: at the folder of the file, else at the working directory."""
    return (info.context or {}).get("folder") or Path.cwd()


def database(value: object, info: ValidationInfo) -> str:
    """The URL of a database, with the path of an SQLite file absolute."""
    return servers.database_url(value, _start(info))


def folder(value: object, info: ValidationInfo) -> Path:
    """The absolute path of a folder."""
    return servers.under(_start(info), str(value) if isinstance(value, Path) else text(value))


def optional_folder(value: object, info: ValidationInfo) -> Path | None:
    """The same where there may be none."""
    return None if value is None else folder(value, info)


def clock(value: object) -> time:
    """A time of day to the minute, from "08:00"."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise Wrong(f"{shown(value)} is not a time of day")
    return time.fromisoformat(value)


def zone(value: object) -> ZoneInfo:
    """A place of the time zone database, which comes with the bridge."""
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(text(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of it, such as "Europe"
        raise Wrong(f"{shown(value)} is not a place of the time zone database") from None


Text = Annotated[str, BeforeValidator(text)]
OptionalText = Annotated[str | None, BeforeValidator(optional(text))]
AnySecret = Annotated[Secret, BeforeValidator(secret)]
OptionalSecret = Annotated[Secret | None, BeforeValidator(optional(secret))]
ApiKey = Annotated[Secret, BeforeValidator(secret), AfterValidator(_api_key)]
WebhookToken = Annotated[Secret, BeforeValidator(secret), AfterValidator(_webhook_token)]
DataKey = Annotated[Secret, BeforeValidator(secret), AfterValidator(_data_key)]
PersonalFields = Annotated[tuple[Literal["name", "email"], ...], BeforeValidator(choices)]
PERSONAL = 'a list out of "name" and "email"'
OptionalHeader = Annotated[str | None, BeforeValidator(optional(header))]
Place = Annotated[str, BeforeValidator(place)]
OptionalPlace = Annotated[str | None, BeforeValidator(optional(place))]
Switch = Annotated[bool, BeforeValidator(scalars.yes_or_no)]
Whole = Annotated[int, BeforeValidator(scalars.whole)]
Duration = Annotated[timedelta, BeforeValidator(quantities.duration)]
