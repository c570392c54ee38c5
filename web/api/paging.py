"""Lists: newest first, a page at a time, narrowed by filters whose values are checked: a misspelt one must not show nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from flask import Response, jsonify
from pydantic import Field

from config.wording import likely, quoted, shown
from web import problems
from web.api.reading import Lenient
from web.context import context
from web.naming import is_id
from web.problems import Fault, Problem
from web.receiver import COMPLETIONS
from worker.ledger.connection import Tx
from worker.ledger.listing import MOST, Filters, Page

T = TypeVar("T")


class Paging(Lenient):
    """Which page of a list."""

    limit: int = Field(default=50, ge=1, le=MOST, description=f"a whole number from 1 to {MOST}")
    cursor: str | None = Field(default=None, max_length=255, description=problems.CURSOR)


def listed(page: Page[T], show: Callable[[Sequence[T]], list[dict[str, Any]]]) -> dict[str, Any]:
    """A page as lists are answered."""
    return {"items": show(page.items), "next": page.next}


def answered(read: Callable[[Tx], dict[str, Any]]) -> Response:
    """One transaction's answer."""
    return jsonify(context().bridge.ledger.read(read))


def one(noun: str, name: str, read: Callable[[Tx], dict[str, Any] | None]) -> Response:
    """One object under its id. Raises Problem where there is none."""
    found = context().bridge.ledger.read(read) if is_id(name) else None
    if found is None:
        raise Problem(problems.NOT_FOUND, f"There is no {noun} of that id.")
    return jsonify(found)


def checked(filters: Filters, states: Iterable[str], cursor: str | None) -> Filters:
    """The filters as they are. Raises Problem for values that nothing can have, all told at once."""
    settings = context().bridge.settings
    choices = {
        "state": list(states),
        "organization": list(settings.organizations),
        "source": [*settings.sources, COMPLETIONS],
    }
    faults = [
        _unknown(name, value, known) for name, known in choices.items() if (value := getattr(filters, name)) is not None
    ]
    if cursor is not None and not is_id(cursor):
        faults.append(Fault("cursor", f"{shown(cursor)} is no cursor", problems.CURSOR))
    wrong = [fault for fault in faults if fault is not None]
    if wrong:
        raise problems.invalid(wrong)
    return filters


def expect(given: Mapping[str, tuple[str | None, Sequence[str]]]) -> None:
    """Filters that not every list has, each with what it may be. Raises Problem for values that nothing can have."""
    faults = [
        _unknown(name, value, list(map(str, known))) for name, (value, known) in given.items() if value is not None
    ]
    wrong = [fault for fault in faults if fault is not None]
    if wrong:
        raise problems.invalid(wrong)


def _unknown(field: str, value: str, known: list[str]) -> Fault | None:
    if value in known:
        return None
    meant = likely(value, known)
    expected = quoted(known) + (f'. Did you mean "{meant}"?' if meant else "")
    return Fault(field, f"{shown(value)} is not known", expected)
