"""What a person decides about candidates and their results, from the API and from the pages alike. Each raises Refusal."""

from collections.abc import Callable
from typing import TypeVar

from web.context import context, person
from web.naming import is_id
from worker import recruiting
from worker.domain.application import Application
from worker.ledger.connection import Tx
from worker.ledger.results import StoredResult
from worker.operators import Refusal, Why

T = TypeVar("T")


def resend(candidate_id: str, interview_id: str | None, sent: int | None, show: Callable[[Tx, Application], T]) -> T:
    """Send the personal link, again or for the first time. `show` tells what came of it, in the same transaction."""
    who = person()
    if not is_id(candidate_id):
        raise Refusal(Why.NOT_FOUND, "There is no candidate of that id.")

    def unit(tx: Tx) -> tuple[str, T]:
        found = recruiting.resend(tx, who, candidate_id, interview_id, sent)
        return found.organization, show(tx, found)

    return _told(unit)


def attach(result_id: str, job: str, show: Callable[[Tx, StoredResult], T]) -> T:
    """A result belongs to this job."""
    who = person()
    if not is_id(result_id) or not is_id(job):
        raise Refusal(Why.NOT_FOUND, "There is no result, or no job, of that id.")

    def unit(tx: Tx) -> tuple[str, T]:
        found = recruiting.attach_result(tx, who, result_id, job)
        return found.organization, show(tx, found)

    return _told(unit)


def _told(unit: Callable[[Tx], tuple[str, T]]) -> T:
    """Carry it out, and hint to targets once it is committed."""
    organization, shown = context().bridge.ledger.write(unit)
    if context().bridge.settings.targets:
        context().hinting.deliver(organization)
    return shown
