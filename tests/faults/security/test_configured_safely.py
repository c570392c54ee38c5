"""What an operator may configure: weak and open secrets are refused before anything opens, and nothing of them is kept."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from config import ConfigError, load
from config.sandbox import SandboxSecrets
from tests.faults.receiving.completions import result_of, told
from tests.web.houses import HOOK_TOKEN, KEY, SECRET, House
from worker import assembly
from worker.children import free_port

ROOT = Path(__file__).parents[3]
REAL = "https://www.talentsprout.ai/api/v1"
LOCAL = "http://127.0.0.1:9/api/v1"
STRONG = {
    "KEY": "tsk_" + 16 * "xy",
    "TOKEN": "t" * 20 + "-of-more-than-32-characters",
    "SECRET": "a-secret-of-more-than-24-bytes",
}
TEXT = """\
[bridge]
bind = "127.0.0.1:{port}"
{bridge}
[organizations.acme]
api_key = "{key}"
base_url = "{base_url}"
webhook_token = "{token}"
[sources.careers]
kind = "greenhouse"
organization = "acme"
secret = "{secret}"
"""


def written(folder: Path, **changes: object) -> Path:
    usual = {"port": 0, "bridge": "", "key": "env:KEY", "base_url": LOCAL, "token": "env:TOKEN", "secret": "env:SECRET"}
    path = folder / "bridge.toml"
    path.write_text(TEXT.format(**(usual | changes)).replace('"127.0.0.1:0"', f'"127.0.0.1:{free_port(0)}"'))
    return path


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in STRONG.items():
        monkeypatch.setenv(name, value)


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as fault:
        load(path, assembly.kinds())
    return str(fault.value)


WEAK = {
    "empty": ("SECRET", "", "empty"),
    "23 bytes": ("SECRET", "x1" * 11 + "y", "23 bytes"),
    "an example of the documentation": ("SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "example"),
    "calls itself one": ("SECRET", "change-me-change-me-change-me", "example"),
    "a short path token": ("TOKEN", "only-31-characters-of-a-token-x", "31 characters"),
    "an example token": ("TOKEN", "example-of-a-token-of-32-characters", "example"),
}


@pytest.mark.parametrize(("name", "value", "said"), WEAK.values(), ids=WEAK.keys())
def test_s04_production_refuses_a_weak_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """Empty, short, or out of documentation: refused in production with the place, and never shown."""
    monkeypatch.setenv(name, value)
    told = refused(written(tmp_path, base_url=REAL))
    assert said in told
    assert not value or value not in told


def test_s04_where_nothing_is_real_a_weak_secret_is_a_warning_and_an_empty_one_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On loopback `doctor` warns; no secret at all is refused everywhere."""
    monkeypatch.setenv("SECRET", "short")
    assert "5 bytes" in " ".join(map(str, load(written(tmp_path), assembly.kinds()).warnings))
    monkeypatch.setenv("SECRET", "")
    assert "empty" in refused(written(tmp_path))


def test_s05_the_secret_address_has_256_bits_and_lies_in_no_database(house: House) -> None:
    """Made ones have 256 bits; the token is in no file of the data folder after it was used, right and wrong."""
    folder = house.folder / "made"
    folder.mkdir(mode=0o700)
    made = SandboxSecrets.kept_in(folder).webhook_token.reveal()
    assert len(made) >= 43  # characters of base64: 256 bits
    for token in (HOOK_TOKEN, HOOK_TOKEN + "x"):
        house.client().post(
            f"/webhooks/talentsprout/acme/{token}", data=b"{}", headers={"Content-Type": "application/json"}
        )
    for path in (house.folder / "var").rglob("*"):
        assert not path.is_file() or HOOK_TOKEN.encode() not in path.read_bytes(), path


def test_s05_an_unmatched_result_is_marked_and_attached_to_nothing(house: House) -> None:
    """Whatever a stranger with the address posts stays `unmatched` until its interview is known."""
    told(house, result_of("session-1"))
    (kept,) = house.api().get("/results").json["items"]
    assert (kept["state"], kept["interview_id"], kept["share_link"]) == ("unmatched", None, None)


@pytest.mark.parametrize(
    "url", ["http://www.talentsprout.ai/api/v1", "http://10.0.0.1/api", "http://localhost.evil.example/", "ftp://x/"]
)
def test_s11_plain_http_is_for_loopback_alone(tmp_path: Path, url: str) -> None:
    """A base_url without TLS: refused unless it is this machine's."""
    assert "base_url" in refused(written(tmp_path, base_url=url))
    for own in ("http://127.0.0.1:9/api", "http://localhost:9/api", "http://[::1]:9/api"):
        load(written(tmp_path, base_url=own), assembly.kinds())


@pytest.mark.parametrize("mode", [0o644, 0o604])
def test_s33_a_secret_in_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """`file:`: the mode is checked; the message names the file and shows nothing of it."""
    secret = tmp_path / "key"
    secret.write_text("tsk_" + 16 * "zq")
    secret.chmod(mode)
    told = refused(written(tmp_path, key=f"file:{secret}"))
    assert "key" in told
    assert "zq" not in told


def test_s33_production_wants_secrets_outside_of_the_file(tmp_path: Path) -> None:
    """Written out: refused in production, each by its place; elsewhere a warning."""
    plain: Mapping[str, object] = {"key": STRONG["KEY"], "token": STRONG["TOKEN"], "secret": STRONG["SECRET"]}
    told = refused(written(tmp_path, base_url=REAL, **plain))
    assert told.count("is written out in the file") == 3
    assert not [value for value in STRONG.values() if value in told]
    assert len(load(written(tmp_path, **plain), assembly.kinds()).warnings) == 3


def test_s33_the_data_folder_holds_no_configured_secret(house: House) -> None:
    """`strings` over database, log of writes and whatever else lies there: no key, no secret, no token."""
    house.deliver("careers", b"{}")
    house.deliver("forms", b"{}")
    house.client().post(
        f"/webhooks/talentsprout/acme/{HOOK_TOKEN}", data=b"{}", headers={"Content-Type": "application/json"}
    )
    token = house.token()
    house.api().file()
    looked_at = b"".join(path.read_bytes() for path in (house.folder / "var").rglob("*") if path.is_file())
    assert len(looked_at) > 10_000
    for secret in (KEY, SECRET, HOOK_TOKEN, token, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="):
        assert secret.encode() not in looked_at


WRONG = {
    "no TOML": ("[bridge", "bridge.toml"),
    "an unknown key": ("[bridge]\nbindd = 1\n", "bindd"),
    "debug": ("[bridge]\ndebug = true\n", "debug"),
    "a crash point": ('[bridge]\ncrash_at = "after_claim"\n', "crash_at"),
    "a missing variable": ('[organizations.acme]\napi_key = "env:NOT_THERE"\n', "NOT_THERE"),
    "a missing file": ('[organizations.acme]\napi_key = "file:/not/there"\n', "/not/there"),
    "a source without a secret": (
        '[organizations.acme]\napi_key = "env:KEY"\n[sources.a]\nkind = "greenhouse"\norganization = "acme"\n',
        "secret",
    ),
    "a source of nobody": (
        '[sources.a]\nkind = "greenhouse"\norganization = "x"\nsecret = "env:SECRET"\n',
        "organization",
    ),
    "an unknown kind": (
        '[organizations.acme]\napi_key = "env:KEY"\n[sources.a]\nkind = "x"\norganization = "acme"\nsecret = "env:SECRET"\n',
        "kind",
    ),
    "a wrong duration": ('[bridge]\nsweep = "soon"\n', "sweep"),
}


@pytest.mark.parametrize(("text", "named"), WRONG.values(), ids=WRONG.keys())
def test_f74_a_wrong_configuration_is_one_clear_error_that_names_its_place(
    tmp_path: Path, text: str, named: str
) -> None:
    """Missing, misspelt, unreadable, incomplete: the file, the key and what is expected, in lines of one sentence."""
    path = tmp_path / "bridge.toml"
    path.write_text(text)
    told = refused(path)
    assert named in told
    assert "bridge.toml" in told
    assert "Traceback" not in told


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["-m", "web"], ["-m", "worker.cli", "up"], ["-m", "worker.cli", "worker"]], ids=["web", "up", "worker"]
)
@pytest.mark.parametrize("fault", ["misspelt", "no variable", "open file"])
def test_f74_no_port_opens_on_a_wrong_configuration(tmp_path: Path, command: list[str], fault: str) -> None:
    """Status 1, one message, nothing listened and nothing was made in the data folder."""
    secret = tmp_path / "open"
    secret.write_text("x" * 40)
    secret.chmod(0o644)
    changes = {
        "misspelt": {"bridge": "sweeep = 1"},
        "no variable": {"key": "env:NOT_THERE"},
        "open file": {"secret": f"file:{secret}"},
    }
    path = written(tmp_path, **changes[fault])
    found = re.search(r"127\.0\.0\.1:(\d+)", path.read_text())
    assert found is not None
    module, *words = command[1:]
    argv = [sys.executable, "-m", module, "--config", str(path), *words]
    done = subprocess.run(
        argv,
        capture_output=True,
        text=True,
        timeout=30,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "bridge.toml" in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(found[1])))
    assert not (tmp_path / "var" / "bridge.db").exists()


@pytest.mark.parametrize("key", ["debug", "crash_at", "faults", "demo", "reload", "testing"])
def test_s40_nothing_of_development_can_be_configured(tmp_path: Path, key: str) -> None:
    """Debugging, crash points, faults and demo data: no such key, in production or elsewhere."""
    for base_url in (REAL, LOCAL):
        assert key in refused(written(tmp_path, base_url=base_url, bridge=f"{key} = true"))
