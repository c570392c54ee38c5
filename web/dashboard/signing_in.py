"""Signing in: an API token opens a session."""

from urllib.parse import urlsplit

from flask import Response, g, render_template, request

from web import access
from web.context import context, session
from worker.ledger import tokens

HOME = "/"


def page() -> Response:
    """The form."""
    return _form(200, "")


def sign_in() -> Response:
    """A session under a new id, and on to where the person wanted to go."""
    secret = request.form.get("token", "").strip()
    found = context().bridge.ledger.read(lambda tx: tokens.find(tx, secret))
    if found is None:
        return _form(401, "That is not a valid API token. It may be mistyped, or revoked.")
    response = access.go_to(_safe(request.form.get("next", HOME)))
    access.set_cookie(response, context().sessions.begin(found.id))
    return response


def sign_out() -> Response:
    """The session ends here, and so do copies of its cookie."""
    context().sessions.end(session())
    response = access.go_to("/sign-in")
    access.drop_cookie(response)
    return response


def _form(status: int, fault: str) -> Response:
    wanted = _safe(request.values.get("next", HOME))
    return Response(render_template("sign_in.html", fault=fault, wanted=wanted, signed_in=g.signed_in), status)


def _safe(address: str) -> str:
    """A page of this host; anything else leads home."""
    parts = urlsplit(address) if address.isprintable() and "\\" not in address else urlsplit("//elsewhere")
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith("//")
    return address if is_ours else HOME
