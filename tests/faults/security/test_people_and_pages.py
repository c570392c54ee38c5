"""Accounts, sessions, cookies, forms, headers and strangers' words on pages."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from itertools import product

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.houses import A_TEXT, AN_ID, House, form_token
from tests.web.test_access import HTTPS, is_in, revoke, sign_in
from tests.web.test_every_route import CSP, PAGE, addresses, assert_hardened, filled
from web.app import create_app
from worker.domain.delivery import Occurrence, Subjects
from worker.domain.interview import Interview, Origin
from worker.domain.message import Happened
from worker.events import reader
from worker.ledger import announcing, interviews, targets

COOKIE = "__Host-sprout"


def cookie_of(answer: TestResponse) -> str:
    return SimpleCookie(answer.headers["Set-Cookie"])[COOKIE].value


def with_cookie(house: House, value: str) -> FlaskClient:
    client = house.client()
    client.set_cookie(COOKIE, value, domain="bridge.example.com", secure=True)
    return client


def test_s19_an_installation_has_no_account_and_no_token(house: House) -> None:
    """After install: no user, no token; nothing opens the pages, also not an empty token."""
    assert house.count("token") == 0
    for guess in ("", "admin", "spr_", "token"):
        client, answer = sign_in(house, guess)
        assert answer.status_code == 401
        assert not is_in(client)


def test_s22_a_session_that_was_planted_before_signing_in_is_worth_nothing(house: House) -> None:
    """Fixation: signing in begins a session under a new id of at least 128 bits."""
    client = house.client()
    planted = cookie_of(client.get("/sign-in", base_url=HTTPS))
    _, answer = sign_in(house, house.token(), client)
    assert cookie_of(answer) != planted
    assert not is_in(with_cookie(house, planted))
    ids = {house.app.extensions["sprout"].sessions.begin(None).id for _ in range(100)}
    assert len(ids) == 100
    assert min(map(len, ids)) >= 22  # characters of base64: 128 bits


@pytest.mark.parametrize(("idle", "lives"), [(timedelta(minutes=29), True), (timedelta(minutes=31), False)])
def test_s22_an_idle_session_ends(house: House, idle: timedelta, lives: bool) -> None:
    """30 minutes without a click."""
    client, _ = sign_in(house, house.token())
    house.wall.ahead += idle
    assert is_in(client) is lives


def test_s22_a_session_ends_after_twelve_hours_however_it_is_used(house: House) -> None:
    """12 hours, absolute."""
    client, _ = sign_in(house, house.token())
    for _ in range(28):
        house.wall.ahead += timedelta(minutes=25)
        assert is_in(client)
    house.wall.ahead += timedelta(minutes=25)
    assert not is_in(client)


@pytest.mark.parametrize("end", ["sign out", "revoke"])
def test_s22_a_stolen_cookie_opens_nothing_after_the_session_was_ended(house: House, end: str) -> None:
    """Signing out and revoking the token end copies of the cookie too, also after a restart."""
    client, answer = sign_in(house, house.token())
    stolen = cookie_of(answer)
    assert is_in(with_cookie(house, stolen))
    if end == "revoke":
        revoke(house)
    else:
        data = {"form_token": form_token(client.get("/", base_url=HTTPS))}
        assert client.post("/sign-out", base_url=HTTPS, data=data).status_code == 303
    assert not is_in(with_cookie(house, stolen))
    thief = create_app(house.bridge, house.wall).test_client()
    thief.set_cookie(COOKIE, stolen, domain="bridge.example.com", secure=True)
    assert not is_in(thief)


def test_s23_every_cookie_is_for_this_host_for_https_and_for_no_script(house: House) -> None:
    """Every Set-Cookie of every route and of signing in and out: `__Host-`, Secure, HttpOnly, SameSite, no Domain."""
    client, signed_in = sign_in(house, house.token())
    seen = [signed_in]
    seen += [client.get(rule.rule, base_url=HTTPS) for rule in house.app.url_map.iter_rules() if "<" not in rule.rule]
    seen += [house.client().get(path, base_url=HTTPS) for path in ("/", "/sign-in", "/nothing")]
    cookies = [header for answer in seen for header in answer.headers.getlist("Set-Cookie")]
    assert cookies
    for header in cookies:
        assert header.startswith(f"{COOKIE}=")
        attributes = {part.strip().lower() for part in header.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not [one for one in attributes if one.startswith("domain")]


def test_s23_over_http_on_loopback_only_prefix_and_secure_are_missing(sandbox: House) -> None:
    """The open sandbox: HttpOnly and SameSite stay."""
    header = sandbox.client().get("/").headers["Set-Cookie"]
    assert header.startswith("sprout=")
    assert "Secure" not in header
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


FOREIGN = [
    ({}, {}),
    ({"form_token": ""}, {}),
    ({"form_token": "0" * 64}, {}),
    ({"form_token": "right"}, {"Origin": "https://evil.example"}),
    ({"form_token": "right"}, {"Origin": "null"}),
    ({"form_token": "right"}, {"Sec-Fetch-Site": "cross-site"}),
]


@pytest.mark.parametrize(("form", "headers"), FOREIGN)
def test_s24_no_unsafe_route_takes_a_form_that_is_not_ours(
    house: House, form: dict[str, str], headers: dict[str, str]
) -> None:
    """Every route that takes POST, PUT, PATCH or DELETE × a missing or foreign token or origin: nothing changes."""
    request_id = house.api().file()
    client, _ = sign_in(house, house.token())
    right = form_token(client.get("/", base_url=HTTPS))
    data = {name: right if value == "right" else value for name, value in form.items()}
    before = house.dump()
    unsafe = [
        (method, re.sub(r"<[^>]*>", request_id, rule.rule))
        for rule in house.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    ]
    assert len(unsafe) >= 8
    for method, path in unsafe:
        answer = client.open(path, method=method, base_url=HTTPS, data=data, headers=headers)
        assert answer.status_code >= 400, (method, path)
    assert house.dump() == before
    assert is_in(client)


def test_s24_nothing_changes_by_get(sandbox: House) -> None:
    """The database is the same, byte for byte, after GET and HEAD of every address."""
    headers = {"Authorization": f"Bearer {sandbox.token()}"} | PAGE
    paths, client = list(addresses(sandbox, "GET")), sandbox.client()
    before = sandbox.dump()
    for path, method in product(paths, ("GET", "HEAD")):
        assert client.open(path, method=method, headers=headers).status_code == 200
    assert sandbox.dump() == before


def test_s25_every_answer_of_every_route_is_hardened(sandbox: House) -> None:
    """CSP, nosniff, no-referrer, COOP, HSTS and no-store on every route with every method, and on every error page."""
    names, client = filled(sandbox), sandbox.client()
    assert "'unsafe" not in CSP
    for rule in sandbox.app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: names[found[1]], rule.rule)
        for method, headers in product(("GET", "POST", "PUT", "DELETE", "OPTIONS"), ({}, PAGE)):
            assert_hardened(client.open(path, method=method, headers=headers), path)
    for path in ("/nothing", "/api/v1/nothing", "/static/nothing", "/%00", "/webhooks/x", "/requests/x", "/problems/x"):
        assert_hardened(client.get(path, headers=PAGE), path)


MARKS = ("alert(1)", "x=1")
ELEMENTS = [
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "<svg/onload={}>", "<body onload={}>",
    "<iframe src=javascript:{}>", "<iframe srcdoc='<script>{}</script>'>", "<a href=javascript:{}>x</a>",
    "<a href=JaVaScRiPt:{}>x</a>", "<a href='java\tscript:{}'>x</a>", "<form action=javascript:{}><input type=submit>",
    "<math><mtext></mtext><script>{}</script></math>", "<details open ontoggle={}>", "<video><source onerror={}>",
    "<object data=javascript:{}>", "<embed src=javascript:{}>", "<base href=javascript:{}//>", "<link rel=stylesheet href={}>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>", "<style>@import '{}'</style>", "<input autofocus onfocus={}>",
    "<template><script>{}</script></template>", "<noscript><p title='</noscript><img src=x onerror={}>'>",
]  # fmt: skip
FRAMES = ["{}", '">{}', "'>{}", "</title>{}", "</textarea>{}", "--><!-- -->{}", "]]>{}"]
WORDS = ["{{{{ {} }}}}", "{{% {} %}}", "${{{}}}", "' onmouseover='{}", '" onfocus="{}" autofocus="']
WORDS += ["&lt;script&gt;{}&lt;/script&gt;"]
PAYLOADS = [frame.format(element.format(mark)) for frame, element, mark in product(FRAMES, ELEMENTS, MARKS[:1])] + [
    word.format(mark) for word, mark in product(WORDS, MARKS)
]


NEVER = {"img", "iframe", "object", "embed", "math", "base", "video", "style", "template"}


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def assert_inert(page: TestResponse) -> None:
    """Nothing on it runs, loads or leads anywhere but to ours, https, or a place on the page."""
    for tag, attributes in Reader(page.text).elements:
        assert tag not in NEVER, tag
        assert tag != "script" or attributes == {"src": "/static/pages.js", "defer": None}, attributes
        assert not [name for name in attributes if name.startswith("on")], attributes
        for name in ("href", "src", "action"):
            assert re.match(r"/|#|https://www\.talentsprout\.ai/|$", attributes.get(name) or ""), attributes


def delivered(house: House, body: object, delivery_id: str) -> str:
    answer = house.deliver("greenhouse", json.dumps(body).encode(), **{"Greenhouse-Event-ID": delivery_id})
    return str(answer.json["event_id"])


@pytest.mark.slow
def test_s26_no_strangers_words_become_a_page(sandbox: House) -> None:
    """More than 100 payloads in every field of strangers on every page: all of them stay words."""
    assert len(set(PAYLOADS)) >= 100
    client, token = sandbox.client(), sandbox.bridge.settings.organizations["sandbox"].webhook_tokens[0].reveal()
    for number, payload in enumerate(PAYLOADS):
        person = {"fullName": payload, "email": payload, "phone": payload, "externalUserId": payload}
        told = {"interview": {"id": payload, "title": payload, "companyName": payload}, "candidate": person}
        name = f"interview.{'completed' if number % 2 else payload}"
        body = {"event": name, "data": {**told, "session": {"id": str(number)}}}
        event = client.post(f"/webhooks/talentsprout/sandbox/{token}", json=body).json["event_id"]
        text = f"{A_TEXT} {payload}"
        posting = {"id": number, "job_id": number, "title": payload, "content": text, "live": True, "external": True}
        posted = delivered(sandbox, {"action": "job_post_created", "payload": posting}, f"p{number}")
        unread = delivered(sandbox, {"action": payload, "payload": [payload]}, f"u{number}")
        for one in (event, posted, unread):
            reader.read(sandbox.bridge.ledger, sandbox.bridge.settings.sources, one)
        wanted = {"job_description": text, "options": {"title": payload}, "dedup_id": f"d-{number}"}
        request_id = sandbox.api().post("/requests", wanted).json["id"]
        paths = ["/", "/requests", f"/requests/{request_id}", f"/requests?source={payload}", f"/sign-in?next={payload}"]
        for path in [*paths, f"/requests/{payload}"]:
            assert_inert(client.get(path, headers=PAGE))


def test_s26_what_targets_are_told_of_strangers_stays_words_on_the_page_of_deliveries(sandbox: House) -> None:
    """Every payload as what a delivery is about: the pages of the list hold all of them, and nothing of them runs."""
    sandbox.api().get("/targets")
    wanted = [targets.Wanted("crm", "sandbox", "webhook", [Happened.POSTING_CLOSED])]
    told = [
        Occurrence(Happened.POSTING_CLOSED, "sandbox", "lane", str(number), Subjects(source="careers", job=payload))
        for number, payload in enumerate(PAYLOADS)
    ]
    sandbox.write(lambda tx: (targets.prepare(tx, wanted), [announcing.announce(tx, one) for one in told]))
    client, shown, address = sandbox.client(), 0, "/deliveries"
    while address:
        page = client.get(address, headers=PAGE)
        assert_inert(page)
        shown += page.text.count("alert(1)")
        following = re.search(r'href="(/deliveries[?][^"]*cursor=[^"]*)"', page.text)
        address = following[1].replace("&amp;", "&") if following else ""
    assert shown >= sum("alert(1)" in payload for payload in PAYLOADS)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "http://evil.example/", "//evil.example", "vbscript:x"]
)
def test_s26_a_link_that_is_not_https_is_text(house: House, link: str) -> None:
    """A share link with another scheme is shown and leads nowhere."""
    house.write(lambda tx: interviews.store(tx, "acme", Interview(AN_ID, link, {"title": "x"}), Origin.CREATED, None))
    client, _ = sign_in(house, house.token())
    page = client.get("/", base_url=HTTPS)
    assert link in page.text
    assert not [attributes for _, attributes in Reader(page.text).elements if link in (attributes.get("href") or "")]
