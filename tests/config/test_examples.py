"""The examples are right, and so is what documentation shows."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from config import Kinds, load
from config.strength import is_example

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "config" / "examples").glob("*.toml"))
PAGES = [*EXAMPLES, ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
A_SECRET = re.compile(r'^(?:secret|webhook_token|api_key)\s*=\s*"(?!env:|file:)([^"…]+)"', re.MULTILINE)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the examples take from outside."""
    named = {name for example in EXAMPLES for name in re.findall(r'"env:(\w+)"', example.read_text())}
    for name in named:
        monkeypatch.setenv(name, f"whsec_{sha256(name.encode()).hexdigest()}")
    for name in (name for name in named if name.endswith("API_KEY")):
        monkeypatch.setenv(name, ("tsk_" + name.replace("_", "") * 4)[:36])
    for name in (name for name in named if name.endswith("WEBHOOK_URL")):
        monkeypatch.setenv(name, "https://hooks.example.com/services/T0/B0/hidden")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bridge:hunter2@db/bridge")
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@redis:6379/0")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_loads_without_a_remark(example: Path, tmp_path: Path, kinds: Kinds) -> None:
    key = tmp_path / "key"
    key.write_text(("tsk_" + "fileofatest" * 4)[:36])
    key.chmod(0o600)
    copy = tmp_path / example.name
    copy.write_text(example.read_text().replace("/run/secrets/talentsprout_api_key", str(key)))

    settings = load(copy, kinds)

    assert settings.warnings == ()
    assert settings.sandbox == (example.stem == "empty")


def test_there_is_an_example_of_each_way_to_run() -> None:
    assert [path.stem for path in EXAMPLES] == ["empty", "many-organizations", "production", "sqlite"]


def test_production_would_recognise_every_secret_that_is_shown_as_an_example() -> None:
    """A secret that documentation shows must not be usable: write the word "example" into it."""
    shown = {value for page in PAGES if page.exists() for value in A_SECRET.findall(page.read_text())}

    assert [value for value in shown if not is_example(value)] == []
