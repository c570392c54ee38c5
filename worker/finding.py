"""Where a mapping leads to in a body: along a dotted path, or by a JMESPath expression.

Every value that is asked for has a name, so that a fault can say where it was looked for; of an expression, that is its text.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from config import expressions
from worker.domain.fields import Fields, Unreadable

MOST_VALUES = 1_000_000  # in the lists on an expression's way, all counted
MOST_MADE = 10_000_000  # values and characters in what it puts together; ten times the largest delivery
NARROWER = "write a narrower one"
MAKING = frozenset({"multi_select_list", "multi_select_dict"})
GROWING = frozenset({"join", "to_string"})  # functions whose text may be longer than what they are given

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
    except Unreadable:
        raise
    except (JMESPathError, ArithmeticError, TypeError, ValueError) as fault:  # its functions let Python's own through
        raise Unreadable(
            f'the expression "{expression}" can\'t be applied to the body ({type(fault).__name__})'
        ) from None


@cache
def _interpreter() -> Any:
    """JMESPath's own, which stops where values or letters multiply: a short expression can make millions out of one."""
    from jmespath.functions import Functions
    from jmespath.visitor import TreeInterpreter

    class Bounded(TreeInterpreter):
        def __init__(self) -> None:
            super().__init__()
            self.listed = self.made = 0
            self.sizes, self.functions = Sizes(), Functions()

        def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
            found = super().visit(node, *args, **kwargs)
            self._count(len(found) if isinstance(found, list) else 0)
            return self._weighed(found) if node["type"] in MAKING else found

        def visit_flatten(self, node: Any, value: Any) -> Any:
            base = self.visit(node["children"][0], value)
            if not isinstance(base, list):
                return None
            self._count(sum(len(one) for one in base if isinstance(one, list)))
            return [one for part in base for one in (part if isinstance(part, list) else [part])]

        def visit_function_expression(self, node: Any, value: Any) -> Any:
            if node["value"] not in GROWING:
                return super().visit_function_expression(node, value)
            given = [self._weighed(self.visit(child, value)) for child in node["children"]]
            if node["value"] == "join" and isinstance(given[1], list):
                self._make(len(given[0]) * len(given[1]) if isinstance(given[0], str) else 0)
            return self._weighed(self.functions.call_function(node["value"], given))

        def _weighed(self, found: Any) -> Any:
            self._make(self.sizes.of(found))
            return found

        def _make(self, more: int) -> None:
            self.made += more
            if self.made > MOST_MADE:
                raise Unreadable(f"an expression makes more than {MOST_MADE:,} characters of the body; {NARROWER}")

        def _count(self, more: int) -> None:
            self.listed += more
            if self.listed > MOST_VALUES:
                raise Unreadable(f"an expression makes more than {MOST_VALUES:,} values of the body; {NARROWER}")

    return Bounded


class Sizes:
    """How many values and characters a value holds, each as often as it stands in it: what is made of one part twice is twice as
    much to walk through, though it takes no more memory.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, int]] = {}  # with the value itself, so that its id stays its own

    def of(self, value: object) -> int:
        """1 for what holds nothing."""
        if isinstance(value, str):
            return 1 + len(value)
        if not isinstance(value, list | dict):
            return 1
        known = self._known.get(id(value))
        if known is None:
            parts = [*value, *value.values()] if isinstance(value, dict) else value
            known = self._known[id(value)] = value, 1 + sum(map(self.of, parts))
        return known[1]


@cache
def _compiled(expression: str) -> "ParsedResult":
    import jmespath

    found: Any = jmespath.compile(expression)
    return found  # type: ignore[no-any-return]  # its stubs leave it open
