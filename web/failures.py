"""Every way in which a request can fail, made one of the kinds of `problems`: a page for people, a document for everybody else.

The last resort catches bugs: it answers with an id and nothing else, and the log has the rest under that id.
"""

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException

from config.wording import shown
from web import problems
from web.context import context
from web.problems import Problem
from web.readiness import WRONG_KEYS
from worker import ids, log
from worker.ledger import connection
from worker.ledger.connection import LedgerFault
from worker.ledger.keyring import Unsealable
from worker.ledger.listing import UnknownCursor

FOR_PROGRAMS = ("/webhooks", "/api", "/healthz", "/readyz", "/metrics", "/static")
AWAY = "The database does not answer, or takes nothing now."
LOCKED = "Another process holds the database for writing. `sprout doctor` says which."
_logger = log.named(__name__)


def register(app: Flask) -> None:
    """From now on nothing of the application fails in another way."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(LedgerFault, _of_ledger)
    app.register_error_handler(UnknownCursor, _of_cursor)
    app.register_error_handler(Exception, _of_bug)


def answer(problem: Problem) -> Response:
    """A document, or for a browser a page that says the same."""
    kind = problem.kind
    if _is_for_people():
        page = render_template(
            "problem.html", kind=kind, detail=problem.detail, more=problem.more, signed_in=g.get("signed_in", False)
        )
        response = Response(page, kind.status)
    else:
        body = problems.document(kind, problem.detail, problem.more)
        response = Response(body, kind.status, content_type=problems.CONTENT_TYPE)
    response.headers.update(problem.headers)
    return response


def _of_http(fault: HTTPException) -> Response:
    """What the HTTP library refuses. Its own words may repeat what a stranger sent, so they are left out."""
    if fault.response is not None and isinstance(fault.response, Response):
        return fault.response
    headers = {name: value for name, value in fault.get_headers() if name in ("Allow", "Retry-After")}
    return answer(Problem(problems.of_status(fault.code or 500, fault.name), headers=headers))


def _of_cursor(fault: Exception) -> Response:
    return answer(problems.invalid([problems.Fault("cursor", f"{shown(str(fault))} is no cursor", problems.CURSOR)]))


def _of_ledger(fault: Exception) -> Response:
    if isinstance(fault, Unsealable):
        _logger.error("a request failed: something is sealed", endpoint=request.endpoint, why=str(fault))
        return answer(
            Problem(problems.NOT_READY, f"{WRONG_KEYS[0].upper()}{WRONG_KEYS[1:]}.", headers=problems.RETRY_SOON)
        )
    if not connection.is_refusal(fault) and context().readiness.database_trouble() is None:
        return _of_bug(fault)
    _logger.error("a request failed: the database is away", endpoint=request.endpoint, fault=type(fault).__name__)
    detail = LOCKED if connection.is_locked(fault) else AWAY
    return answer(Problem(problems.NOT_READY, detail, headers=problems.RETRY_SOON))


def _of_bug(fault: Exception) -> Response:
    incident = ids.new_id()
    _logger.error("a request failed", id=incident, method=request.method, endpoint=request.endpoint, exc_info=fault)
    return answer(Problem(problems.BUG, f"Its id in the log is {incident}.", more={"id": incident}))


def _is_for_people() -> bool:
    return not request.path.startswith(FOR_PROGRAMS) and "text/html" in request.headers.get("Accept", "")
