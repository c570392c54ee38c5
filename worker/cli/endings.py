"""How a command ends when it can't do what it was asked: a sentence on stderr, or with `--json` an object, and a status.

0 done · 1 an error, or the reader of stdout has gone, which needs no sentence · 2 wrong usage · 130 interrupted.
What only an error needs is loaded when there is one: half of what `sprout --help` takes beyond click itself.
"""

import errno
import io
import os
import sys
from collections.abc import Callable

import click

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of a file that is written to by its number, as standard output is
COMMAND = "sprout.command"  # where the context keeps that of the command itself, whose help is named
DATABASE = "sprout.database"  # where the context keeps the name of the database that a command works on


class Failure(click.ClickException):
    """An error with a sentence for people and a word for programs; `more` is shown to programs only."""

    exit_code = 1

    def __init__(self, code: str, sentence: str, *, plain: bool = False, **more: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.plain = plain  # the sentence stands alone, without "sprout: "
        self.more = more


class Interrupted(Failure):
    """The person has had enough; says what goes on, or what to do."""

    exit_code = 130

    def __init__(self, sentence: str, **more: object) -> None:
        super().__init__("interrupted", sentence)
        self.more = more


def status_of(run: Callable[[], object], *, as_json: bool) -> int:
    """Run a command and tell how it ended."""
    try:
        ended = run()
        sys.stdout.flush()
    except click.Abort:
        return _tell(Interrupted("Interrupted."), as_json=as_json)
    except click.exceptions.NoArgsIsHelpError as fault:
        fault.show()
        return fault.exit_code
    except click.ClickException as fault:
        return _tell(fault, as_json=as_json)
    except OSError as fault:
        _drop_stdout()
        return 1 if fault.errno == errno.EPIPE else _tell(_unwritten(fault), as_json=as_json)
    return ended if isinstance(ended, int) else 0


def said(fault: Exception, context: click.Context) -> click.ClickException:
    """A fault from a deeper room, as a sentence."""
    from pathlib import Path

    from config import ConfigError
    from config.wording import shown
    from worker.health import holding
    from worker.ledger import connection
    from worker.ledger.connection import LedgerFault
    from worker.ledger.keyring import Unsealable
    from worker.ledger.listing import UnknownCursor
    from worker.operators import Refusal, Why

    match fault:
        case ConfigError():
            places = [{"file": one.file, "section": one.section, "key": one.key} for one in fault.faults]
            return Failure("configuration", str(fault), plain=True, faults=places)
        case Refusal():
            codes = {Why.NOT_FOUND: "not_found", Why.TOO_LATE: "conflict", Why.UNUSABLE: "unusable"}
            return Failure(codes[fault.why], str(fault))
        case Unsealable():
            return Failure("sealed", str(fault))
        case LedgerFault():
            where = context.meta.get(DATABASE, "the database")
            if connection.is_locked(fault):
                sentence = f"The database {where} is locked. {holding.remedy(Path(where))} Nothing was changed."
                return Failure("locked", sentence)
            return Failure("database", f"The database {where} can't be used: {_first_line(fault)}")
        case UnknownCursor():
            told = f"{shown(str(fault))} is not where a page of this list ended"
            remedy = "take it from the line under that page (with --json its `next`), or leave it out to begin anew"
            return click.UsageError(f"--cursor: {told}; {remedy}.", context.meta.get(COMMAND, context))
        case OSError() if fault.filename is not None:
            return Failure("file", f"{fault.filename}: {fault.strerror}.")
        case OSError() if fault.errno in NO_ROOM:
            return _unwritten(fault)
        case _:
            return _last_resort(fault)


def _unwritten(fault: OSError) -> Failure:
    return Failure("file", f"Standard output takes no more: {fault.strerror}. What was written of it is not whole.")


def tame_streams() -> None:
    """Text that the terminal can't show must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _tell(fault: click.ClickException, *, as_json: bool) -> int:
    code = fault.code if isinstance(fault, Failure) else "usage" if isinstance(fault, click.UsageError) else "failed"
    sentence = fault.format_message()
    if as_json:
        import json

        more = fault.more if isinstance(fault, Failure) else {}
        click.echo(json.dumps({"error": sentence, "code": code, **more}), err=True)
        return fault.exit_code
    plain = isinstance(fault, Failure) and fault.plain
    click.echo(sentence if plain else f"sprout: {sentence}", err=True)
    if isinstance(fault, click.UsageError) and fault.ctx is not None:
        click.echo(f"Try: {fault.ctx.command_path} --help", err=True)
    return fault.exit_code


def _last_resort(fault: Exception) -> Failure:
    """A bug of ours. Its text is left out, because it may hold anything."""
    import traceback

    frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if "site-packages" not in frame.filename]
    here = frames[-1] if frames else None
    place = "" if here is None else f" in {os.path.basename(here.filename)}, line {here.lineno} ({here.name})"
    sentence = (
        f"This is a fault of the bridge: {type(fault).__name__}{place}. What was stored before is kept. "
        "`sprout doctor` may show more; please report it with the command that you gave."
    )
    return Failure("bug", sentence)


def _first_line(fault: Exception) -> str:
    """What the driver said, without the statement and its values."""
    cause = getattr(fault, "orig", None) or fault
    return (str(cause).strip().partition("\n")[0] or type(cause).__name__).rstrip(".") + "."


def _drop_stdout() -> None:
    """Whatever is still buffered goes nowhere, so that the interpreter has nothing to complain of at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except io.UnsupportedOperation:
        return
