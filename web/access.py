"""Who may ask. Programs bring a bearer token; people open a session with one; deliveries prove themselves.

Everything that is not named here as open needs one of them: a new route is closed until somebody decides otherwise.
"""

from urllib.parse import quote, urlsplit

from flask import Response, g, request

from config import Settings
from config.addresses import is_loopback, is_loopback_host
from web import problems
from web.context import context
from web.problems import Problem
from web.sessions import Session
from worker.ledger import tokens
from worker.ledger.connection import Tx
from worker.ledger.tokens import ApiToken
from worker.operators import Person

SANDBOX = "sandbox"
OPEN = ("/healthz", "/readyz")
OPEN_BELOW = ("/webhooks/", "/static/", "/problems/")
API = "/api/v1/"
OPEN_ON_LOOPBACK = ("/metrics", "/api/v1/openapi.json")
SAFE_METHODS = frozenset({"GET", "HEAD"})
REFRESH_HEADER = "X-Refresh"  # a page that renews itself is nobody's click: it keeps no session alive
COOKIE = "sprout"
BY_THE_SANDBOX = Person("dashboard (sandbox)")


def check() -> Response | None:
    """Before every request: let it through, or answer in its place."""
    path = request.path
    spelt = request.environ.get("REQUEST_URI", path).partition("?")[0].lower()
    if "%2f" in spelt or "//" in spelt:
        raise Problem(problems.NOT_FOUND)  # two spellings of one address are one too many; servers tidy such up unasked
    if request.routing_exception is not None and not path.startswith(API):
        return None  # there is nothing to protect: it becomes a 404 or 405
    if path in OPEN_ON_LOOPBACK and is_on_loopback(context().bridge.settings):
        return None
    if path.startswith(API) or path in OPEN_ON_LOOPBACK:
        g.person = _named(_bearer())
        return None
    if path.startswith(OPEN_BELOW) or path in OPEN:
        return None
    return _check_page(path)


def is_on_loopback(settings: Settings) -> bool:
    """Whether only this machine can reach the bridge."""
    return is_loopback_host(settings.bridge.bind_host) and is_loopback(settings.bridge.public_url)


def is_sandbox(settings: Settings) -> bool:
    """Whether the sandbox is the only organization: nothing here is real."""
    only = settings.organizations.get(SANDBOX)
    return only is not None and len(settings.organizations) == 1 and is_loopback(only.base_url)


def _bearer() -> ApiToken:
    """The live token that the request brings. Raises Problem; missing, wrong and revoked are told alike."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    found = _find(secret.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise Problem(problems.NO_TOKEN, headers={"WWW-Authenticate": "Bearer"})
    return found


def _find(secret: str) -> ApiToken | None:
    return context().bridge.ledger.read(lambda tx: tokens.find(tx, secret))


def _named(token: ApiToken) -> Person:
    return Person(token.name or f"token {token.id}")


def _check_page(path: str) -> Response | None:
    """Pages: a session, or the sandbox on its own machine. Whatever changes something must come from one of our forms."""
    brought = _brought()
    token = None if brought is None or brought.token_id is None else _live(brought.token_id)
    g.session = brought if brought is not None and (brought.token_id is None or token) else None
    g.signed_in = token is not None
    if token is not None:
        g.person = _named(token)
    elif _is_open():
        g.person = BY_THE_SANDBOX
    elif path != "/sign-in":
        return go_to(f"/sign-in?next={quote(_where(), safe='/')}")
    if request.method not in SAFE_METHODS:
        _check_form(g.session)
    if g.session is None:
        g.session = context().sessions.begin(None)
    return None


def _brought() -> Session | None:
    cookie = request.cookies.get(cookie_name())
    return None if cookie is None else context().sessions.read(cookie)


def _live(token_id: str) -> ApiToken | None:
    def unit(tx: Tx) -> ApiToken | None:
        found = tokens.get(tx, token_id)
        return None if found is None or found.revoked_at is not None else found

    return context().bridge.ledger.read(unit)


def _is_open() -> bool:
    """The host's name is looked at too: a stranger's name that leads to 127.0.0.1 would let a stranger's page read ours."""
    settings = context().bridge.settings
    host = urlsplit(f"//{request.host}").hostname or ""
    return is_on_loopback(settings) and is_sandbox(settings) and is_loopback_host(host)


def _check_form(session: Session | None) -> None:
    """Raises Problem unless the form was made for this session and sent from one of our pages."""
    given = request.form.get("form_token", "")
    if session is None or not context().sessions.is_form_token(session, given) or not _is_same_origin():
        raise Problem(problems.FOREIGN_FORM)


def _is_same_origin() -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    ours = {_origin(context().bridge.settings.bridge.public_url), _origin(request.host_url)}
    return origin is None or origin in ours


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _where() -> str:
    """The page to come back to after signing in."""
    return request.full_path.rstrip("?") if request.method in SAFE_METHODS else "/"


def is_secure() -> bool:
    """Whether people come by https; plain http is for loopback only."""
    return context().bridge.settings.bridge.public_url.startswith("https:")


def cookie_name() -> str:
    """Under https the prefix keeps other hosts of the domain from setting it."""
    return f"__Host-{COOKIE}" if is_secure() else COOKIE


def keep_session(response: Response) -> Response:
    """After every page: write the cookie where the session is new, or was seen again."""
    session: Session | None = g.get("session")
    if session is None or response.headers.get("Set-Cookie"):
        return response
    brought = _brought()
    renewed = session if REFRESH_HEADER in request.headers else context().sessions.renewed(session)
    if brought != renewed:
        set_cookie(response, renewed)
    return response


def set_cookie(response: Response, session: Session) -> None:
    """Only pages of this host get it back, and no script reads it."""
    response.set_cookie(
        cookie_name(),
        context().sessions.write(session),
        path="/",
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(response: Response) -> None:
    """Forget it in the browser."""
    response.delete_cookie(cookie_name(), path="/", secure=is_secure(), httponly=True, samesite="Lax")


def go_to(address: str) -> Response:
    """Have the browser open a page of this host with a GET."""
    return Response(status=303, headers={"Location": address})
