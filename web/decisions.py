"""What a person decides, from the API and from the pages alike: adopt, retry, approve, cancel; pause, resume.

Each raises Refusal with a sentence; of two decisions the second is told what the first did.
"""

from collections.abc import Callable

from web.context import context, person
from web.naming import is_id
from worker import operators, shown
from worker.domain.request import GenerationRequest
from worker.ledger import requests
from worker.ledger.connection import Tx
from worker.operators import Changes, Person, Refusal, Seen, Why
from worker.shown import Shown


def adopt(request_id: str, share_link: str, seen: Seen) -> Shown:
    """The interview was found: this is its link."""
    who = person()

    def unit(tx: Tx) -> GenerationRequest:
        found = requests.get(tx, request_id)
        if found is None:
            raise _no_such(request_id)
        organization = context().bridge.settings.organizations.get(found.organization)
        base_url = "" if organization is None else organization.base_url
        return operators.adopt(tx, who, request_id, share_link, base_url, seen)

    return _decide(request_id, unit)


def retry(request_id: str, changes: Changes, seen: Seen, *, not_there: bool) -> Shown:
    """Send again, perhaps changed; an unknown one on the word that it is not there."""
    who, wait = person(), context().bridge.timing.quarantine
    return _decide(
        request_id,
        lambda tx: operators.retry(tx, who, request_id, not_there=not_there, changes=changes, wait=wait, seen=seen),
    )


def approve(request_id: str, seen: Seen) -> Shown:
    """What waits for a person's word has it."""
    who = person()
    return _decide(request_id, lambda tx: operators.approve(tx, who, request_id, seen))


def cancel(request_id: str, seen: Seen, *, not_there: bool) -> Shown:
    """Nobody wants it any more."""
    who, wait = person(), context().bridge.timing.quarantine
    return _decide(
        request_id, lambda tx: operators.cancel(tx, who, request_id, not_there=not_there, wait=wait, seen=seen)
    )


def pause(organization: str) -> Shown:
    """Send nothing more."""
    return _about(organization, operators.pause)


def resume(organization: str) -> Shown:
    """Send again."""
    told = _about(organization, operators.resume)
    context().hinting.pump(organization)
    return told


def _about(organization: str, decide: Callable[[Tx, Person, str], None]) -> Shown:
    if organization not in context().bridge.settings.organizations:
        raise Refusal(Why.NOT_FOUND, f"There is no organization {organization[:40]!r} in the configuration.")
    who = person()

    def unit(tx: Tx) -> Shown:
        decide(tx, who, organization)
        (told,) = shown.organization_list(tx, [organization])
        return told

    told = context().bridge.ledger.write(unit)
    if context().bridge.settings.targets:
        context().hinting.deliver(organization)
    return told


def _decide(request_id: str, unit: Callable[[Tx], GenerationRequest]) -> Shown:
    """Carry it out, and hint once it is committed."""
    if not is_id(request_id):
        raise _no_such(request_id)
    timing = context().bridge.timing
    told = context().bridge.ledger.write(lambda tx: shown.one_request(tx, unit(tx), timing))
    context().hinting.pump(str(told["organization"]))
    if context().bridge.settings.targets:
        context().hinting.deliver(str(told["organization"]))
    return told


def _no_such(request_id: str) -> Refusal:
    return Refusal(Why.NOT_FOUND, f"There is no request {request_id[:40]!r}.")
