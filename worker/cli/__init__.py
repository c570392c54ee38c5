"""`sprout`: the command line, one file a noun.

entry    the command itself and the table of all commands; loads nothing else, so that `--help` answers at once
lazy     a group that loads a command when it is wanted
endings  how a command ends when it can't do what it was asked
settings, opening, finding   the configuration, the ledger, the thing that an id means
printing, progress           results on stdout, everything else on stderr
"""

from worker.cli.entry import main

__all__ = ["main"]
