"""The journal: what was answered is on the disk before anybody else hears of it, and outlives its process."""

import fcntl
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sending.outcomes import ANSWERED, LINK, MADE, OUTCOMES
from worker.domain.interview import Interview
from worker.domain.outcome import Created, Outcome
from worker.sending import journal
from worker.sending.journal import Journal

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def buried(_boot_id: str) -> bool:
    return True


def replayed(folder: Path) -> list[tuple[str, Outcome]]:
    found: list[tuple[str, Outcome]] = []
    journal.replay(folder, lambda attempt, outcome: found.append((attempt, outcome)), buried)
    return found


def a_dead_processs(folder: Path, name: str, *lines: tuple[str, Outcome], then: str = "") -> Path:
    """The journal of a process that wrote these lines (and a piece of another) and was killed in the middle of its work."""
    code = (
        "import os, pickle, sys\n"
        "from pathlib import Path\n"
        "from worker.sending.journal import Journal\n"
        "folder, name, lines, then = pickle.loads(sys.stdin.buffer.read())\n"
        "journal = Journal(Path(folder), name)\n"
        "for attempt, outcome in lines:\n"
        "    journal.write(attempt, outcome)\n"
        "if then:\n"
        "    (Path(folder) / name).open('a').write(then)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    order = pickle.dumps((str(folder), name, lines, then))
    died = subprocess.run([sys.executable, "-c", code], input=order, cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    return folder / name


def test_what_a_killed_process_had_written_is_settled_by_the_next(folder: Path) -> None:
    path = a_dead_processs(folder, "boot-1", ("a1", OUTCOMES[0]), ("a2", OUTCOMES[2]))

    found = replayed(folder)

    assert [attempt for attempt, _ in found] == ["a1", "a2"]
    assert isinstance(found[0][1], Created)
    assert (found[0][1].interview.id, found[0][1].interview.share_link) == (MADE.id, LINK)
    assert not path.exists()


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: type(outcome).__name__)
def test_an_outcome_comes_back_as_far_as_a_line_may_keep_it(folder: Path, outcome: Outcome) -> None:
    kept = replace(outcome, evidence=replace(ANSWERED, message=None))
    if isinstance(kept, Created):
        kept = replace(kept, interview=replace(MADE, raw={}))
    path = folder / "boot-1"
    writer = Journal(folder, "boot-1")
    writer.write("a1", outcome)
    line = path.read_text()
    writer.close()

    assert replayed(folder) == [("a1", kept)]

    assert "Words of theirs." not in line
    assert "Night shift" not in line
    assert json.loads(line)["attempt"] == "a1"


def test_the_journal_of_a_process_that_lives_is_left_alone(folder: Path) -> None:
    writer = Journal(folder, "boot-1")
    writer.write("a1", OUTCOMES[0])

    assert replayed(folder) == []

    writer.close()
    assert [attempt for attempt, _ in replayed(folder)] == ["a1"]


def test_a_line_that_was_cut_is_left_out_and_the_others_count(folder: Path) -> None:
    a_dead_processs(folder, "boot-1", ("a1", OUTCOMES[0]), then='{"attempt": "a2", "outcome": "Crea')

    assert [attempt for attempt, _ in replayed(folder)] == ["a1"]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "nonsense", ["", "\n\n", "null\n", "[]\n", '"text"\n', "{}\n", '{"attempt": "a2"}\n', "\x00\n", "\udcff\n"]
)
def test_nonsense_is_no_line(folder: Path, nonsense: str) -> None:
    folder.mkdir()
    (folder / "boot-1").write_text(nonsense, errors="surrogateescape")

    assert replayed(folder) == []


def test_lines_of_a_later_version_are_no_reason_to_stop(folder: Path) -> None:
    a_dead_processs(
        folder, "boot-1", ("a1", OUTCOMES[0]), then='{"attempt": "a2", "outcome": "Postponed", "status": 1}\n'
    )

    assert [attempt for attempt, _ in replayed(folder)] == ["a1"]


def test_a_line_that_is_cut_for_want_of_room_does_not_spoil_the_next(folder: Path) -> None:
    """The disk is full in the middle of a line; later there is room again."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from tests.sending.outcomes import OUTCOMES\n"
        "from worker.sending.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]), 'boot-1')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    journal.write('a1', OUTCOMES[0])\n"
        "except OSError:\n"
        "    print('said')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "journal.write('a2', OUTCOMES[0])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, check=True, capture_output=True, text=True)

    assert ran.stdout == "said\n"
    assert [attempt for attempt, _ in replayed(folder)] == ["a2"]


def test_a_file_stays_where_its_lines_could_not_be_settled(folder: Path) -> None:
    class Away(Exception):
        pass

    def away(_attempt: str, _outcome: Outcome) -> None:
        raise Away

    path = a_dead_processs(folder, "boot-1", ("a1", OUTCOMES[0]))

    with pytest.raises(Away):
        journal.replay(folder, away, buried)

    assert path.exists()
    assert [attempt for attempt, _ in replayed(folder)] == ["a1"], "and nobody holds its lock"


def test_a_journal_whose_lines_are_settled_goes_away_with_its_process(folder: Path) -> None:
    writer = Journal(folder, "boot-1")
    writer.write("a1", OUTCOMES[0])
    writer.write("a2", OUTCOMES[0])
    writer.settled("a1")
    writer.settled("a2")

    writer.close()

    assert list(folder.iterdir()) == []


def test_a_journal_with_an_unsettled_line_outlives_its_process(folder: Path) -> None:
    writer = Journal(folder, "boot-1")
    writer.write("a1", OUTCOMES[0])
    writer.write("a2", OUTCOMES[0])
    writer.settled("a1")

    writer.close()

    assert "a2" in [attempt for attempt, _ in replayed(folder)]


def test_a_large_journal_starts_again_once_everything_in_it_is_settled(folder: Path) -> None:
    writer = Journal(folder, "boot-1")
    path = folder / "boot-1"
    long = Created(Interview(MADE.id, LINK + "?" + "x" * 400_000, {}), ANSWERED)
    for number in range(3):
        writer.write(f"a{number}", long)
    for number in range(2):
        writer.settled(f"a{number}")
    assert path.stat().st_size > journal.SHRINK_BYTES

    writer.settled("a2")
    writer.write("a3", OUTCOMES[0])

    assert path.stat().st_size < 1_000
    writer.close()
    assert [attempt for attempt, _ in replayed(folder)] == ["a3"]


def test_a_line_is_on_the_disk_when_writing_returns(folder: Path) -> None:
    """strace would show the fsync; here, another process reads it from the file at once."""
    writer = Journal(folder, "boot-1")
    writer.write("a1", OUTCOMES[0])

    seen = subprocess.run(["cat", folder / "boot-1"], check=True, capture_output=True, text=True).stdout

    assert json.loads(seen)["attempt"] == "a1"
    writer.close()


def test_many_threads_write_whole_lines(folder: Path) -> None:
    writer = Journal(folder, "boot-1")
    threads = [
        threading.Thread(target=lambda name=name: [writer.write(f"{name}-{n}", OUTCOMES[0]) for n in range(20)])
        for name in "abcdefgh"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()

    assert len({attempt for attempt, _ in replayed(folder)}) == 160


def test_only_its_owner_may_read_a_journal(folder: Path) -> None:
    writer = Journal(folder, "boot-1")

    assert (folder / "boot-1").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    writer.close()


def test_a_new_journal_that_somebody_took_for_a_dead_processs_is_made_again(folder: Path) -> None:
    """Between making the file and locking it, another process may find it, empty and free, and remove it."""
    folder.mkdir()
    path = folder / "boot-1"
    other = os.open(path, os.O_CREAT | os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)
    made: list[Journal] = []
    starting = threading.Thread(target=lambda: made.append(Journal(folder, "boot-1")))
    starting.start()
    wait_until_it_waits_for_the_lock(path)
    path.unlink()
    os.close(other)
    starting.join(10)

    made[0].write("a1", OUTCOMES[0])

    assert "a1" in path.read_text()
    made[0].close()


def wait_until_it_waits_for_the_lock(path: Path) -> None:
    """/proc/locks marks who waits with an arrow."""
    inode = f":{path.stat().st_ino} "
    while not any("->" in line and inode in line for line in Path("/proc/locks").read_text().splitlines()):
        threading.Event().wait(0.005)


def test_a_file_that_its_owner_removes_meanwhile_is_no_fault(folder: Path) -> None:
    first = a_dead_processs(folder, "boot-1", ("a1", OUTCOMES[0]))
    second = a_dead_processs(folder, "boot-2", ("a2", OUTCOMES[0]))
    third = a_dead_processs(folder, "boot-3", ("a3", OUTCOMES[0]))
    found: list[str] = []

    def settle(attempt: str, _outcome: Outcome) -> None:
        found.append(attempt)
        second.unlink(missing_ok=True)

    assert journal.replay(folder, settle, buried) == 2

    assert found == ["a1", "a3"]
    assert not first.exists()
    assert not third.exists()


def test_without_a_folder_there_is_nothing_to_replay(folder: Path) -> None:
    assert journal.replay(folder, lambda *_: None, buried) == 0
