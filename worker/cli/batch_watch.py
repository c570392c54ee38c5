"""`sprout batch watch`, and `--wait`: looks into the ledger until nothing of a batch moves. Interrupting it does no harm."""

import time
from collections import deque
from datetime import datetime

import click

from worker.assembly import Bridge
from worker.batches import showing
from worker.cli import batch_words, finding, opening, options, printing
from worker.cli.endings import Interrupted
from worker.cli.progress import Progress
from worker.domain.fields import single_line
from worker.domain.request import State
from worker.ledger import batches
from worker.ledger.connection import Tx
from worker.policy.verdicts import ACCEPTED
from worker.shown import Shown

POLL_SECONDS = 0.4
CHEAP = 2000  # rows counted in one poll; of more, polls are further apart
RATE_OVER = 120.0  # seconds; the rate is that of the last two minutes
MOVES = frozenset({"filing", "running", "paused"})


@click.command()
@click.argument("batch_id", metavar="ID")
@options.as_json
@click.pass_context
def watch(context: click.Context, batch_id: str, as_json: bool) -> None:
    """\b
    sprout batch watch 01j2c

    Follow a batch until nothing of it moves: how many requests are in each state, how fast it goes, how long it will take, and
    why it stands still. Ends with 0 if every row has its interview, else with 1.
    """
    bridge = opening.bridge()
    found = bridge.ledger.read(lambda tx: finding.batch(tx, batch_id))
    ended = until_at_rest(bridge, found.id)
    if as_json:
        printing.as_document(ended)
    else:
        printing.lines([f"{single_line(ended['name'])} is {ended['state']}: {batch_words.of_states(ended['counts'])}."])
        printing.note(f"Next: sprout batch export {found.id} results.csv")
    if not is_whole(ended):
        context.exit(1)


def is_whole(told: Shown) -> bool:
    """Whether every row has its interview."""
    faulty = any(count for verdict, count in told["verdicts"].items() if verdict not in ACCEPTED)
    return not faulty and not any(count for state, count in told["counts"].items() if state != State.CREATED)


def until_at_rest(bridge: Bridge, batch_id: str) -> Shown:
    """Follow it on standard error; the batch as it is in the end. Raises Interrupted where the person stops watching."""
    seen: deque[tuple[float, int]] = deque()
    try:
        with Progress() as progress:
            while True:
                told = bridge.ledger.read(lambda tx: _told(tx, bridge, batch_id))
                if told["state"] not in MOVES and not _moves(told):
                    return told
                left = _left(bridge, told)
                progress.tell(_line(told, left, _rate(seen, told)), str(told["reason_code"]))
                time.sleep(POLL_SECONDS * max(1.0, told["rows"] / CHEAP))
    except KeyboardInterrupt:
        raise Interrupted(f"Stopped watching. The batch goes on without you: sprout batch watch {batch_id}") from None


def _told(tx: Tx, bridge: Bridge, batch_id: str) -> Shown:
    found = batches.get(tx, batch_id)
    assert found is not None, "batches are never deleted"
    return showing.batch(tx, found, bridge.timing)


def _moves(told: Shown) -> bool:
    return bool(told["counts"][State.WAITING] or told["counts"][State.SENDING])


def _rate(seen: deque[tuple[float, int]], told: Shown) -> float | None:
    """Interviews a minute, lately; None before anything was created."""
    now = time.monotonic()
    seen.append((now, told["counts"][State.CREATED]))
    while now - seen[0][0] > RATE_OVER:
        seen.popleft()
    since, before = seen[0]
    made = told["counts"][State.CREATED] - before
    return made * 60 / (now - since) if made and now - since > 1 else None


def _left(bridge: Bridge, told: Shown) -> float | None:
    """Seconds, by the database's clock."""
    if told["eta"] is None:
        return None
    now = bridge.ledger.read(lambda tx: tx.now())
    return (datetime.fromisoformat(told["eta"]) - now).total_seconds()


def _line(told: Shown, left: float | None, rate: float | None) -> str:
    parts = [f"{batch_words.of_states(told['counts'])}."]
    if told["unfiled"]:
        parts.append(f"{batch_words.rows(told['unfiled'])} still to be filed.")
    if told["reason"]:
        parts.append(told["reason"])
    if rate is not None:
        parts.append(f"{rate:.1f} a minute.")
    if left is not None:
        parts.append(f"{batch_words.span(left)} left, until about {batch_words.clock(told['eta'])}.")
    return " ".join(parts)
