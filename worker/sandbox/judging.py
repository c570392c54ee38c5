"""The checks that a request to the API passes, in this order: key, scope, limit, fields.

All of them happen at one moment, without a pause between looking at the window and counting in it.
"""

from dataclasses import dataclass

from worker.sandbox.faults import INVALID, UNAUTHORIZED, Fault, Kind
from worker.sandbox.record import Entry, label_in
from worker.sandbox.refusals import Refusal, refusal
from worker.sandbox.settings import Endpoint, Key, Organization, Scope, Switches, Template, TemplateUse, Tier
from worker.sandbox.validation import Fields, Invalid, check, read_json
from worker.sandbox.windows import Standing
from worker.sandbox.wire import Head
from worker.sandbox.world import World

LONGEST_KEPT_TITLE = 200


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    endpoint: Endpoint
    tier: Tier
    scope: Scope | None


@dataclass(frozen=True, slots=True)
class Caller:
    organization: Organization
    key: Key


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed every check, and the fault that will befall it, if only of the kind `none`."""

    route: Route
    caller: Caller
    fields: Fields
    template: Template | None
    fault: Fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks found, and the limits as the headers will show them."""

    outcome: Call | Refusal
    standing: Standing


def caller_of(world: World, head: Head) -> Caller | None:
    """Whose key came with the request, be it valid or not. The scheme's case does not matter."""
    scheme, _, secret = head.header("Authorization").partition(" ")
    holder = world.holder(secret.strip()) if scheme.lower() == "bearer" else None
    return Caller(*holder) if holder else None


def judge(world: World, route: Route, caller: Caller | None, body: bytes, entry: Entry) -> Verdict:
    """Check the request as of `entry.body_at`, and count it where it is to be counted."""
    now = entry.body_at if entry.body_at is not None else world.clock.now()
    organization = caller.organization if caller else None
    standing = world.standing(organization, route.tier, now)
    outcome = _checked(world, route, caller, body, standing.admits, entry)
    if organization is not None and _counts(outcome, world.settings.switches):
        entry.counted = True
        world.meter(organization, route.tier).count(now)
        standing = world.standing(organization, route.tier, now)
    return Verdict(outcome, standing)


def _counts(outcome: Call | Refusal, switches: Switches) -> bool:
    if isinstance(outcome, Call):
        return outcome.fault.counts(switches)
    if outcome.status == 429:
        return switches.limited_counts
    if outcome.status in UNAUTHORIZED:
        return switches.unauthorized_counts
    return outcome.status not in INVALID or switches.invalid_counts


def _checked(
    world: World, route: Route, caller: Caller | None, body: bytes, admitted: bool, entry: Entry
) -> Call | Refusal:
    if caller is None or caller.key.revoked:
        return refusal(401)
    if route.scope is not None and route.scope not in caller.key.scopes:
        return refusal(403)
    if not admitted:
        return refusal(429)
    try:
        fields = {} if route.endpoint is Endpoint.PING else _fields(world, route, body, entry)
        template = _template(world, route, caller.organization, fields)
    except Invalid as invalid:
        return invalid.refusal
    fault = world.faults.take(route.endpoint, caller.organization.name) or Fault(kind=Kind.NONE)
    entry.fault = "" if fault.kind is Kind.NONE else fault.name
    return Call(route, caller, fields, template, fault)


def _fields(world: World, route: Route, body: bytes, entry: Entry) -> Fields:
    fields = read_json(body)
    entry.label = label_in(fields.get("client_name"))
    entry.title = str(fields.get("title", ""))[:LONGEST_KEPT_TITLE]
    check(route.endpoint, fields, world.settings.switches)
    return fields


def _template(world: World, route: Route, organization: Organization, fields: Fields) -> Template | None:
    wanted = fields.get("template_id")
    if not wanted:
        return None
    generating = route.endpoint is Endpoint.GENERATE
    if generating and world.settings.switches.template_in_generation is TemplateUse.REFUSED:
        raise Invalid("invalid_request", "template_id cannot be used with a job description", "template_id")
    for template in organization.templates:
        if template.id.lower() == str(wanted).lower():
            return template
    raise Invalid("template_not_found", refusal(404).message, "template_id", 404)
