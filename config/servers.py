"""Which database and which broker: their URLs, checked as far as that goes without a connection.

Both may hold a password, so no message shows any part of them.
"""

import os
from pathlib import Path

from config.addresses import readable
from config.faults import Wrong
from config.wording import shown

_POSTGRESQL = "postgresql+psycopg"  # the one driver that is installed
_POSTGRESQL_NAMES = (_POSTGRESQL, "postgresql", "postgres")  # hosting companies hand out the two others
_BROKERS = ("redis", "rediss", "amqp", "amqps")


def under(folder: Path, name: str) -> Path:
    """The absolute path of a relative one that starts at `folder`; symbolic links stay as they are."""
    return Path(os.path.abspath(folder / name))


def database_url(value: object, folder: Path) -> str:
    """With the path of an SQLite file absolute, and the driver of PostgreSQL named. Raises Wrong."""
    scheme, rest = _scheme(value)
    if scheme == "sqlite":
        return f"sqlite:///{_sqlite_file(rest, folder)}"
    if scheme not in _POSTGRESQL_NAMES:
        raise Wrong("the URL is not one of a database that the bridge knows")
    if readable(f"{_POSTGRESQL}://{rest}").fragment:
        raise Wrong('the URL has a "#" in it', "write it as %23")
    return f"{_POSTGRESQL}://{rest}"


def _sqlite_file(rest: str, folder: Path) -> Path:
    name = rest.removeprefix("/")
    if name == rest or name in ("", ":memory:"):
        raise Wrong(
            "the SQLite URL names no file",
            'write three slashes and a path: "sqlite:///var/bridge.db"; memory would forget everything',
        )
    path = under(folder, name)
    if "?" in str(path):
        raise Wrong("the path of the SQLite file has a question mark in it", "use another path; options are not taken")
    return path


def broker_url(value: object) -> str:
    """ "embedded", or the URL of a Redis or RabbitMQ. Raises Wrong."""
    if value == "embedded":
        return "embedded"
    scheme, rest = _scheme(value)
    if scheme == "redis+socket":
        if not rest.startswith("/"):
            raise Wrong(
                "the URL names no socket", 'write three slashes and an absolute path: "redis+socket:///run/redis.sock"'
            )
    elif scheme not in _BROKERS:
        raise Wrong("the URL is not one of a broker that the bridge knows")
    elif not readable(f"{scheme}://{rest}").hostname:
        raise Wrong("the URL has no host")
    return f"{scheme}://{rest}"


def _scheme(value: object) -> tuple[str, str]:
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not a URL")
    scheme, found, rest = value.partition("://")
    if not found:
        raise Wrong("the value is not a URL")
    return scheme, rest
