"""Values that stand elsewhere: "env:NAME" and "file:/path" are replaced by what they name.

Whatever is wrong with the other place is a fault of the key that points to it: not set, empty, ending with a newline;
missing, unreadable, empty, or open to everyone while it holds a secret.
"""

import os
import stat
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Final

from config.faults import Wrong

LARGEST_FILE = 65_536  # bytes; a key, a certificate or a job description is far below


class Given(str):
    """Text that came from outside of the configuration; messages say where from (`env:NAME`), never what it is."""

    origin: str

    def __new__(cls, text: str, origin: str) -> "Given":
        given = super().__new__(cls, text)
        given.origin = origin
        return given


class Unreadable(Enum):
    """Stands for a value whose place couldn't be read: it is there, it has its fault already, nothing more is known of it."""

    VALUE = "unreadable"


UNREADABLE: Final = Unreadable.VALUE
Location = tuple[str | int, ...]
Told = Callable[[Location, Wrong], None]


def resolve(value: object, folder: Path, *, at: Location, is_secret: bool, tell: Told) -> object:
    """`value` with every "env:" and "file:" in it replaced; UNREADABLE where that failed and `tell` was told why."""
    if isinstance(value, dict):
        return {key: resolve(v, folder, at=(*at, key), is_secret=is_secret, tell=tell) for key, v in value.items()}
    if isinstance(value, list):
        return [resolve(v, folder, at=(*at, number), is_secret=is_secret, tell=tell) for number, v in enumerate(value)]
    try:
        if isinstance(value, str) and value.startswith("env:"):
            return _from_environment(value)
        if isinstance(value, str) and value.startswith("file:"):
            return _from_file(value, folder, is_secret=is_secret)
    except Wrong as wrong:
        tell(at, wrong)
        return UNREADABLE
    return value


def _from_environment(origin: str) -> Given:
    name = origin.removeprefix("env:")
    if not name:
        raise Wrong('"env:" names no variable', 'write it as "env:NAME"')
    value = os.environ.get(name)  # noqa: TID251 - config is the one reader of the environment
    if value is None:
        raise Wrong(f"{origin} is not set", f"set {name} in the environment of this process, and check its spelling")
    if not value.strip():
        raise Wrong(f"{origin} is set but empty", f"give {name} a value")
    if value.endswith(("\n", "\r")):
        raise Wrong(
            f"{origin} ends with a newline", f"set {name} without one, for example with $(cat FILE), which drops it"
        )
    if not _is_utf8(value):
        raise Wrong(f"{origin} is not UTF-8 text", f"set {name} to plain text")
    return Given(value, origin)


def _is_utf8(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # Python keeps bytes that it could not decode as lone surrogates
        return False
    return True


def _from_file(origin: str, folder: Path, *, is_secret: bool) -> Given:
    name = origin.removeprefix("file:")
    if not name:
        raise Wrong('"file:" names no file', 'write it as "file:/path"')
    path = folder / name
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise Wrong(f"{origin} does not exist", f"write the value into {path}") from None
    except IsADirectoryError:
        raise Wrong(f"{origin} is a folder", "name a file in it") from None
    except PermissionError:
        raise Wrong(f"{origin} may not be read by this process", f"let its user read {path}, and nobody else") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise Wrong(f"{origin} can't be read ({getattr(error, 'strerror', None) or error})", f"check {path}") from None
    if is_secret and mode & (stat.S_IROTH | stat.S_IWOTH):
        raise Wrong(
            f"{origin} is open to everyone on this machine (mode {stat.S_IMODE(mode):04o})",
            f"close it with: chmod 600 {path}",
        )
    return Given(_text(content, origin), origin)


def _text(content: bytes, origin: str) -> str:
    """A file's text. Editors and `echo` end a file with a newline, so one is no part of the value, unlike in a variable."""
    if len(content) > LARGEST_FILE:
        raise Wrong(f"{origin} is larger than {LARGEST_FILE // 1024} KiB", "name a file that holds the value alone")
    try:
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise Wrong(f"{origin} is not UTF-8 text", "name a file that holds the value as plain text") from None
    if not text.strip():
        raise Wrong(f"{origin} is empty", "write the value into it")
    return text
