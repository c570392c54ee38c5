"""Who holds an SQLite file for writing, as Linux's table of locks tells (proc_locks(5)); elsewhere nobody can say.

In WAL mode a writer locks one byte of the file's -shm companion (SQLite's "WAL-index" page: WAL_WRITE_LOCK). A process that is
stopped within its transaction (SIGSTOP, a debugger, a frozen container) keeps that lock, and every other writer waits for it.
"""

from dataclasses import dataclass
from pathlib import Path

LOCKS = Path("/proc/locks")
PROCESSES = Path("/proc")
WRITE_LOCK = ["120", "120"]  # first and last byte
STOPPED = ("T", "t")


@dataclass(frozen=True)
class Holder:
    """A process, by the name of its program; never its arguments, which may hold anything."""

    pid: int
    program: str
    is_stopped: bool


def holder(file: Path) -> Holder | None:
    """Whoever is in a write transaction on `file` now; None where nobody is, or nobody can tell."""
    try:
        wanted = str(file.with_name(f"{file.name}-shm").stat().st_ino)
        table = LOCKS.read_text(encoding="ascii")
    except OSError:
        return None
    for line in table.splitlines():
        words = line.split()  # 1: POSIX ADVISORY WRITE 17659 fe:00:2146853 120 120
        is_writer = words[1:4] == ["POSIX", "ADVISORY", "WRITE"] and words[6:] == WRITE_LOCK
        if is_writer and words[5].rpartition(":")[2] == wanted:
            return _named(int(words[4]))
    return None


def remedy(file: Path) -> str:
    """What to do about a file that is locked."""
    found = holder(file)
    if found is None:
        return f"Wait until the other process is done, or find it (fuser {file}) and end it."
    who = f"Process {found.pid} ({found.program}) holds it"
    if found.is_stopped:
        return f"{who} and is stopped within its transaction: let it go on (kill -CONT {found.pid}), or end it."
    return f"{who}: wait until it is done, or end it."


def _named(pid: int) -> Holder:
    try:
        told = (PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Holder(pid, "of another user", is_stopped=False)
    program, _, rest = told.partition("(")[2].rpartition(")")
    return Holder(pid, program, rest.split()[0] in STOPPED)
