"""Becomes another program that dies with the process that asked for it. Run by path, with the standard library only.

Arguments: the asking process's id, the signal that its death shall cause, the user to become ("" to stay), then the
program and its arguments. This is a program of its own because the alternative, code between fork and exec, may deadlock
where threads run. Linux alone offers the signal; elsewhere a program outlives a killed test run.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def become(user: str) -> None:
    """Give up root for `user` and nothing else: no group of root stays."""
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def die_with(parent: int, death_signal: int) -> None:
    """After `become`, because a change of user forgets the wish."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # it died before it could be asked to tell
        sys.exit(1)


if __name__ == "__main__":
    parent, death_signal, user, program, *arguments = sys.argv[1:]
    if user:
        become(user)
    die_with(int(parent), int(death_signal))
    os.execv(program, [program, *arguments])
