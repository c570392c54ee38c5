"""Batches as a list, newest first. The address holds the place, so it can be shared."""

from flask import g, render_template, request

from web import problems
from web.context import context
from web.naming import is_id
from web.problems import Problem
from worker.batches import showing
from worker.domain.request import State
from worker.ledger import batches
from worker.ledger.connection import Tx
from worker.policy.verdicts import ACCEPTED
from worker.shown import Shown

ON_A_PAGE = 20


def page() -> str:
    """What each has made, what needs somebody, and when it is done."""
    cursor = request.args.get("cursor") or None
    if cursor is not None and not is_id(cursor):
        raise Problem(problems.NOT_FOUND)
    timing = context().bridge.timing

    def unit(tx: Tx) -> tuple[list[Shown], str | None]:
        found = batches.page(tx, ON_A_PAGE, cursor)
        return [{**(told := showing.batch(tx, one, timing)), **counted(told)} for one in found.items], found.next

    items, following = context().bridge.ledger.read(unit)
    return render_template("batch_list.html", items=items, following=following, signed_in=g.signed_in)


def counted(told: Shown) -> Shown:
    """How many rows were not filed, and how many requests wait for a person."""
    counts, verdicts = told["counts"], told["verdicts"]
    return {
        "wrong": sum(count for verdict, count in verdicts.items() if verdict not in ACCEPTED),
        "stuck": counts[State.HELD] + counts[State.UNKNOWN],
    }
