"""Numbers, and true or false. What comes from outside of the file is text, and read as TOML would read it. Each raises Wrong."""

from config.faults import Wrong
from config.values import Given
from config.wording import shown


def number(value: object) -> int | float:
    """Any number."""
    if isinstance(value, Given):
        try:
            return int(value) if value.isascii() and value.isdigit() else float(value)
        except ValueError:
            raise Wrong(f"{shown(value)} is not a number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(f"{shown(value)} is not a number")
    return value


def whole(value: object) -> int:
    """A number without a fraction."""
    found = number(value)
    if not isinstance(found, int):
        raise Wrong(f"{shown(value)} is not a whole number")
    return found


def yes_or_no(value: object) -> bool:
    """True or false, in the words of TOML."""
    if isinstance(value, Given) and value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise Wrong(f"{shown(value)} is neither true nor false")
    return value
