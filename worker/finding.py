"""Where a mapping leads to in a body: along a dotted path, or by a JMESPath expression.

Every value that is asked for has a name, so that a fault can say where it was looked for; of an expression, that is its text.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from config import expressions
from worker.domain.fields import Fields, Unreadable

MOST_VALUES = 1_000_000  # in the lists on an expression's way, all counted

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
        return _interpreter()().visit(_compiled(expression).parsed, body.values)
    except JMESPathError as fault:
        raise Unreadable(
            f'the expression "{expression}" can\'t be applied to the body ({type(fault).__name__})'
        ) from None


@cache
def _interpreter() -> Any:
    """JMESPath's own, which stops where lists multiply: a short expression can make millions of values out of one."""
    from jmespath.visitor import TreeInterpreter

    class Bounded(TreeInterpreter):
        def __init__(self) -> None:
            super().__init__()
            self.made = 0

        def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
            found = super().visit(node, *args, **kwargs)
            self._count(len(found) if isinstance(found, list) else 0)
            return found

        def visit_flatten(self, node: Any, value: Any) -> Any:
            base = self.visit(node["children"][0], value)
            if not isinstance(base, list):
                return None
            self._count(sum(len(one) for one in base if isinstance(one, list)))
            return [one for part in base for one in (part if isinstance(part, list) else [part])]

        def _count(self, more: int) -> None:
            self.made += more
            if self.made > MOST_VALUES:
                raise Unreadable(
                    f"an expression makes more than {MOST_VALUES:,} values of the body; write a narrower one"
                )

    return Bounded


@cache
def _compiled(expression: str) -> "ParsedResult":
    import jmespath

    found: Any = jmespath.compile(expression)
    return found  # type: ignore[no-any-return]  # its stubs leave it open
