"""`sprout batch pause`, `resume`, `cancel` and `retry`: what a person decides about a batch."""

from collections.abc import Callable

import click

from worker.assembly import Bridge
from worker.batches import deciding, showing
from worker.cli import batch_words, finding, hinting, opening, options, printing
from worker.cli.interview_options import any_option, of_pairs
from worker.domain.fields import single_line
from worker.domain.request import State
from worker.ledger import batch_standing, batches
from worker.ledger.batches import Batch
from worker.ledger.connection import Tx
from worker.operators import Changes, Person
from worker.shown import Shown

Decision = Callable[[Tx, Person, str], Batch]


@click.command()
@click.argument("batch_id", metavar="ID")
@options.as_json
def pause(batch_id: str, as_json: bool) -> None:
    """\b
    sprout batch pause 01j2c

    Send nothing more of a batch until it is resumed. Calls that are under way finish.
    """
    _carry_out(batch_id, deciding.pause, "To go on: sprout batch resume {}", as_json=as_json)


@click.command()
@click.argument("batch_id", metavar="ID")
@options.as_json
def resume(batch_id: str, as_json: bool) -> None:
    """\b
    sprout batch resume 01j2c

    Have a paused batch go on.
    """
    _carry_out(batch_id, deciding.resume, "To follow it: sprout batch watch {}", as_json=as_json)


@click.command()
@click.argument("batch_id", metavar="ID")
@options.as_json
def cancel(batch_id: str, as_json: bool) -> None:
    """\b
    sprout batch cancel 01j2c

    Say that the rest of a batch is not wanted: what waits and what is held. What exists stays, and so does what is unknown; calls
    that are under way finish.
    """
    _carry_out(batch_id, deciding.cancel, "To revive what was cancelled: sprout batch retry {}", as_json=as_json)


@click.command()
@click.argument("batch_id", metavar="ID")
@options.of_state([State.HELD, State.CANCELLED])
@any_option
@options.as_json
@click.pass_context
def retry(context: click.Context, batch_id: str, state: str | None, pairs: tuple[str, ...], as_json: bool) -> None:
    """\b
    sprout batch retry 01j2c
    sprout batch retry 01j2c --state held --option voice=sage

    Send again what is held or cancelled of a batch, perhaps with other options. For other texts, mend the file and run it again:
    a held request takes the text that its row has then.
    """
    changes = Changes(None, of_pairs(pairs) or None)
    states = deciding.RETRIED if state is None else frozenset({State(state)})
    bridge = opening.bridge()
    found = bridge.ledger.read(lambda tx: finding.batch(tx, batch_id))
    done = deciding.retry(bridge.ledger, opening.person(), found.id, changes, bridge.timing.quarantine, states)
    shown = _follow(bridge, found.id)
    for one in done.refusals:
        printing.note(one)
    if as_json:
        printing.as_document({**shown, "retried": done.count, "refused": done.refusals})
    else:
        printing.lines([f"{done.count:,} requests are in line again: {batch_words.of_states(shown['counts'])}."])
        printing.note(f"To follow it: sprout batch watch {found.id}")
    if done.refusals:
        context.exit(1)


def _carry_out(batch_id: str, decide: Decision, following: str, *, as_json: bool) -> None:
    bridge = opening.bridge()
    found = bridge.ledger.read(lambda tx: finding.batch(tx, batch_id))
    bridge.ledger.write(lambda tx: decide(tx, opening.person(), found.id))
    shown = _follow(bridge, found.id)
    if as_json:
        printing.as_document(shown)
        return
    printing.lines([f"{single_line(shown['name'])} is {shown['state']}: {batch_words.of_states(shown['counts'])}."])
    printing.note(following.format(found.id))


def _follow(bridge: Bridge, batch_id: str) -> Shown:
    """The decision holds already; now its requests say so, too, and workers are told."""
    deciding.follow(bridge.ledger, batch_id)

    def unit(tx: Tx) -> tuple[Shown, list[str]]:
        found = batches.get(tx, batch_id)
        assert found is not None, "batches are never deleted"
        waiting = sorted({organization for organization, _ in batch_standing.moving(tx, batch_id)})
        return showing.batch(tx, found, bridge.timing), waiting

    shown, organizations = bridge.ledger.read(unit)
    for organization in organizations:
        hinting.pump(bridge, organization)
    return shown
