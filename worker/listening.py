"""A worker's own small HTTP port: /healthz and /metrics, for supervisors and Prometheus."""

import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is wsgiref's
        """Probes are not worth a line each."""


def start(address: tuple[str, int], is_alive: Callable[[], bool]) -> None:
    """Serve on (host, port) in a thread that ends with the process. Raises OSError where the port is taken."""
    host, port = address

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
                return [generate_latest()]
            case "/healthz":
                alive = is_alive()
                start_response("200 OK" if alive else "503 Service Unavailable", [("Content-Type", "text/plain")])
                return [b"alive\n" if alive else b"the ear for hints has failed\n"]
            case _:
                start_response("404 Not Found", [("Content-Type", "text/plain")])
                return [b"here are /healthz and /metrics\n"]

    server = make_server(host, port, answer, _Server, _Quiet)
    threading.Thread(target=server.serve_forever, name="listening", daemon=True).start()
