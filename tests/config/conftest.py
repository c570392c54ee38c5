"""Files as operators write them, in a folder of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config import ConfigError, Kinds, Settings, load

Load = Callable[[str], Settings]
Lines = Callable[[str], list[str]]
KEY = "tsk_" + 32 * "x"
LOCAL = f'[organizations.acme]\napi_key = "{KEY}"\nbase_url = "http://127.0.0.1:9000/api/v1/"\n'


@pytest.fixture
def kinds() -> Kinds:
    return Kinds(
        sources=frozenset({"greenhouse", "generic", "standard"}),
        targets=frozenset({"webhook", "slack", "teams", "email", "ats"}),
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPROUT_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def load_text(folder: Path, kinds: Kinds) -> Load:
    """Writes bridge.toml and loads it."""

    def load_it(text: str) -> Settings:
        Path("bridge.toml").write_text(text)
        return load(Path("bridge.toml"), kinds)

    return load_it


@pytest.fixture
def faults_of(load_text: Load) -> Lines:
    """What is said about a wrong bridge.toml, line by line."""

    def lines(text: str) -> list[str]:
        with pytest.raises(ConfigError) as refused:
            load_text(text)
        return str(refused.value).splitlines()

    return lines
