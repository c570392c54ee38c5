"""What everybody writes first: a Flask route that checks the signature, inserts a row, commits and answers.

`python -m bench.bare PORT DATABASE`, where DATABASE is a file of SQLite, a URL of PostgreSQL, or "nothing" for an empty WSGI
application, which is the most that the server can do. The server and its settings are those of the bridge.
"""

import hmac
import logging
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from flask import Flask, Response, request
from waitress import serve

from bench.load import SECRET
from web.serving import IDLE_SECONDS, MOST_CONNECTIONS

THREADS = 8  # more writers of one SQLite file stand in each other's way: it is slower with 32
TABLE = "CREATE TABLE IF NOT EXISTS event (delivery text UNIQUE, body {bytes} NOT NULL)"
INSERT = "INSERT INTO event VALUES ({mark}, {mark})"


def main() -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # as the bridge does
    port, database = int(sys.argv[1]), sys.argv[2]
    app = nothing if database == "nothing" else bare(sqlite(database) if "://" not in database else postgres(database))
    serve(
        app,
        host="127.0.0.1",
        port=port,
        threads=THREADS,
        asyncore_use_poll=True,
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        ident=None,
        _quiet=True,
    )


def bare(insert: Callable[[str, bytes], None]) -> Flask:
    """The handler. A repeat is a row that is there already."""
    app = Flask(__name__)

    @app.post("/webhooks/careers")
    def deliver() -> Response:
        body = request.get_data()
        digest = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        if not hmac.compare_digest(f"sha256 {digest}", request.headers.get("Signature", "")):
            return Response(status=401)
        insert(request.headers["Greenhouse-Event-ID"], body)
        return Response('{"ok": true}', 200, content_type="application/json")

    return app


def sqlite(path: str) -> Callable[[str, bytes], None]:
    """A connection for each thread, WAL, and on the disk before it says so."""
    local = threading.local()

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(path, isolation_level=None, timeout=30)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            made.execute(f"PRAGMA {pragma}")
        return made

    connect().execute(TABLE.format(bytes="blob"))

    def insert(delivery: str, body: bytes) -> None:
        if not hasattr(local, "connection"):
            local.connection = connect()
        local.connection.execute("BEGIN IMMEDIATE")
        local.connection.execute(INSERT.format(mark="?"), (delivery, body))
        local.connection.execute("COMMIT")

    return insert


def postgres(url: str) -> Callable[[str, bytes], None]:
    """A connection for each thread."""
    address = url.replace("postgresql+psycopg", "postgresql")
    local = threading.local()
    with psycopg.connect(address) as made:
        made.execute(TABLE.format(bytes="bytea"))

    def insert(delivery: str, body: bytes) -> None:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(address)
        local.connection.execute(INSERT.format(mark="%s"), (delivery, body))
        local.connection.commit()

    return insert


def nothing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Read the body, and say 200."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]


if __name__ == "__main__":
    main()
