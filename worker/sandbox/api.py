"""The vendor's face: three endpoints under /api/v1. Judged, then executed, then answered, or not.

A call that passed is executed whether or not its client still waits: that is what makes a lost answer ambiguous.
"""

from hashlib import sha256

from worker.sandbox.candidates import Finish
from worker.sandbox.connection import Connection
from worker.sandbox.distortion import distorted
from worker.sandbox.faults import Kind
from worker.sandbox.interviews import generated_fields, manual_fields
from worker.sandbox.judging import Call, Caller, Route, caller_of, judge
from worker.sandbox.record import Entry
from worker.sandbox.refusals import Refusal, refusal
from worker.sandbox.sabotage import SILENT, deliver
from worker.sandbox.settings import Endpoint, PingBody, Scope, Tier
from worker.sandbox.windows import Standing
from worker.sandbox.wire import Answer, Head, Headers, Malformed, json_answer, text_answer
from worker.sandbox.world import World

BASE_PATH = "/api/v1"
NOT_FOUND_PAGE = "<!doctype html><html><body><h1>404</h1><p>This page could not be found.</p></body></html>"
ROUTES = {
    f"{BASE_PATH}/ping": Route("GET", Endpoint.PING, Tier.DEFAULT, None),
    f"{BASE_PATH}/interviews": Route("POST", Endpoint.CREATE, Tier.DEFAULT, Scope.CREATE),
    f"{BASE_PATH}/interviews/from-job-description": Route("POST", Endpoint.GENERATE, Tier.AI, Scope.GENERATE),
}


async def answer_call(world: World, connection: Connection, head: Head) -> bool:
    """Answer one request under the base path; True if the connection may carry another."""
    route = ROUTES.get(head.path)
    entry = world.record.open(
        request_id=world.new_request_id(),
        method=head.method,
        path=head.path,
        endpoint=route.endpoint if route else "",
        tier=route.tier if route else "",
        head_at=world.clock.now(),
    )
    try:
        return await _answer(world, connection, head, route, entry)
    except Malformed as error:
        entry.status = error.status
        raise
    finally:
        entry.finished_at = world.clock.now()


async def _answer(world: World, connection: Connection, head: Head, route: Route | None, entry: Entry) -> bool:
    caller = caller_of(world, head)
    if caller:
        entry.organization, entry.key = caller.organization.name, caller.key.display
    fault = world.faults.take_before_body(route.endpoint, entry.organization) if route else None
    if fault:
        entry.fault = fault.name
        connection.reset()
        return False
    body = await connection.body(head)
    entry.body_at = world.clock.now()
    entry.body_bytes, entry.body_sha256 = len(body), sha256(body).hexdigest()
    if route is None or head.method != route.method:
        return await _send(connection, _no_such_route(world, route, caller, entry), entry, head)
    verdict = judge(world, route, caller, body, entry)
    if isinstance(verdict.outcome, Refusal):
        return await _send(connection, _refused(world, verdict.outcome, verdict.standing, entry), entry, head)
    return await _carry_out(world, connection, head, verdict.outcome, verdict.standing, entry)


async def _send(connection: Connection, answer: Answer, entry: Entry, head: Head) -> bool:
    entry.status = answer.status
    await connection.send(answer, to=head)
    return head.keeps_alive


def _headers(world: World, standing: Standing, entry: Entry) -> Headers:
    return (("X-Request-Id", entry.request_id), *standing.headers(world.settings.speed))


def _no_such_route(world: World, route: Route | None, caller: Caller | None, entry: Entry) -> Answer:
    """Outside the three routes the vendor's web framework answers, not the API: no envelope (assumed)."""
    tier = route.tier if route else Tier.DEFAULT
    standing = world.standing(caller.organization if caller else None, tier, world.clock.now())
    headers = _headers(world, standing, entry)
    if route is None:
        return text_answer(404, NOT_FOUND_PAGE, headers, kind="text/html")
    return Answer(405, headers=(("Allow", route.method), *headers))


def _refused(world: World, refused: Refusal, standing: Standing, entry: Entry) -> Answer:
    headers = _headers(world, standing, entry)
    if refused.status == 429:
        headers += (("Retry-After", standing.retry_after()),)
    return json_answer(refused.status, refused.document(entry.request_id), headers)


async def _carry_out(
    world: World, connection: Connection, head: Head, call: Call, standing: Standing, entry: Entry
) -> bool:
    fault = call.fault
    usual = await _work(world, call, _headers(world, standing, entry), entry)
    answer = distorted(usual, fault, entry.request_id, world.public_url)
    if fault.kind is Kind.NONE:
        return await _send(connection, answer, entry, head)
    entry.status = None if fault.kind in SILENT else answer.status
    await deliver(connection, answer, fault, world.clock)
    return False


async def _work(world: World, call: Call, headers: Headers, entry: Entry) -> Answer:
    """Take the time that it takes, do what is to be done, and say so as the vendor would without any fault."""
    latency = call.fault.latency_of(world.drawn(world.settings.latency(call.route.endpoint)))
    server_limit = world.settings.switches.server_limit_seconds
    if call.route.endpoint is Endpoint.GENERATE and latency > server_limit:
        await world.clock.wait(server_limit)
        return json_answer(504, refusal(504).document(entry.request_id), headers)
    await world.clock.wait(latency)
    document: dict[str, object] = {}
    if call.fault.executes:
        entry.executed, entry.executed_at = True, world.clock.now()
        document = await _create(world, call, entry) if call.route.scope else _ping_body(world, call.caller)
    return json_answer(world.settings.switches.success_status if call.route.scope else 200, document, headers)


async def _create(world: World, call: Call, entry: Entry) -> dict[str, object]:
    now = world.clock.now()
    if call.route.endpoint is Endpoint.GENERATE:
        use = world.settings.switches.template_in_generation
        fields = generated_fields(call.fields, call.template, use, at=now)
    else:
        fields = manual_fields(call.fields, call.template)
    interview = world.interviews.create(call.caller.organization, fields, at=now, request_id=entry.request_id)
    entry.interview_id = interview.id
    if call.fault.complete_first:
        await world.finish(interview, Finish())
    world.expect_candidates(interview)
    return interview.document


def _ping_body(world: World, caller: Caller) -> dict[str, object]:
    scopes = list(caller.key.scopes)
    whole: dict[str, object] = {"object": "ping", "organization_id": caller.organization.id, "scopes": scopes}
    match world.settings.switches.ping_body:
        case PingBody.FLAT:
            return whole
        case PingBody.WRAPPED:
            return {"data": whole}
        case PingBody.SCOPES:
            return {"scopes": scopes}
