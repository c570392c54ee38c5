"""The Flask application, made by whoever serves it: nothing is read, opened or started before the first request."""

from collections.abc import Callable
from datetime import datetime
from importlib import metadata
from typing import Any

from flask import Flask, Response, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from web import access, api, dashboard, failures, probes, problems, receiver
from web.api.reading import LARGEST_BODY, StrictRequest, refuse
from web.api.resource import ProblemDocument
from web.context import NAME, Context, context
from web.dashboard import words
from web.entrance import Entrance
from web.hinting import Hinting
from web.lanes import Seats
from web.problems import Problem
from web.readiness import Readiness
from web.sessions import Sessions
from worker import assembly, clock
from worker.assembly import Bridge
from worker.events.intake import Intake
from worker.events.spool import Spool

WITHOUT_DATABASE = ("/healthz", "/readyz", "/metrics")
WITHOUT_DATABASE_BELOW = ("/static/", "/problems/")
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",  # browsers heed it under https only
    "X-Frame-Options": "DENY",
}
NOT_CACHED = "no-store"
SECURITY_SCHEMES: dict[str, Any] = {
    "token": {"type": "http", "scheme": "bearer", "description": "`sprout token create` makes one."}
}


def create_app(bridge: Bridge, wall: Callable[[], datetime] = clock.wall) -> Flask:
    """The application for `bridge`. `wall` tells the time for sessions; tests move it."""
    app = OpenAPI(
        __name__,
        info=Info(title="talentsprout-bridge", version=metadata.version("talentsprout-bridge")),
        security_schemes=SECURITY_SCHEMES,
        validation_error_model=ProblemDocument,
        validation_error_callback=refuse,
        doc_ui=False,
        static_folder=None,
    )
    app.request_class = StrictRequest
    app.config.update(PROVIDE_AUTOMATIC_OPTIONS=False, MAX_CONTENT_LENGTH=LARGEST_BODY + 1)
    app.url_map.merge_slashes = False
    app.jinja_env.finalize = words.visible
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it, the protocol has not
    hinting = Hinting(bridge.hints)
    sessions = Sessions(bridge.settings.bridge.data_dir, wall)
    intake = Intake(
        bridge.ledger, Spool(bridge.settings.bridge.data_dir / "spool", assembly.keys(bridge.settings)), hinting.read
    )
    readiness = Readiness(bridge, hinting)
    app.extensions[NAME] = Context(bridge, hinting, intake, readiness, sessions)
    Seats(readiness).register(app)
    app.before_request(_wait_for_database)
    app.before_request(access.check)
    app.after_request(access.keep_session)
    app.after_request(_harden)
    failures.register(app)
    deliveries = receiver.Receiver(bridge.settings, intake, hinting)
    app.register_blueprint(receiver.routes(deliveries))
    app.register_blueprint(probes.routes())
    app.register_blueprint(dashboard.routes())
    for resource in api.resources():
        app.register_api(resource)
    entrance = Entrance(app, bridge.settings.sources, deliveries, {**SECURITY_HEADERS, "Cache-Control": NOT_CACHED})
    app.wsgi_app = entrance  # type: ignore[method-assign]  # as Flask's own pages say
    return app


def _wait_for_database() -> None:
    """Nothing but the probes and fixed files is served on a schema that is not there; deliveries are, if nobody can tell."""
    path = request.path
    if path in WITHOUT_DATABASE or path.startswith(WITHOUT_DATABASE_BELOW):
        return
    readiness = context().readiness
    if not (readiness.may_receive() if path.startswith("/webhooks/") else readiness.is_open()):
        why = readiness.why
        raise Problem(problems.NOT_READY, f"{why[0].upper()}{why[1:]}.", headers=problems.RETRY_SOON)


def _harden(response: Response) -> Response:
    response.headers.update(SECURITY_HEADERS)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = NOT_CACHED
    return response
