"""A real program, started by a test: it can be killed, paused and resumed with all its children, and it dies with the test run.

Only ids that were started here are ever signalled. On Linux the kernel ends the program when the *thread* that started it
ends, so start it from the main thread, or from one that lives as long.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

LAUNCHER = Path(__file__).with_name("launcher.py")
STOP_SECONDS = 20.0
STEP_SECONDS = 0.005


class Program:
    """One running program; its output goes to `log`, each start after the last."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        user: str = "",
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        """Start `argv` (its first item is a path) as `user`, or as who we are. `death_signal` is what it gets when we die."""
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(death_signal)), user]
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*launcher, *map(str, argv)],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C at the terminal is for the tests, who then stop it in their order
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    def family(self) -> list[psutil.Process]:
        """The program, then its children and theirs; empty once it ended."""
        try:
            program = psutil.Process(self.pid)
            return [program, *program.children(recursive=True)] if self.is_running() else []
        except psutil.NoSuchProcess:
            return []

    def send(self, number: signal.Signals) -> None:
        """One signal to the program and its children; who is gone already is passed over."""
        for member in self.family():
            try:
                member.send_signal(number)
            except psutil.NoSuchProcess:
                continue

    def pause(self) -> None:
        """Nobody of the family runs until `resume`; connections stay open, as in a machine that hangs."""
        deadline = time.monotonic() + STOP_SECONDS
        while not all(map(_rests, self.family())):  # the parent may start another child before it stops
            self.send(signal.SIGSTOP)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.process.args!r} could not be paused within {STOP_SECONDS:g} s")
            time.sleep(STEP_SECONDS)

    def resume(self) -> None:
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        """The end without warning, as by a power cut: no handler runs, no buffer is written."""
        self.pause()  # so that it starts nobody between our look and the kill
        family = self.family()
        self.send(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)
        psutil.wait_procs(family, STOP_SECONDS)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, wait, and give its exit status; killed after 20 seconds, which is said by a negative status."""
        self.resume()
        if self.is_running():
            self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.wait()

    def last_words(self, characters: int = 2000) -> str:
        """The end of its log, for a failure's message."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-characters:]


def _rests(member: psutil.Process) -> bool:
    """Whether it can't do anything now: stopped, or gone."""
    try:
        return member.status() in {psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE}
    except psutil.NoSuchProcess:
        return True
