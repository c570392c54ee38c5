"""How the bridge is built: statements with parameters, dependencies with hashes, releases without anything of the tests."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.web.houses import House

ROOT = Path(__file__).parents[3]
HOSTILE = [
    "'",
    '"',
    "';--",
    "' OR '1'='1",
    '" OR 1=1 --',
    "'; DROP TABLE event; --",
    "\\",
    "%",
    "_",
    "$$",
    "`",
    "{}",
    "%s",
    ":name",
    "?",
    "(SELECT 1)",
    "\u2019",
    "/*",
]


@pytest.mark.parametrize("word", HOSTILE)
def test_s38_no_filter_cursor_or_name_is_part_of_a_statement(house: House, word: str) -> None:
    """A corpus of quotes in each filter, cursor, id and page: refused or not found, and the database is as it was."""
    api, client = house.api(), house.client()
    api.file()
    before = house.dump()
    for noun in ("requests", "events", "interviews", "results", "batches"):
        for name in ("state", "organization", "source", "batch", "cursor", "limit", "sort", "order"):
            answer = client.get(f"/api/v1/{noun}", query_string={name: word}, headers=api.headers)
            assert answer.status_code in (200, 404, 422), (noun, name, answer.text)
        answer = client.get(f"/api/v1/{noun}/{_quoted(word)}", headers=api.headers)
        assert answer.status_code == 404, (noun, answer.text)
    for verb in ("adopt", "retry", "cancel"):
        body = {"share_link": word} if verb == "adopt" else {}
        assert client.post(f"/api/v1/requests/{_quoted(word)}/{verb}", json=body, headers=api.headers).status_code in (
            404,
            422,
        )
    assert house.dump() == before


def _quoted(word: str) -> str:
    return quote(word, safe="")


def test_s38_statements_are_built_by_bound_parameters(pyproject_text: str) -> None:
    """The linter's rule against SQL out of strings holds for every package, and is switched off nowhere."""
    assert '"S"' in pyproject_text
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for package in ("config", "worker", "web")
        for path in (ROOT / package).rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if not re.search(r"PRAGMA|SET ", line)
        and re.search(r"S608|(exec_driver_sql|sa\.text|\.execute)\(\s*f[\"']", line)
    ]
    assert found == []


@pytest.fixture
def pyproject_text() -> str:
    return (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_s39_whatever_is_installed_has_a_hash() -> None:
    """Every pin of every lock file has its hashes, and whoever installs asks for them."""
    for name in ("requirements.lock", "requirements-build.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
        assert pins
        assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    for name in ("Makefile", "Dockerfile"):
        installs = re.findall(
            r"^(?!INSTALL :=).*(?:INSTALL\)|pip install) ([^\n&]*)",
            (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " "),
        )
        wild = [one for one in installs if not re.search(r"--require-hashes|--no-deps|--no-index|--upgrade pip", one)]
        assert wild == [], name


@pytest.mark.slow
def test_s40_a_release_holds_no_crash_point_no_test_and_no_key(tmp_path: Path) -> None:
    """The wheel: three packages, nothing of the tests, no crash point and nothing that looks like a key."""
    argv = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, timeout=100)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        texts = {name: packed.read(name) for name in names}
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"config", "worker", "web"}
    assert not [name for name in names if "sitecustomize" in name or "test_" in name]
    for name, content in texts.items():
        for never in (b"SPROUT_CRASH_AT", b"SPROUT_STOP_AT", b"PRIVATE KEY"):
            assert never not in content, (name, never)
        assert not re.search(rb"tsk_(?!x+)(?!\.)[0-9A-Za-z]{32}", content), name
