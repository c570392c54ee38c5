"""A door before PostgreSQL that loses the reply to a COMMIT: what was asked for is done, and nobody is told."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHUNK = 65_536
SOCKET = ".s.PGSQL.5432"


class Door:
    """`armed` is how many more replies to a COMMIT are lost; each costs its connection."""

    def __init__(self, folder: Path, behind: Path) -> None:
        self.folder, self._behind = folder, behind / SOCKET
        self.armed = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(ConnectionError):
            server.connect(str(self._behind))
            commits = False
            while True:
                ready, _, _ = select.select([client, server], [], [])
                if client in ready:
                    data = client.recv(CHUNK)
                    commits = self.armed > 0 and b"COMMIT" in data
                    server.sendall(data)
                else:
                    data = server.recv(CHUNK)
                    if commits and data:
                        self.armed -= 1
                        return
                    client.sendall(data)
                if not data:
                    return


@contextmanager
def door_before(folder: Path, behind: Path) -> Iterator[Door]:
    """A folder for `host=` of libpq. Its path must be short, as that of every unix socket."""
    door = Door(folder, behind)
    try:
        yield door
    finally:
        door.close()
