"""What the house's tests look at: the repository's own files, found by folder, because a copy without git is checked too."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "worker", "web")
FOLDERS = (*PACKAGES, "tests", "bench", "docs", ".ci")
MIGRATIONS = ROOT / "worker/ledger/migrations"  # a record of what was done, which Alembic runs: no room of the house
OF_OPERATORS = {".env", "bridge.toml"}  # beside ours, but not ours


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def modules() -> list[Path]:
    """Every Python file of the three packages but the migrations, relative to the root."""
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [path.relative_to(ROOT) for path in paths if MIGRATIONS not in path.parents]


@pytest.fixture(scope="session")
def texts() -> Mapping[Path, str]:
    """Every file of the repository that is text, and what it says."""
    beside = [path for path in ROOT.iterdir() if path.is_file() and path.name not in OF_OPERATORS]
    inside = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    ours = (
        path for path in beside + inside if "__pycache__" not in path.parts and (ROOT / "bench/out") not in path.parents
    )
    return {path.relative_to(ROOT): text for path in ours if (text := _text(path)) is not None}


@pytest.fixture(scope="session")
def pyproject() -> Mapping[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None  # a picture, a spreadsheet
