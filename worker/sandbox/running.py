"""Three ways to run a sandbox: inside a loop (`serve`), as the process's purpose (`run`), beside a test (`running`)."""

import asyncio
import http.client
import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

from worker.sandbox.server import ADDRESS, Sandbox
from worker.sandbox.settings import Settings

STOPPING_SECONDS = 10.0


async def serve(
    settings: Settings, *, ready: Callable[[Sandbox], None] | None = None, stop: asyncio.Event | None = None
) -> None:
    """Answer until `stop` is set, or for ever; `ready` is called once it listens. Cancelling it ends it properly, too.

    Raises OSError if the port is taken.
    """
    sandbox = Sandbox(settings)
    try:
        await sandbox.start()
        if ready is not None:
            ready(sandbox)
        await (stop or asyncio.Event()).wait()
    finally:
        await sandbox.close()


def run(settings: Settings, ready: Callable[[Sandbox], None]) -> None:
    """Answer until SIGINT or SIGTERM, then end at once and quietly. For a process's main thread."""

    async def until_told() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await serve(settings, ready=ready, stop=stop)

    asyncio.run(until_told())


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox in another thread. `base_url` is what a client is configured with, `public_url` is without the path."""

    base_url: str
    public_url: str
    port: int

    def ask(self, name: str) -> dict[str, object]:
        """GET from the control plane: record, interviews, webhooks."""
        return self._control("GET", name, None)

    def tell(self, name: str, /, **order: object) -> dict[str, object]:
        """POST to the control plane: faults, settings, complete, reset. Raises ValueError with the reason of a refusal."""
        return self._control("POST", name, json.dumps(order))

    def _control(self, method: str, name: str, body: str | None) -> dict[str, object]:
        connection = http.client.HTTPConnection(ADDRESS, self.port, timeout=60)
        try:
            connection.request(method, f"/_sandbox/{name}", body)
            response = connection.getresponse()
            document: dict[str, object] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(document["error"])
        return document


@contextmanager
def running(settings: Settings | None = None) -> Iterator[Running]:
    """A sandbox in a thread and loop of its own, gone at the end of the block."""
    started: Future[tuple[Running, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def live() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()

        def ready(sandbox: Sandbox) -> None:
            at = Running(sandbox.base_url, sandbox.public_url, sandbox.port)
            started.set_result((at, loop, stop))

        await serve(settings or Settings(), ready=ready, stop=stop)

    def thread_body() -> None:
        try:
            asyncio.run(live())
        except OSError as error:
            started.set_exception(error)

    thread = threading.Thread(target=thread_body, name="sandbox", daemon=True)
    thread.start()
    at, loop, stop = started.result()
    try:
        yield at
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(STOPPING_SECONDS)
