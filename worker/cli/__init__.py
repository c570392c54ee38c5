"""`sprout`: the command line, one file a noun.

front    where `sprout` begins: the first page, without loading anything
entry    the table of all commands, made of what is in table
sprout   the command itself, by way of click
lazy     a group that loads a command when it is wanted
endings  how a command ends when it can't do what it was asked
settings, opening, finding   the configuration, the ledger, the thing that an id means
printing, progress           results on stdout, everything else on stderr
"""

from worker.cli.front import main

__all__ = ["main"]
