"""Where somebody happens to stand decides nothing: no module of that folder is ever imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from worker.children import PYTHON


@pytest.mark.parametrize("module", ["config", "token", "re"])
def test_what_we_start_imports_nothing_of_the_folder_it_starts_in(tmp_path: Path, module: str) -> None:
    (tmp_path / f"{module}.py").write_text('raise SystemExit("a stranger")')
    done = subprocess.run([*PYTHON, "web", "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("address", ["foo", "127.0.0.1:99999", ":9100", "127.0.0.1:"])
def test_a_worker_is_told_what_an_address_looks_like(address: str) -> None:
    argv = [sys.executable, "-m", "worker.cli", "worker", "--listen", address]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "HOST:PORT such as 127.0.0.1:9100" in done.stderr
