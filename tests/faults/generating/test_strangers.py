"""F-54 and F-57: answers that point elsewhere, and answers that carry markup. Neither the key nor a page follows them."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.generating.workshop import Workshop, workshop
from tests.web.houses import Clock, form_token
from web.app import create_app
from worker.domain.request import Code, State
from worker.ledger import tokens
from worker.sandbox.settings import FAKE_KEY

RIGHT_TO_LEFT = "\u202egnp.exe"
MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


class Elsewhere:
    """A second server: it counts who comes, and keeps what they say."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.visits = 0
        self.heard = b""
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/api/v1/interviews/from-job-description"

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self.listener.accept()
                self.visits += 1
                visitor.settimeout(2)
                with suppress(OSError), visitor:
                    self.heard += visitor.recv(65_536)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.listener.close()


@pytest.mark.parametrize(
    ("fault", "more"),
    [
        ("redirect_307", {}),
        ("redirect_308", {}),
        ("status:301", {"body": ""}),
        ("status:302", {"body": ""}),
        ("status:303", {"body": ""}),
    ],
)
def test_f54_a_redirect_is_not_followed_and_the_other_server_sees_nothing(
    tmp_path: Path, elsewhere: Elsewhere, fault: str, more: dict[str, object]
) -> None:
    where = {"location": elsewhere.url} if fault.startswith("redirect") else {"headers": {"Location": elsewhere.url}}
    with workshop(tmp_path) as shop:
        shop.fault(fault, **where, **more)
        shop.file()
        held = shop.until_state("held")[0]

        assert held.because is not None
        assert held.because.code is Code.MISCONFIGURED
        assert len(shop.calls()) == 1
        assert elsewhere.visits == 0
        assert FAKE_KEY.encode() not in elsewhere.heard
        shop.judge()


@pytest.mark.parametrize(
    "title",
    [
        MARKUP,
        RIGHT_TO_LEFT,
        "x" * 10_000,
        "{{ 7 * 7 }}",
        "\u200b\ufeff\x00",
    ],
    ids=["markup", "right to left", "10 kB", "template", "invisible"],
)
def test_f57_a_title_of_theirs_stays_text(tmp_path: Path, title: str) -> None:
    with workshop(tmp_path) as shop:
        shop.fault("none", fields={"title": title})
        created = shop.file()
        shop.until_state("created")

        for page in _pages(shop, created):
            assert "<script>alert" not in page
            assert "<img src=x" not in page
            assert RIGHT_TO_LEFT not in page
        shop.judge()


@pytest.mark.parametrize(
    "link",
    [
        f"https://www.talentsprout.ai/interview/{MARKUP.replace(' ', '')}",
        f"https://www.talentsprout.ai/interview/{RIGHT_TO_LEFT}",
        "https://www.talentsprout.ai/" + "x" * 10_000,
    ],
    ids=["markup", "right to left", "10 kB"],
)
def test_f57_a_share_link_of_theirs_is_escaped(tmp_path: Path, link: str) -> None:
    with workshop(tmp_path) as shop:
        shop.fault("none", fields={"share_link": link})
        created = shop.file()
        shop.until(lambda: shop.request(created).state not in (State.WAITING, State.SENDING), "it is settled")

        for page in _pages(shop, created):
            assert "<script>alert" not in page
            assert RIGHT_TO_LEFT not in page


def test_f57_a_share_link_is_a_link_only_on_the_configured_host(tmp_path: Path) -> None:
    with workshop(tmp_path) as shop:
        shop.fault("none", fields={"share_link": "https://interviews.example.com/interview/1"})
        created = shop.file()
        shop.until_state("created")

        links = [link for page in _pages(shop, created) for link in re.findall(r'href="([^"]*)"', page)]
        assert [link for link in links if "example.com" in link] == []


def _pages(shop: Workshop, request_id: str) -> list[str]:
    """What somebody who is signed in sees of the request."""
    app = create_app(shop.bridge, Clock())
    browser = app.test_client()
    token = shop.write(lambda tx: tokens.create(tx, "ada"))[1]
    form = browser.get("/sign-in")
    answer = browser.post("/sign-in", data={"token": token, "form_token": form_token(form)})
    assert answer.status_code in (302, 303), answer.text
    pages = [browser.get(path) for path in ("/", "/requests", f"/requests/{request_id}")]
    assert [page.status_code for page in pages] == [200] * 3
    return [page.text for page in pages]
