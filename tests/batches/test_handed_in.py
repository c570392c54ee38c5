"""What is handed in lies on disk only as long as its reader lives, however the reader ends."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from worker.batches import handed_in

READER = """
import sys, time
from pathlib import Path
from worker.batches import handed_in
with handed_in.folder(Path(sys.argv[1])) as folder:
    (folder / "upload").write_text("rows")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_the_folder_goes_with_its_reader(tmp_path: Path) -> None:
    with handed_in.folder(tmp_path) as folder:
        (folder / "upload").write_text("rows")
        assert (folder.stat().st_mode & 0o777) == 0o700
    assert list((tmp_path / handed_in.PLACE).iterdir()) == []


def test_what_a_killed_reader_left_goes_and_what_a_living_one_holds_stays(tmp_path: Path) -> None:
    reader = subprocess.Popen([sys.executable, "-c", READER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    left = Path(reader.stdout.readline().strip())
    with handed_in.folder(tmp_path) as mine:
        assert handed_in.sweep(tmp_path) == 0
        assert (left / "upload").exists(), "its reader lives"
        reader.kill()
        reader.communicate()
        assert handed_in.sweep(tmp_path) == 1
        assert not left.exists()
        assert mine.exists()


def test_no_link_leads_the_broom_elsewhere(tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.mkdir()
    (tmp_path / handed_in.PLACE).mkdir()
    os.symlink(others, tmp_path / handed_in.PLACE / "link")
    assert handed_in.sweep(tmp_path) == 0
    assert others.is_dir()


@contextmanager
def nothing_more_to_be_opened() -> Iterator[None]:
    """As in a process that has as many files open as it may."""
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.timeout(20)
def test_where_no_file_can_be_opened_it_is_said_and_not_tried_for_ever(tmp_path: Path) -> None:
    with nothing_more_to_be_opened(), pytest.raises(OSError, match="Too many open files"), handed_in.folder(tmp_path):
        pass
    assert handed_in.sweep(tmp_path) <= 1
    assert list((tmp_path / handed_in.PLACE).iterdir()) == []
