"""`sprout candidates`: what is stored about one person, and its end."""

import json
import os
import sys
from pathlib import Path

import click

from worker import assembly
from worker.assembly import Bridge
from worker.cli import opening, options, printing
from worker.cli.endings import Failure
from worker.cli.printing import Cell
from worker.ledger import applicants
from worker.privacy import erasing, exporting, finding, readmitting
from worker.privacy.finding import Found
from worker.shown import Shown

SUPPORT = "privacy@talentsprout.ai"  # www.talentsprout.ai/privacy
MOST_NAMED = 10
STDOUT = Path("-")


@click.command()
@click.argument("who", metavar="WHO")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@options.as_json
def export(who: str, file: Path | None, as_json: bool) -> None:
    """\b
    sprout candidates export ada@example.org
    sprout candidates export ada@example.org ada.json

    Write everything that is stored about a person, as one JSON document. WHO is an e-mail address, an external id, a session's id
    or TalentSprout's id of the candidate; what shares one of these is found too.
    """
    del as_json  # it is JSON anyway
    bridge, found = _found(who)
    document = exporting.document(bridge, opening.person().name, found, who.strip())
    if not (found.results or document["applications"] or found.events):
        printing.note("Nothing is stored about anybody of that name.")
    if file is None or file == STDOUT:
        printing.as_document(document)
        return
    _write(file, document)
    counted = {noun: len(document[noun]) for noun in ("results", "applications", "events")}
    printing.note(f"{', '.join(f'{count} {noun}' for noun, count in counted.items())}: written to {file}.")


@click.command()
@click.argument("who", metavar="WHO")
@click.option("--yes", is_flag=True, help="Don't ask.")
@options.as_json
def erase(who: str, yes: bool, as_json: bool) -> None:
    """\b
    sprout candidates erase ada@example.org

    Erase a person: results and deliveries go, and whatever comes about them later is stored without its content. WHO is what
    `export` takes; look at what that writes first. It can't be undone. The receipt says what is left to do elsewhere.
    """
    bridge, found = _found(who)
    if not yes:
        _ask(bridge, found, who)
    done = erasing.erase(bridge, opening.person().name, found, who)
    shown = exporting.receipt(done, who.strip())
    if as_json:
        printing.as_document(shown)
    else:
        _say(shown)


@click.command()
@click.argument("who", metavar="WHO")
@options.as_json
def readmit(who: str, as_json: bool) -> None:
    """\b
    sprout candidates readmit ada@example.org

    Keep again what arrives about somebody who was erased and, say, applies again. What came before stays erased, and what was
    refused meanwhile has to be sent again by whoever sent it. WHO is a name by which the person was erased.
    """
    if not who.strip():
        raise click.UsageError("WHO is empty; expected an e-mail address or an id.")
    bridge = opening.bridge()
    names = readmitting.readmit(bridge, opening.person().name, who)
    if not names:
        raise Failure("not_found", "Nobody of that name is erased, so nothing is refused.")
    if as_json:
        printing.as_document({"who": who.strip(), "names": names})
    else:
        printing.lines(["What arrives about this person from now on is kept again. What came before stays erased."])


def _found(who: str) -> tuple[Bridge, Found]:
    if not who.strip():
        raise click.UsageError("WHO is empty; expected an e-mail address or an id.")
    bridge = opening.bridge()
    assembly.prepare(bridge)
    try:
        return bridge, finding.find(bridge, who)
    except finding.Everybodys as fault:
        raise Failure("everybody", str(fault)) from None


def _ask(bridge: Bridge, found: Found, who: str) -> None:
    """Raises Failure where nobody can answer, and Abort where the answer is no."""
    if not sys.stdin.isatty():
        raise Failure("confirm", "Nothing is erased: there is no terminal to ask at. Say --yes if you mean it.")
    people = sorted({one.result.candidate.name or "somebody without a name" for _, one in found.results.values()})
    applied = bridge.ledger.read(lambda tx: applicants.of_person(tx, found.names))
    printing.note(f"Stored about {who.strip()}: {_counted(len(found.results), len(applied), len(found.events))}.")
    if people:
        more = f" and {len(people) - MOST_NAMED} more" if len(people) > MOST_NAMED else ""
        printing.note(f"It is about: {', '.join(people[:MOST_NAMED])}{more}.")
    printing.note(f"Known by: {', '.join(sorted(found.names.emails | found.names.ids))}.")
    click.confirm("Erase all of it for ever?", abort=True, err=True)


def _say(shown: Shown) -> None:
    counted = shown["erased"]
    before = shown["erased_before"]
    printing.facts(
        (
            ("Erasure", shown["erasure"]),
            ("Erased", _counted(counted["results"], counted["applications"], counted["events"])),
            ("Erased before", printing.moment(before)),
            ("Left in files", shown["left_in_files"]),
        )
    )
    if not any(counted.values()):
        printing.note("Nothing was stored any more." if before else "Nothing was stored; what comes later is refused.")
    if shown["left_at_talentsprout"]:
        printing.heading("Left at TalentSprout")
        heads = ("Organization", "Interview", "Candidate", "Session")
        printing.table(heads, map(_row, shown["left_at_talentsprout"]))
        printing.note(
            f"No API erases there: delete the candidate in its dashboard, or write to {SUPPORT} with these ids."
        )
    if shown["left_at_targets"]:
        printing.heading("Left at targets, which were told")
        printing.table(("Target", "Event", "Delivery", "Last tried"), map(_told, shown["left_at_targets"]))


def _counted(results: int, applied: int, events: int) -> str:
    return f"{results} results, {applied} applications, the content of {events} deliveries"


def _told(one: Shown) -> tuple[Cell, ...]:
    tried = printing.moment(one["tried_at"]) if one["tried_at"] else "under way"
    return one["target"], one["event"], one["id"], tried


def _row(one: Shown) -> tuple[Cell, ...]:
    return one["organization"], one["interview_id"], one["candidate_id"], one["session_id"]


def _write(file: Path, document: Shown) -> None:
    """For its owner alone, and never over something."""
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise Failure("file", f"{file} exists; name another file.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        json.dump(document, opened, ensure_ascii=False, indent=1)
        opened.write("\n")
