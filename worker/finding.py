"""Where a mapping leads to in a body: along a dotted path, or by a JMESPath expression.

Every value that is asked for has a name, so that a fault can say where it was looked for; of an expression, that is its text.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from config import expressions
from worker.domain.fields import Fields, Unreadable

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult


def find(body: Fields, where: str) -> tuple[Fields, str]:
    """The object that a path leads to, and the name in it; what is missing on the way is an empty object. Raises Unreadable."""
    if expressions.is_expression(where):
        return Fields({where: _searched(where, body)}, body.path), where
    *folders, name = where.split(".")
    for folder in folders:
        body = body.optional_child(folder)
    return body, name


def holds(body: Fields, condition: str) -> bool:
    """Whether a condition is met, as JMESPath sees it: not false, not null, and nothing empty. Raises Unreadable."""
    folder, name = find(body, condition)
    found = folder.values.get(name)
    return found not in (None, "", [], {}) and found is not False


def _searched(expression: str, body: Fields) -> object:
    """The fault says nothing of the value that a function could not take: it may be a person's."""
    from jmespath.exceptions import JMESPathError

    try:
        return _compiled(expression).search(body.values)
    except JMESPathError as fault:
        raise Unreadable(
            f'the expression "{expression}" can\'t be applied to the body ({type(fault).__name__})'
        ) from None


@cache
def _compiled(expression: str) -> "ParsedResult":
    import jmespath

    found: Any = jmespath.compile(expression)
    return found  # type: ignore[no-any-return]  # its stubs leave it open
