"""One template with its facts -> text, or nothing where a fact is missing.

Templates may be an organization's own, so they run in Jinja's sandbox and see facts alone.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, UndefinedError, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from worker.domain.fields import single_line
from worker.wording.catalogue import Alternatives, Catalogue

NOT_SAID = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
CLOCK = re.compile(r"\b(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?P<seconds>(?::[0-5]\d)?) UTC\b")
MOST_KEPT = 2000  # compiled templates: some languages with all their sentences
Facts = Mapping[str, object]


class Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which `a.b` is b of the object a, and never a method of Python's dict."""

    def getattr(self, obj: object, attribute: str) -> object:
        """Raises nothing: what is not there is undefined, and a sentence that needs it is not said."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        found: object = super().getattr(obj, attribute)
        return found


def environment(catalogue: Catalogue, zone: ZoneInfo, *, is_html: bool = False) -> Environment:
    """Where the templates of a catalogue run. Filters: `moment` and `day` (of a time in `zone`), `number` (81, 81.5), `local`.

    `local` is for sentences of the bridge: "13:50 UTC" in them becomes the time of the place, on the day of the message.
    """
    made = Environment(
        undefined=StrictUndefined, autoescape=is_html, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    made.globals.clear()
    made.filters["moment"] = _moments(catalogue.moment, catalogue.months, zone)
    made.filters["day"] = _moments(catalogue.day, catalogue.months, zone)
    made.filters["number"] = number
    made.filters["local"] = _local_clocks(zone)
    return made


def said(where: Environment, alternatives: Alternatives, facts: Facts) -> str | None:
    """The first alternative that can be said whole, on one line; None where there is none, or nothing in it."""
    for source in alternatives:
        try:
            text = single_line(_compiled(where, source).render(facts))
        except NOT_SAID:
            continue
        if text:
            return text
    return None


@lru_cache(maxsize=MOST_KEPT)
def _compiled(where: Environment, source: str) -> Template:
    """Compiling takes ten times as long as rendering."""
    return where.from_string(source)


def all_said(where: Environment, sentences: Iterable[Alternatives], facts: Facts) -> tuple[str, ...]:
    """The sentences that can be said."""
    found = (said(where, alternatives, facts) for alternatives in sentences)
    return tuple(text for text in found if text is not None)


def number(value: object) -> str:
    """To a tenth, rounded down, so that 74.96 is not called 75: 81.0 is 81, and 81.25 is 81.2."""
    return f"{math.floor(round(_present(value) * 10, 6)) / 10:g}"


def _moments(form: str, months: Sequence[str], zone: ZoneInfo) -> Callable[[object], str]:
    def written(value: object) -> str:
        """From a datetime or ISO 8601."""
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        local = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(zone)
        month = months[local.month - 1]
        hour, minute = f"{local:%H}", f"{local:%M}"
        return form.format(day=local.day, month=month, year=local.year, hour=hour, minute=minute, zone=local.tzname())

    return written


def _local_clocks(zone: ZoneInfo) -> Callable[[Context, object], str]:
    @pass_context
    def local(context: Context, value: object) -> str:
        at = context["message"]["at"].astimezone(UTC)

        def written(found: re.Match[str]) -> str:
            there = at.replace(hour=int(found["hour"]), minute=int(found["minute"])).astimezone(zone)
            return f"{there:%H:%M}{found['seconds']} {there.tzname()}"

        return CLOCK.sub(written, str(value))

    return local


def _present(value: object) -> float:
    if isinstance(value, Undefined | bool) or not isinstance(value, int | float):
        raise UndefinedError("no number")
    return float(value)
