"""Who gets in: tokens for programs, sessions for people, and nobody else."""

from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.houses import HOOK_TOKEN, SANDBOX, TWO_ORGANIZATIONS, UNREACHABLE, House, form_token, make_house, problem
from web.app import create_app
from worker.ledger import tokens

HTTPS = "https://bridge.example.com"


def sign_in(
    house: House, token: str, client: FlaskClient | None = None, **more: str
) -> tuple[FlaskClient, TestResponse]:
    client = client or house.client()
    form = client.get("/sign-in", base_url=HTTPS)
    data = {"token": token, "form_token": form_token(form)} | more
    return client, client.post("/sign-in", base_url=HTTPS, data=data)


def is_in(client: FlaskClient) -> bool:
    return client.get("/", base_url=HTTPS).status_code == 200


def set_cookies(answer: TestResponse) -> list[SimpleCookie]:
    return [SimpleCookie(header) for header in answer.headers.getlist("Set-Cookie")]


def revoke(house: House) -> None:
    def unit(tx: tokens.Tx) -> None:
        for token in tokens.all_tokens(tx):
            tokens.revoke(tx, token.id)

    house.write(unit)


def test_an_installation_begins_without_any_token(house: House) -> None:
    assert house.count("token") == 0


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x", "Bearer \xff"],
)
def test_the_api_wants_a_token_and_says_nothing_more(house: House, header: str | None) -> None:
    token = house.token()
    headers = {} if header is None else {"Authorization": header.format(token=token)}

    answers = [
        house.client().get(f"/api/v1/{path}", headers=headers) for path in ("requests", "nothing", "requests/nobody")
    ]

    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert problem(answer)["type"] == "/problems/token-needed"
    assert len({answer.data for answer in answers}) == 1


def test_a_revoked_token_is_refused_like_a_wrong_one(house: House) -> None:
    api = house.api()
    assert api.get("/requests").status_code == 200
    wrong = house.client().get("/api/v1/requests", headers={"Authorization": "Bearer wrong"})

    revoke(house)

    answer = api.get("/requests")
    assert (answer.status_code, answer.data) == (401, wrong.data)


def test_the_ledger_holds_no_token(house: House) -> None:
    token = house.token()
    assert token.startswith("spr_")
    assert token not in house.dump()
    assert token.removeprefix("spr_") not in house.dump()


def test_even_the_open_sandbox_wants_a_token_for_its_api(sandbox: House) -> None:
    assert sandbox.client().get("/api/v1/requests").status_code == 401
    assert sandbox.client().get("/").status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        SANDBOX + 'bind = "0.0.0.0:8080"\npublic_url = "http://127.0.0.1:8080"\n',
        SANDBOX + 'public_url = "https://bridge.example.com"\n',
        TWO_ORGANIZATIONS.replace('public_url = "https://bridge.example.com"\n', ""),
        f'[bridge]\nbroker_url = "{UNREACHABLE}"\n[organizations.acme]\napi_key = "tsk_{"x" * 32}"\nbase_url = "http://127.0.0.1:9"\n',
    ],
)
def test_pages_are_open_only_where_nothing_is_real_and_nobody_else_can_come(tmp_path: Path, text: str) -> None:
    house = make_house(tmp_path, text)
    answer = house.client().get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/")


def test_a_strangers_name_that_leads_here_opens_nothing(sandbox: House) -> None:
    """DNS rebinding: the browser believes that it talks to the stranger's host, and would let the stranger read."""
    assert sandbox.client().get("/", base_url="http://localhost:8080").status_code == 200
    assert sandbox.client().get("/", base_url="http://[::1]:8080").status_code == 200
    assert sandbox.client().get("/", base_url="http://evil.example:8080").status_code == 303


def test_a_token_opens_a_session_and_leads_to_the_page_that_was_wanted(house: House) -> None:
    client = house.client()
    wanted = client.get("/requests?state=held", base_url=HTTPS)
    assert wanted.headers["Location"] == "/sign-in?next=/requests%3Fstate%3Dheld"
    assert 'value="/requests?state=held"' in client.get(wanted.headers["Location"], base_url=HTTPS).text

    client, answer = sign_in(house, house.token(), client, next="/requests?state=held")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/requests?state=held")
    assert is_in(client)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\nx", "", "x"]
)
def test_signing_in_leads_nowhere_else(house: House, elsewhere: str) -> None:
    _, answer = sign_in(house, house.token(), next=elsewhere)
    assert answer.headers["Location"] == "/"


def test_a_wrong_token_opens_nothing(house: House) -> None:
    client, answer = sign_in(house, "spr_wrong")
    assert answer.status_code == 401
    assert "not a valid API token" in answer.text
    assert "spr_wrong" not in answer.text
    assert not is_in(client)


def test_the_session_cookie_is_for_this_host_and_for_no_script(house: House) -> None:
    _, answer = sign_in(house, house.token())

    (cookie,) = set_cookies(answer)
    morsel = cookie["__Host-sprout"]
    assert morsel["secure"]
    assert morsel["httponly"]
    assert (morsel["samesite"], morsel["path"], morsel["domain"]) == ("Lax", "/", "")


def test_over_plain_http_on_loopback_the_cookie_has_neither_prefix_nor_secure(sandbox: House) -> None:
    (cookie,) = set_cookies(sandbox.client().get("/"))
    assert not cookie["sprout"]["secure"]
    assert cookie["sprout"]["httponly"]


def test_signing_in_begins_a_session_under_a_new_id(house: House) -> None:
    client = house.client()
    before = client.get("/sign-in", base_url=HTTPS).headers["Set-Cookie"]
    planted = SimpleCookie(before)["__Host-sprout"].value

    sign_in(house, house.token(), client)

    other = house.client()
    other.set_cookie("__Host-sprout", planted, domain="bridge.example.com", secure=True)
    assert is_in(client)
    assert not is_in(other)


def test_an_idle_session_ends_after_half_an_hour_and_use_keeps_it(house: House) -> None:
    client, _ = sign_in(house, house.token())
    for _ in range(3):
        house.wall.ahead += timedelta(minutes=29)
        assert is_in(client)
    house.wall.ahead += timedelta(minutes=31)
    assert not is_in(client)


def test_a_page_that_looks_again_by_itself_is_no_use(house: House) -> None:
    client, _ = sign_in(house, house.token())
    for _ in range(2):
        house.wall.ahead += timedelta(minutes=14)
        assert client.get("/", base_url=HTTPS, headers={"X-Refresh": "1"}).status_code == 200
    house.wall.ahead += timedelta(minutes=3)
    assert not is_in(client)


def test_no_session_lasts_longer_than_twelve_hours(house: House) -> None:
    client, _ = sign_in(house, house.token())
    for _ in range(28):
        house.wall.ahead += timedelta(minutes=25)
        assert is_in(client)
    house.wall.ahead += timedelta(minutes=25)
    assert not is_in(client)


def test_revoking_a_token_ends_its_sessions_at_once(house: House) -> None:
    client, _ = sign_in(house, house.token())
    revoke(house)
    assert not is_in(client)


def test_signing_out_ends_copies_of_the_cookie_too_even_after_a_restart(house: House) -> None:
    client, answer = sign_in(house, house.token())
    stolen = SimpleCookie(answer.headers["Set-Cookie"])["__Host-sprout"].value
    page = client.get("/", base_url=HTTPS)

    out = client.post("/sign-out", base_url=HTTPS, data={"form_token": form_token(page)})

    assert out.headers["Location"] == "/sign-in"
    assert not is_in(client)
    for app in (house.app, create_app(house.bridge, house.wall)):
        thief = app.test_client()
        thief.set_cookie("__Host-sprout", stolen, domain="bridge.example.com", secure=True)
        assert not is_in(thief)


def test_a_session_outlasts_a_restart(house: House) -> None:
    _, answer = sign_in(house, house.token())
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["__Host-sprout"].value

    client = create_app(house.bridge, house.wall).test_client()
    client.set_cookie("__Host-sprout", cookie, domain="bridge.example.com", secure=True)

    assert is_in(client)


def test_the_key_that_signs_sessions_is_for_its_owner_alone(house: House) -> None:
    sign_in(house, house.token())
    key = house.folder / "var" / "session.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_bytes()) >= 16
    assert [path.name for path in key.parent.glob("session.key*")] == ["session.key"]


@pytest.mark.parametrize("cookie", ["", "x", "eyJpZCI6ICJ4In0.x", "." * 50, "\xff"])
def test_a_forged_cookie_is_no_session(house: House, cookie: str) -> None:
    client = house.client()
    client.get("/sign-in", base_url=HTTPS)
    client.set_cookie("__Host-sprout", cookie, domain="bridge.example.com", secure=True)
    assert not is_in(client)


FORMS = [
    "/sign-in",
    "/sign-out",
    "/requests/{id}/adopt",
    "/requests/{id}/retry",
    "/requests/{id}/approve",
    "/requests/{id}/cancel",
]


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        (None, {}),
        ("", {}),
        ("0" * 64, {}),
        ("\xff", {}),
        ("right", {"Origin": "https://evil.example"}),
        ("right", {"Origin": "null"}),
        ("right", {"Origin": "http://bridge.example.com"}),
        ("right", {"Sec-Fetch-Site": "cross-site"}),
        ("right", {"Sec-Fetch-Site": "same-site"}),
        ("another session's", {}),
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(house: House, token: str | None, headers: dict[str, str]) -> None:
    request_id = house.api().file()
    client, _ = sign_in(house, house.token())
    known = {"right": form_token(client.get("/", base_url=HTTPS))}
    known["another session's"] = form_token(house.client().get("/sign-in", base_url=HTTPS))
    data = {"token": "x", "share_link": "x"} | ({} if token is None else {"form_token": known.get(token, token)})
    before = house.dump()

    answers = [client.post(path.format(id=request_id), base_url=HTTPS, data=data, headers=headers) for path in FORMS]

    assert {answer.status_code for answer in answers} == {403}
    assert {problem(answer)["type"] for answer in answers} == {"/problems/foreign-form"}
    assert house.dump() == before
    assert is_in(client)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": HTTPS, "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}],
)
def test_a_form_of_ours_is_taken(house: House, headers: dict[str, str]) -> None:
    request_id = house.api().file()
    client, _ = sign_in(house, house.token("grace"))
    data = {"form_token": form_token(client.get(f"/requests/{request_id}", base_url=HTTPS))}

    answer = client.post(f"/requests/{request_id}/cancel", base_url=HTTPS, data=data, headers=headers)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/requests/{request_id}")
    assert "Cancelled by grace." in client.get(f"/requests/{request_id}", base_url=HTTPS).text


def test_the_open_sandbox_takes_forms_of_its_own_pages_only(sandbox: House) -> None:
    request_id = sandbox.api().post("/requests", {"job_description": "x" * 60}).json["id"]
    client = sandbox.client()
    page = client.get(f"/requests/{request_id}")

    assert client.post(f"/requests/{request_id}/cancel").status_code == 403
    assert client.post(f"/requests/{request_id}/cancel", data={"form_token": form_token(page)}).status_code == 303


def test_a_post_without_a_session_is_sent_to_sign_in_and_changes_nothing(house: House) -> None:
    request_id = house.api().file()
    before = house.dump()
    answer = house.client().post(f"/requests/{request_id}/cancel", base_url=HTTPS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/")
    assert house.dump() == before


def test_the_secret_address_is_in_no_answer(house: House) -> None:
    answer = house.client().post(f"/webhooks/talentsprout/silent/{HOOK_TOKEN}", json={})
    assert HOOK_TOKEN not in answer.text
