"""The entrance: a delivery to a configured source goes straight to the receiver; everything else goes on to Flask.

Of what a delivery costs, Flask would take the most, and a burst of them is what this process must bear. So the short way is for
the plain case alone: a POST to /webhooks/SOURCE, spelt exactly so. Whoever comes otherwise (another method or spelling, a source
that there isn't, a completion) takes the long way. Both ways give the same answer, byte for byte: the same receiver decides, and
what Flask adds to an answer is added here.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.datastructures import EnvironHeaders
from werkzeug.http import HTTP_STATUS_CODES

from web.context import of
from web.receiver import LARGEST_DELIVERY, Answer, Receiver, body_of
from worker import clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Entrance:
    """A WSGI application before the one of `app`. `added` are the headers that every answer carries."""

    def __init__(self, app: Flask, sources: Iterable[str], receiver: Receiver, added: Mapping[str, str]) -> None:
        self._app = app
        self._long_way = app.wsgi_app
        self._readiness = of(app).readiness
        self._receiver = receiver
        self._sources = {f"/webhooks/{source}": source for source in sources}
        self._added = list(added.items())

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        source = self._source(environ)
        if source is None or not self._readiness.may_receive():
            return self._long_way(environ, start_response)
        try:
            answer = self._answer(source, environ)
        except Exception as fault:  # noqa: BLE001 - a bug ends as it does everywhere: with an id for the log, and a 500
            return self._failed(fault, environ, start_response)
        length = ("Content-Length", str(len(answer.body)))
        start_response(_status(answer.status), [*answer.headers.items(), length, *self._added])
        return [answer.body]

    def _source(self, environ: "WSGIEnvironment") -> str | None:
        """The source to which this is plainly a delivery. A path has many spellings, and only one of them is short."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] != "POST" or str(environ.get("REQUEST_URI", path)).partition("?")[0] != path:
            return None
        return self._sources.get(path)

    def _answer(self, source: str, environ: "WSGIEnvironment") -> Answer:
        headers = dict(EnvironHeaders(environ).items())
        early = self._receiver.refuses(source, headers)
        if early is not None:
            return early
        return self._receiver.deliver(source, headers, body_of(environ, LARGEST_DELIVERY), clock.wall())

    def _failed(self, fault: Exception, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with self._app.request_context(environ):
            response = self._app.finalize_request(self._app.handle_user_exception(fault))
            return response(environ, start_response)


def _status(status: int) -> str:
    return f"{status} {HTTP_STATUS_CODES[status].upper()}"
