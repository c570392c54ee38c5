"""The listening socket, on 127.0.0.1 only, and the life of each connection."""

import asyncio

from worker.sandbox.api import BASE_PATH, answer_call
from worker.sandbox.connection import Connection
from worker.sandbox.control import PREFIX, answer_control
from worker.sandbox.pages import page
from worker.sandbox.settings import Settings
from worker.sandbox.wire import HEAD_LIMIT, Answer, Head, Malformed, text_answer
from worker.sandbox.world import World

ADDRESS = "127.0.0.1"
BACKLOG = 1024
UNREAD_SECONDS = 2.0  # of this machine: how long a refused sender may go on before it is cut off


class Sandbox:
    """One sandbox: `await start()`, then it answers until `await close()`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: asyncio.Server | None = None
        self._world: World | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self.port = settings.port

    @property
    def public_url(self) -> str:
        """Without a path; what share links begin with."""
        return f"http://{ADDRESS}:{self.port}"

    @property
    def base_url(self) -> str:
        """What a client is configured with."""
        return self.public_url + BASE_PATH

    @property
    def world(self) -> World:
        assert self._world is not None, "start() comes first"
        return self._world

    async def start(self) -> None:
        """Raises OSError if the port is taken."""
        self._server = await asyncio.start_server(
            self._accepted, ADDRESS, self._settings.port, limit=HEAD_LIMIT, backlog=BACKLOG
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._world = World(self._settings, self.public_url)

    async def reset(self) -> None:
        """A new world with the settings of the start. Calls in flight are answered, and leave no trace in it."""
        old, self._world = self._world, World(self._settings, self.public_url)
        if old is not None:
            await old.end()

    async def close(self) -> None:
        """Stop listening, drop every connection, forget every candidate."""
        if self._server is not None:
            self._server.close()
        conversations = list(self._conversations)
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        if self._world is not None:
            await self._world.end()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        connection = Connection(reader, writer)
        try:
            if self.world.faults.take_on_accept():
                connection.reset()
            else:
                await self._converse(connection)
        except (ConnectionError, EOFError, TimeoutError):
            connection.drop()  # the other side went away, or was silent for too long
        except asyncio.CancelledError:  # ends here: Python 3.11 would log one that goes further as an error
            connection.drop()
        finally:
            self._conversations.discard(task)

    async def _converse(self, connection: Connection) -> None:
        try:
            while head := await connection.head():
                if not await self._answer(connection, head):
                    break
        except Malformed as error:
            await connection.send(text_answer(error.status, f"{error}\n"))
            connection.half_close()
            await connection.until_peer_leaves(UNREAD_SECONDS)
        await connection.close()

    async def _answer(self, connection: Connection, head: Head) -> bool:
        """True if the connection may carry another request."""
        if head.path.startswith(BASE_PATH + "/"):
            return await answer_call(self.world, connection, head)
        answer: Answer
        if head.path.startswith(PREFIX):
            answer = await answer_control(self.world, self.reset, connection, head)
        else:
            await connection.body(head)
            answer = page(self.world, head)
        await connection.send(answer, to=head)
        return head.keeps_alive
