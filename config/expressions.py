"""What a mapping may say: a dotted path, which is keys joined by dots, or a JMESPath expression (jmespath.org).

What has none of JMESPath's own signs is a dotted path, with whatever else its keys are made of: "dc:title", "Job (m/f).name".
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from config.faults import Wrong
from config.wording import likely, shown

LONGEST = 500  # characters
MOST_STEPS = 100  # parts of an expression; what it costs grows with them and with the body, whose values are counted
_SIGNS = re.compile(r"[\[\]{}|`]|&&|[=!<>]=|'[^']*'|\"[^\"]*\"")
_CALL = re.compile(r"\b([a-z_]+)\(")


def is_expression(value: str) -> bool:
    """Whether it is JMESPath, and no dotted path."""
    return _SIGNS.search(value) is not None or any(name in _functions() for name in _CALL.findall(value))


def checked(value: str) -> str:
    """An expression that can be compiled, all of whose functions there are. Raises Wrong, with the position."""
    import jmespath  # of no use to who writes paths
    from jmespath.exceptions import EmptyExpressionError, LexerError, ParseError

    if len(value) > LONGEST:
        raise Wrong(f"the expression has {len(value)} characters", f"keep it within {LONGEST}")
    try:
        parsed = jmespath.compile(value).parsed
    except LexerError as fault:
        raise _at(value, fault.lexer_position) from None
    except ParseError as fault:
        raise _at(value, fault.lex_position) from None
    except EmptyExpressionError:
        raise Wrong("the expression is empty") from None
    steps = list(_steps(dict(parsed)))
    if len(steps) > MOST_STEPS:
        raise Wrong(f"the expression has {len(steps)} parts", f"keep it within {MOST_STEPS}")
    for step in steps:
        if step["type"] == "function_expression":
            _check_call(step["value"], len(step["children"]))
    return value


def _at(value: str, position: int) -> Wrong:
    place = f"at character {position + 1}" if position < len(value) else "at its end"
    remedy = "see jmespath.org; a key that is no plain word stands in double quotes"
    return Wrong(f"{shown(value)} is not a JMESPath expression: it can't be read {place}", remedy)


def _check_call(name: str, given: int) -> None:
    known = _functions()
    if name not in known:
        meant = likely(name, known)
        raise Wrong(f"there is no function {name}", f"did you mean {meant}?" if meant else "see jmespath.org")
    wanted, is_open = known[name]
    if given < wanted or (given > wanted and not is_open):
        raise Wrong(f"the function {name} is given {given} values", f"it takes {wanted}{' or more' if is_open else ''}")


@cache
def _functions() -> dict[str, tuple[int, bool]]:
    """Name -> how many values it takes, and whether it takes more."""
    from jmespath.functions import Functions

    table = Functions.FUNCTION_TABLE
    return {
        name: (len(one["signature"]), any(part.get("variadic") for part in one["signature"]))
        for name, one in table.items()
    }


def _steps(parsed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting = [parsed]
    while waiting:
        step = waiting.pop()
        yield step
        waiting += [child for child in step["children"] if isinstance(child, dict)]
