"""The control plane, `/_sandbox/…`: what a test or a demo asks of the sandbox itself. The vendor has no such thing.

GET  record       every request to the API (record.py); `?since=N` for those after number N
GET  interviews   what exists, with both short forms of its id
GET  webhooks     what was sent, and the answers
POST faults       one fault, or {"faults": […]}; see `Fault`
POST settings     changes: limiter, candidates, switches, organizations, and generating, creating, pinging, finishing
                  ([low, high] seconds); answers all settings
POST complete     a candidate ends a session now: {"interview_id", "kind", "external_user_id", "score", "duplicates", …},
                  see `Finish`; {"link"}, an interview's link with Smart Link parameters, instead of an id; or
                  {"title", "organization"} for an interview that the API never made
POST reset        as at the start: no interviews, empty windows, no faults, the settings of the start

Only for programs on this machine: a peer that is not on loopback, a foreign Host and anything sent by a web page are refused.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields, replace
from urllib.parse import parse_qs

from worker.sandbox import smart_links
from worker.sandbox.choosing import read_fault, read_finish, read_organization, read_switches
from worker.sandbox.connection import Connection
from worker.sandbox.faults import Fault
from worker.sandbox.interviews import Interview
from worker.sandbox.orders import Mistake, Order
from worker.sandbox.settings import IdForm, Limiter, Settings, Tier
from worker.sandbox.webhooks import Delivery
from worker.sandbox.wire import Answer, Head, json_answer
from worker.sandbox.world import World

PREFIX = "/_sandbox/"
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

Reading = Callable[[World, Head], dict[str, object]]
Ordering = Callable[[World, bytes], Awaitable[dict[str, object]]]


async def answer_control(
    world: World, reset: Callable[[], Awaitable[None]], connection: Connection, head: Head
) -> Answer:
    """The answer to one request under PREFIX; `reset` starts a new world."""
    body = await connection.body(head)
    if not _is_local(connection.peer, head):
        return json_answer(403, {"error": "the control plane answers programs on this machine only"})
    name = head.path.removeprefix(PREFIX)
    try:
        if head.method == "GET" and name in READINGS:
            return json_answer(200, READINGS[name](world, head))
        if head.method == "POST" and name in ORDERINGS:
            return json_answer(200, await ORDERINGS[name](world, body))
        if head.method == "POST" and name == "reset":
            await reset()
            return json_answer(200, {})
    except Mistake as mistake:
        return json_answer(400, {"error": str(mistake)})
    known = f"GET {', '.join(READINGS)}; POST {', '.join(ORDERINGS)}, reset"
    return json_answer(
        404, {"error": f"{head.method} {name} is nothing that the control plane knows; it knows {known}"}
    )


def _is_local(peer: str, head: Head) -> bool:
    host = head.header("Host").rpartition(":")[0] or head.header("Host")
    return bool(peer) and ipaddress.ip_address(peer).is_loopback and host in LOCAL_HOSTS and not head.header("Origin")


def _record(world: World, head: Head) -> dict[str, object]:
    since = parse_qs(head.query).get("since", ["0"])[0]
    if not since.isdecimal():
        raise Mistake(f"record: since={since} is no number of a request")
    return {
        "now": world.clock.now(),
        "speed": world.settings.speed,
        "window_seconds": world.settings.window_seconds,
        "requests": [asdict(entry) for entry in world.record.since(int(since))],
        "foreign": [
            {"organization": name, "tier": tier, "admitted": meter.foreign_admitted, "refused": meter.foreign_refused}
            for (name, tier), meter in world.meters.items()
        ],
    }


def _interviews(world: World, _: Head) -> dict[str, object]:
    return {"interviews": [_shown(interview) for interview in world.interviews.all()]}


def _shown(interview: Interview) -> dict[str, object]:
    return {
        "organization": interview.organization,
        "short": interview.short_code,
        "hex8": interview.named(IdForm.HEX8),
        "request_id": interview.request_id,
        "sessions": interview.sessions,
        "interview": interview.document,
    }


def _webhooks(world: World, _: Head) -> dict[str, object]:
    return {"webhooks": [asdict(delivery) for delivery in world.webhooks.log()]}


async def _queue_faults(world: World, body: bytes) -> dict[str, object]:
    order = Order.read(body, "faults")
    for item in order.orders("faults") if order.has("faults") else [order]:
        world.faults.add(read_fault(item))
    return {"waiting": [_named(fault) for fault in world.faults.waiting()]}


def _named(fault: Fault) -> dict[str, object]:
    return {"fault": fault.name, "endpoint": fault.endpoint, "organization": fault.organization, "times": fault.times}


async def _change_settings(world: World, body: bytes) -> dict[str, object]:
    order = Order.read(body, "settings")
    now = world.settings
    switches = Order(order.plain("switches", dict, {}), "settings, switches")
    candidates = order.whole("candidates", now.candidates)
    changed = replace(
        now,
        switches=read_switches(switches, now.switches),
        candidates=now.candidates if candidates is None else candidates,
        generating=order.seconds("generating", now.generating),
        creating=order.seconds("creating", now.creating),
        pinging=order.seconds("pinging", now.pinging),
        finishing=order.seconds("finishing", now.finishing),
    )
    limiter = order.choice("limiter", Limiter)
    organizations = [read_organization(item, now.organizations) for item in order.orders("organizations")]
    order.end()
    world.settings = changed
    for organization in organizations:
        world.put_organization(organization)
    if limiter is not None:
        world.use_limiter(limiter)
    return _settings_shown(world.settings)


def _settings_shown(settings: Settings) -> dict[str, object]:
    """Everything but the keys and addresses, which may be secrets."""
    plain = {field.name: getattr(settings, field.name) for field in fields(settings) if field.name != "organizations"}
    organizations = [
        {
            "name": one.name,
            "id": one.id,
            "limits": {tier: one.limit(tier) for tier in Tier},
            "keys": [{"key": key.display, "scopes": key.scopes, "revoked": key.revoked} for key in one.keys],
            "webhook": bool(one.webhook_url),
            "templates": [template.id for template in one.templates],
            "foreign": [asdict(spender) for spender in one.foreign],
        }
        for one in settings.organizations
    ]
    return plain | {
        "switches": {name: value for name, value in asdict(settings.switches).items() if name != "signature_secret"},
        **{name: list(asdict(plain[name]).values()) for name in ("generating", "creating", "pinging", "finishing")},
        "organizations": organizations,
    }


async def _complete(world: World, body: bytes) -> dict[str, object]:
    order = Order.read(body, "complete")
    told = order.plain("organization", str, "")
    if told and world.organization(told) is None:
        raise Mistake(f'complete: there is no organization "{told}"')
    interview = _interview_of(world, order, told)
    copies = 1 + (order.whole("duplicates", 0) or 0)
    finish = read_finish(order)
    waits = order.plain("wait", bool, True)
    order.end()
    if not waits:
        world.later(world.finish(interview, finish, copies=copies, told=told))
        return {"interview_id": interview.id, "deliveries": []}
    deliveries = await world.finish(interview, finish, copies=copies, told=told)
    return {"interview_id": interview.id, "deliveries": [_told(delivery) for delivery in deliveries]}


def _told(delivery: Delivery) -> dict[str, object]:
    return {
        "number": delivery.number,
        "event": delivery.event,
        "session_id": delivery.session_id,
        "status": delivery.tries[-1].status,
        "text": delivery.tries[-1].text,
        "tries": len(delivery.tries),
    }


def _interview_of(world: World, order: Order, organization: str) -> Interview:
    """The interview of that id, or one made on the spot, as if by hand in the dashboard."""
    name, title = order.plain("interview_id", str, ""), order.plain("title", str, "")
    name = name or smart_links.read(order.seen("link")).interview
    if not name and not title:
        raise Mistake(
            'complete: say which interview: "interview_id", or "link", or "title" for one that the API never made'
        )
    if not name:
        owner = world.organization(organization) or world.settings.organizations[0]
        return world.interviews.create(owner, {"title": title}, at=world.clock.now(), request_id="")
    found = world.interviews.find(name)
    if found is None:
        raise Mistake(f'complete: the sandbox has made no interview "{name}" since its start or last reset')
    return found


READINGS: dict[str, Reading] = {"record": _record, "interviews": _interviews, "webhooks": _webhooks}
ORDERINGS: dict[str, Ordering] = {"faults": _queue_faults, "settings": _change_settings, "complete": _complete}
