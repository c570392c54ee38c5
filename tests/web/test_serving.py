"""A real server on a real socket: exact limits, whole answers, and a quiet end."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.web.houses import HOOK_TOKEN, TWO_ORGANIZATIONS, House, assembled, make_house, sign
from web.receiver import LARGEST_COMPLETION, LARGEST_DELIVERY
from web.serving import Server

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path) -> Iterator[tuple[House, int]]:
    port = free_port()
    house = make_house(folder, TWO_ORGANIZATIONS.replace("[bridge]", f'[bridge]\nbind = "127.0.0.1:{port}"'))
    server = Server(house.bridge)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield house, port
    finally:
        server.stop()
        thread.join()
        house.bridge.ledger.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[House, int]]:
    with served(tmp_path) as found:
        yield found


def test_a_server_without_its_schema_says_so_before_anybody_asks_and_once(tmp_path: Path) -> None:
    bridge = assembled(tmp_path, TWO_ORGANIZATIONS.replace("[bridge]", f'[bridge]\nbind = "127.0.0.1:{free_port()}"'))
    with capture_logs() as said:
        server = Server(bridge)
        server.stop()
        server.run()
    lines = [one["event"] for one in said if one["event"].startswith("waiting: ")]
    assert len(lines) == 1
    assert "sprout db upgrade" in lines[0]


def raw(port: int, *parts: bytes) -> bytes:
    """Send the parts and read until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port)) as peer:
        with suppress(ConnectionError):
            for part in parts:
                peer.sendall(part)
        got = b""
        with suppress(ConnectionError):
            while data := peer.recv(65536):
                got += data
        return got


def head(source: str, headers: dict[str, str]) -> bytes:
    lines = [
        f"POST /webhooks/{source} HTTP/1.1",
        "Host: x",
        "Connection: close",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def chunks(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def post(port: int, path: str, body: bytes, headers: dict[str, str]) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", path, body, headers)
    return connection.getresponse()


def padded(size: int) -> bytes:
    return b'{"x": "' + b"y" * (size - 9) + b'"}'


@pytest.mark.parametrize(
    ("size", "status"),
    [(1000, b"200"), (LARGEST_DELIVERY, b"200"), (LARGEST_DELIVERY + 1, b"413"), (LARGEST_DELIVERY * 5, b"413")],
)
def test_the_limit_is_exact_for_a_body_in_chunks_and_never_cuts_it(
    running: tuple[House, int], size: int, status: bytes
) -> None:
    house, port = running
    body = padded(size)
    headers = sign(house.source("careers"), body) | {"Transfer-Encoding": "chunked"}

    got = raw(port, head("careers", headers), *chunks(body, 60_000))

    assert got.split(b" ")[1] == status
    assert house.count("event") == (1 if status == b"200" else 0)


@pytest.mark.parametrize(("size", "status"), [(LARGEST_COMPLETION, 202), (LARGEST_COMPLETION + 1, 413)])
def test_the_limit_of_a_completion_is_exact_over_the_wire(running: tuple[House, int], size: int, status: int) -> None:
    _, port = running
    answer = post(port, f"/webhooks/talentsprout/acme/{HOOK_TOKEN}", padded(size), {"Content-Type": "application/json"})
    assert answer.status == status


def test_a_length_beyond_anything_is_refused_before_the_body_comes(running: tuple[House, int]) -> None:
    house, port = running
    headers = sign(house.source("careers"), b"") | {"Content-Length": str(10**9)}
    got = raw(port, head("careers", headers))
    assert got.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in got
    assert b"Content-Security-Policy" in got


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"POST /webhooks/careers HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /webhooks/careers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400),
        (b"POST /webhooks/careers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_the_server_itself_refuses_is_a_problem_document_too(
    running: tuple[House, int], request_bytes: bytes, status: int
) -> None:
    _, port = running
    answer, _, body = raw(port, request_bytes).partition(b"\r\n\r\n")
    assert f" {status} ".encode() in answer.split(b"\r\n")[0]
    assert b"application/problem+json" in answer
    assert json.loads(body)["status"] == status
    assert b"waitress" not in answer + body


def test_no_answer_names_the_server_software(running: tuple[House, int]) -> None:
    _, port = running
    answer = post(port, "/webhooks/nobody", b"{}", {"Content-Type": "application/json"})
    assert answer.status == 404
    assert answer.getheader("Server") is None


@pytest.mark.parametrize(
    "path", ["/webhooks/careers/", "//webhooks/careers", "/webhooks//careers", "/webhooks/careers%2F"]
)
def test_an_address_that_is_nearly_right_is_not_found_over_the_wire(running: tuple[House, int], path: str) -> None:
    house, port = running
    assert post(port, path, b"{}", sign(house.source("careers"), b"{}")).status == 404


def test_what_a_proxy_that_nobody_trusts_says_is_not_heard(running: tuple[House, int]) -> None:
    house, port = running
    headers = sign(house.source("careers"), b"{}") | {"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"}
    assert post(port, "/webhooks/careers", b"{}", headers).status == 200
    assert "1.2.3.4" not in house.dump()


def test_many_slow_connections_keep_nobody_waiting(running: tuple[House, int]) -> None:
    house, port = running
    slow: list[socket.socket] = []
    try:
        for _ in range(100):
            peer = socket.create_connection(("127.0.0.1", port))
            peer.sendall(b"POST /webhooks/careers HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            slow.append(peer)
        assert post(port, "/webhooks/careers", b"{}", sign(house.source("careers"), b"{}")).status == 200
    finally:
        for peer in slow:
            peer.close()


def test_a_receipt_that_waits_when_the_server_is_stopped_is_still_answered(tmp_path: Path) -> None:
    port = free_port()
    house = make_house(tmp_path, TWO_ORGANIZATIONS.replace("[bridge]", f'[bridge]\nbind = "127.0.0.1:{port}"'))
    server = Server(house.bridge)
    serving = threading.Thread(target=server.run)
    serving.start()
    assert post(port, "/webhooks/careers", b"{}", sign(house.source("careers"), b"{}")).status == 200
    with house.bridge.ledger.engine.connect() as other, socket.create_connection(("127.0.0.1", port)) as sender:
        other.exec_driver_sql("COMMIT")
        other.exec_driver_sql("BEGIN IMMEDIATE")  # the receipt waits for this
        headers = sign(house.source("careers"), b"[]", "2") | {"Content-Length": "2"}
        sender.sendall(head("careers", headers) + b"[]")
        assert raw(port, b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200")  # so the receipt was read too
        server.stop()
        other.exec_driver_sql("COMMIT")
        answer = sender.recv(65536)
        serving.join()

    assert answer.startswith(b"HTTP/1.1 200")
    assert house.count("event") == 2
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def command(folder: Path, *arguments: str) -> Sequence[str]:
    return [sys.executable, "-m", "web", *arguments]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_quietly_and_its_log_holds_no_secret(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    house = make_house(tmp_path, TWO_ORGANIZATIONS.replace("[bridge]", f'[bridge]\nbind = "127.0.0.1:{port}"'))
    config = tmp_path / "bridge.toml"
    with subprocess.Popen(
        command(tmp_path, "--config", str(config)), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        listening = json.loads(process.stderr.readline())
        answer = post(port, "/webhooks/careers", b"{}", sign(house.source("careers"), b"{}")).status
        for token in (HOOK_TOKEN, f"{HOOK_TOKEN}-wrong"):
            post(port, f"/webhooks/talentsprout/acme/{token}", b"{}", {"Content-Type": "application/json"})
        process.send_signal(number)
        out, rest = process.communicate(timeout=20)

    assert (listening["event"], listening["port"]) == ("listening", port)
    assert answer == 200
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in rest
    assert HOOK_TOKEN not in rest


def test_an_address_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        make_house(tmp_path, TWO_ORGANIZATIONS.replace("[bridge]", f'[bridge]\nbind = "127.0.0.1:{port}"'))
        done = subprocess.run(
            command(tmp_path, "--config", str(tmp_path / "bridge.toml")),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Is another process on that address?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_configuration_is_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text("[bridge]\nbindd = 1\n")
    done = subprocess.run(
        command(tmp_path, "--config", str(tmp_path / "bridge.toml")),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert 'did you mean "bind"?' in done.stderr


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    code = "import web.app, web.serving, web.dashboard, threading; print(threading.active_count())"
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"
    assert list(tmp_path.iterdir()) == []
