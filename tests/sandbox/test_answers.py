"""What the three endpoints answer: shapes, headers, keys, other routes."""

import re
import socket

import httpx
import pytest

from worker.sandbox.settings import (
    FAKE_KEY,
    SAMPLE_TEMPLATE,
    Key,
    Organization,
    PingBody,
    Scope,
    Switches,
    TemplateUse,
)

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TWO_QUESTIONS = [{"question": "Why this work?", "evaluation_criteria": "A reason"}, {"question": "When?"}]
OTHER_KEY = "tsk_" + "y" * 32


def test_a_generation_answers_the_documented_object(client):
    answer = client.generate(client_name="Harbour North [spr-7K2Q-1]", voice="sage", passing_score=75)

    interview = answer.json()
    assert answer.status_code == 201
    assert UUID4.fullmatch(interview["id"])
    assert interview["share_link"] == f"{client.sandbox.public_url}/interview/{interview['id']}"
    assert interview["title"] == "Night-shift Care Assistant"
    assert 5 <= len(interview["questions"]) <= 7
    assert interview["ai_generation"].keys() == {"model", "generated_at"}
    assert {name: interview[name] for name in ("object", "status", "voice", "passing_score", "duration")} == {
        "object": "interview",
        "status": "active",
        "voice": "sage",
        "passing_score": 75,
        "duration": 15,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", interview["created_at"])


def test_what_is_explicit_replaces_what_the_ai_would_have_written(client):
    interview = client.generate(title="Night Nurse", questions=TWO_QUESTIONS).json()

    assert (interview["title"], interview["questions"]) == ("Night Nurse", TWO_QUESTIONS)


def test_the_same_text_gets_the_same_questions(client):
    first, second = client.generate().json(), client.generate().json()

    assert first["questions"] == second["questions"]
    assert first["id"] != second["id"]


def test_a_manual_interview_keeps_its_questions_and_has_no_ai_generation(client):
    interview = client.create(title="Porter", questions=TWO_QUESTIONS).json()

    assert interview["questions"] == TWO_QUESTIONS
    assert "ai_generation" not in interview


def test_a_template_gives_defaults_and_explicit_fields_win(client):
    interview = client.create(title="Porter", template_id=SAMPLE_TEMPLATE.upper(), duration=25).json()

    assert interview["voice"] == "sage"
    assert interview["duration"] == 25
    assert len(interview["questions"]) == 3


@pytest.mark.parametrize(("use", "written_by_template"), [(TemplateUse.OVER_AI, True), (TemplateUse.UNDER_AI, False)])
def test_template_and_ai_can_win_over_each_other(start, use, written_by_template):
    client = start(switches=Switches(template_in_generation=use))

    interview = client.generate(template_id=SAMPLE_TEMPLATE).json()

    assert interview["voice"] == "sage"
    assert (len(interview["questions"]) == 3) is written_by_template


def test_the_share_link_opens_a_plain_page(client):
    link = client.generate(title="<script>alert(1)</script>").json()["share_link"]

    page = client.http.get(link)

    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/plain")
    assert "sandbox interview" in page.text


@pytest.mark.parametrize(
    ("shape", "keys"),
    [
        (PingBody.FLAT, {"object", "organization_id", "scopes"}),
        (PingBody.WRAPPED, {"data"}),
        (PingBody.SCOPES, {"scopes"}),
    ],
)
def test_a_ping_answers_in_each_shape(start, shape, keys):
    answer = start(switches=Switches(ping_body=shape)).ping()

    assert answer.status_code == 200
    assert answer.json().keys() == keys


def test_success_can_be_200(start):
    assert start(switches=Switches(success_status=200)).generate().status_code == 200


@pytest.mark.parametrize("call", ["ping", "generate", "create"])
def test_every_answer_says_the_limits_of_its_own_tier_and_its_request_id(client, call):
    answer = getattr(client, call)()

    limit = "20" if call == "generate" else "120"
    assert answer.headers["X-RateLimit-Limit"] == limit
    assert int(answer.headers["X-RateLimit-Remaining"]) == int(limit) - 1
    assert answer.headers["X-RateLimit-Reset"].isdecimal()
    assert re.fullmatch(r"req_[0-9a-f]{24}", answer.headers["X-Request-Id"])


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", f"Basic {FAKE_KEY}", "Bearer tsk_unknown", FAKE_KEY, f"Bearer {FAKE_KEY}x"],
)
def test_a_missing_malformed_or_unknown_key_is_401(client, authorization):
    answer = client.send("GET", "/ping", headers={"Authorization": authorization})

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (401, "invalid_api_key")
    assert error["request_id"] == answer.headers["X-Request-Id"]
    assert error["docs_url"].endswith("#error-invalid_api_key")
    assert "param" not in error
    assert answer.headers["X-RateLimit-Limit"] == "120"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(client, scheme):
    assert client.send("GET", "/ping", headers={"Authorization": f"{scheme} {FAKE_KEY}"}).status_code == 200


def test_a_key_without_the_scope_may_ping_but_not_generate(start):
    organization = Organization(keys=(Key(FAKE_KEY, scopes=(Scope.CREATE,)),))
    client = start(organizations=(organization,))

    refused = client.generate()

    assert client.ping().status_code == 200
    assert client.create(title="Porter", questions=TWO_QUESTIONS).status_code == 201
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "insufficient_scope")


def test_a_revoked_key_is_401_and_its_successor_works(client):
    client.sandbox.tell(
        "settings", organizations=[{"keys": [{"key": FAKE_KEY, "revoked": True}, {"key": OTHER_KEY, "scopes": []}]}]
    )

    assert client.ping().status_code == 401
    client.key = OTHER_KEY
    assert client.ping().json()["scopes"] == []


def test_organizations_have_their_own_keys_ids_and_windows(start):
    client = start(
        organizations=(
            Organization(name="a", ai_limit=1),
            Organization(name="b", ai_limit=1, keys=(Key(OTHER_KEY),)),
        )
    )
    first, organization = client.generate(), client.ping().json()["organization_id"]
    client.key = OTHER_KEY

    second = client.generate()

    assert (first.status_code, second.status_code, client.generate().status_code) == (201, 201, 429)
    assert client.ping().json()["organization_id"] != organization


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/ping", 405),
        ("POST", "/ping", 405),
        ("GET", "/interviews", 405),
        ("DELETE", "/interviews/from-job-description", 405),
        ("GET", "/interviews/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8", 404),
        ("GET", "/ping/", 404),
        ("GET", "/", 404),
    ],
)
def test_there_are_three_routes_and_no_more(client, method, path, status):
    answer = client.send(method, path)

    assert answer.status_code == status
    assert "X-Request-Id" in answer.headers
    assert "X-RateLimit-Limit" in answer.headers


def test_a_chunked_body_and_a_kept_connection_are_understood(client):
    with httpx.Client(
        base_url=client.sandbox.base_url, headers={"Authorization": f"Bearer {FAKE_KEY}"}, trust_env=False
    ) as kept:
        body = [b'{"title": "Porter", "questions":', b' [{"question": "Why?"}]}']
        answers = [kept.post("/interviews", content=iter(body)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 9000000", b"413"),
        (b"Content-Length: five", b"400"),
        (b"Content-Length: 5\r\nContent-Length: 6", b"400"),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"400"),
        (b"Bad Header: x", b"400"),
        (b"X-Long: " + b"x" * 70_000, b"431"),
    ],
)
def test_what_is_no_http_ends_the_connection(client, head, status):
    with socket.create_connection(("127.0.0.1", client.sandbox.port), timeout=5) as connection:
        connection.sendall(b"POST /api/v1/interviews HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))

    assert answer.split(b" ")[1] == status
