"""Promises that hold for every route there is, found by asking the application."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tests.web.houses import AN_ID, HOOK_TOKEN, House, problem
from web import problems
from worker.domain.delivery import Occurrence, Subjects
from worker.domain.message import Happened
from worker.events import reader
from worker.ledger import announcing, delivery_lists, targets
from worker.ledger.delivery_lists import DeliveryFilters

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
A_MOVE = json.dumps(
    {
        "action": "candidate_stage_change",
        "payload": {
            "application": {"id": 7, "candidate": {"id": 8}, "current_stage": {"name": "Phone"}, "jobs": [{"id": 9}]}
        },
    }
).encode()
PAGE = {"Accept": "text/html"}


def a_delivery(house: House, organization: str) -> str:
    """The id of one that waits for a target."""
    said = Occurrence(Happened.BATCH_FINISHED, organization, "a batch", "it is done", Subjects(batch="b"))
    wanted = [targets.Wanted("pages.css", organization, "webhook", [Happened.BATCH_FINISHED])]
    house.bridge.ledger.write(lambda tx: (targets.prepare(tx, wanted), announcing.announce(tx, said)))
    (found,) = house.bridge.ledger.read(lambda tx: delivery_lists.page(tx, DeliveryFilters(), 9, None)).items
    return found.id


def filled(house: House) -> dict[str, str]:
    """Something behind every address; the values of their variables."""
    api = house.api()
    request_id = api.post("/requests", {"job_description": "x" * 60}).json["id"]
    house.unknown(request_id)
    event_id = house.deliver("greenhouse", A_MOVE).json["event_id"]
    house.interview()
    body = {"event": "interview.completed", "data": {"session": {"id": "s"}}}
    token = house.bridge.settings.organizations["sandbox"].webhook_tokens[0].reveal()
    completion = house.client().post(f"/webhooks/talentsprout/sandbox/{token}", json=body).json["event_id"]
    for one in (event_id, completion):
        reader.read(house.bridge.ledger, house.bridge.settings.sources, one)
    (result,) = api.get("/results").json["items"]
    (candidate,) = api.get("/candidates").json["items"]
    return {
        "candidate_id": candidate["id"],
        "request_id": request_id,
        "event_id": event_id,
        "interview_id": AN_ID,
        "result_id": result["id"],
        "batch_id": api.post("/batches", {"rows": [{"job_description": "y" * 60}]}).json["id"],
        "delivery_id": a_delivery(house, "sandbox"),
        "name": "pages.css",  # of a fixed file, and of a target; there is no organization of that name
        "slug": "not-found",
        "source": "greenhouse",
        "organization": "sandbox",
        "token": HOOK_TOKEN,
    }


def addresses(house: House, method: str) -> Iterator[str]:
    names = filled(house)
    for rule in house.app.url_map.iter_rules():
        if method in (rule.methods or set()):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: names[found[1]], rule.rule)


def assert_hardened(answer: TestResponse, path: str) -> None:
    assert answer.headers["Content-Security-Policy"] == CSP, path
    assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    assert answer.headers["Referrer-Policy"] == "no-referrer", path
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
    if not path.startswith("/static/"):
        assert answer.headers["Cache-Control"] == "no-store", path


def test_no_get_changes_anything(sandbox: House) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token()}"} | PAGE
    paths = list(addresses(sandbox, "GET"))
    assert len(paths) > 15
    client = sandbox.client()
    before = sandbox.dump()

    for path in paths:
        for method in ("GET", "HEAD"):
            answer = client.open(path, method=method, headers=headers)
            assert answer.status_code == 200, path

    assert sandbox.dump() == before


def test_every_answer_is_hardened_errors_included(sandbox: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sandbox.client()
    for path in [*addresses(sandbox, "GET"), "/nothing", "/api/v1/nothing", "/static/../app.py", "/static/nothing"]:
        for headers in ({}, PAGE, {"Authorization": f"Bearer {sandbox.token()}"}):
            assert_hardened(client.get(path, headers=headers), path)
    for path in ["/", "/sign-in", "/webhooks/greenhouse", "/webhooks/nobody", "/api/v1/requests", "/requests/x/cancel"]:
        assert_hardened(client.post(path), path)
        assert_hardened(client.delete(path), path)


def test_whatever_fails_for_a_program_is_a_problem_document(house: House) -> None:
    client = house.client()
    answers = [
        client.get("/webhooks/careers"),
        client.post("/webhooks/nobody", json={}),
        client.post("/webhooks/careers", data="x"),
        client.post("/webhooks/careers", json={}),
        client.get("/metrics"),
        client.post("/healthz"),
        client.get("/api/v1/requests"),
        client.get("/nothing"),
        client.get("/nothing", headers={"Accept": "*/*"}),
        client.post("/sign-in"),
    ]
    assert {answer.status_code for answer in answers} == {401, 403, 404, 405, 415}
    for answer in answers:
        assert problem(answer)["title"]


def test_a_bug_is_answered_with_an_id_and_nothing_else(house: House) -> None:
    """A view of its own stands for the bug: whatever it raises must not come out."""
    house.app.view_functions["probes.healthz"] = lambda: 1 / 0
    house.app.view_functions["pages.problem"] = lambda slug: 1 / 0

    with capture_logs() as logged:
        document = house.client().get("/healthz")
    page = house.client().get("/problems/x", headers=PAGE)

    told = problem(document)
    assert document.status_code == page.status_code == 500
    assert "division" not in document.text + page.text
    assert "Traceback" not in document.text + page.text
    assert_hardened(document, "/healthz")
    assert_hardened(page, "/problems/x")
    assert [line["id"] for line in logged] == [told["id"]]
    assert isinstance(logged[0]["exc_info"], ZeroDivisionError)
    assert re.search(r"<code>([0-9a-z]{20})</code>", page.text)


def test_every_kind_of_problem_leads_to_a_page_that_says_what_to_do(house: House) -> None:
    for kind in problems.ALL:
        answer = house.client().get(f"/problems/{kind.slug}", headers=PAGE)
        assert answer.status_code == 200
        assert kind.title.replace("'", "&#39;") in answer.text
    assert len({kind.slug for kind in problems.ALL}) == len(problems.ALL)
    assert house.client().get("/problems/nothing").status_code == 404


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text_of_scripts = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in ("script", "style"):
            self.text_of_scripts += data.strip()


def test_pages_fit_their_content_security_policy(sandbox: House) -> None:
    """Nothing inline, nothing from another host, nothing that runs out of an attribute."""
    paths = [path for path in addresses(sandbox, "GET") if not path.startswith(("/api", "/static", "/metrics"))]
    for path in [*paths, "/nothing"]:
        answer = sandbox.client().get(path, headers=PAGE)
        if not answer.content_type.startswith("text/html"):
            continue
        page = _Elements()
        page.feed(answer.text)
        assert page.text_of_scripts == "", path
        for tag, attributes in page.found:
            assert "style" not in attributes, path
            assert not [name for name in attributes if name.startswith("on")], path
            for name in ("src", "action", "href"):
                address = attributes.get(name) or ""
                assert tag == "a" or address.startswith(("/", "#")) or not address, (path, tag, address)


def test_what_pages_are_made_of_is_small() -> None:
    from web.dashboard.fixed import STATIC

    assert (STATIC / "pages.css").stat().st_size <= 20_000
    assert (STATIC / "pages.js").stat().st_size <= 5_000
