"""The demo shows the whole job and leaves nothing behind."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_the_demo_sees_every_step_and_leaves_no_file_and_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "worker.cli", "demo", "--once"],
        capture_output=True,
        text=True,
        timeout=90,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(folder)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every step was seen" in done.stdout
    assert list(folder.iterdir()) == []
    assert list(Path(tmp_path).iterdir()) == [folder]
    ours = [one for one in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(one.info["cmdline"] or [])]
    assert ours == []
