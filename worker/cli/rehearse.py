"""`sprout rehearse`: what today's configuration would make of what has arrived. Nothing is sent, asked for or stored."""

import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from worker.assembly import Bridge
from worker.cli import opening, options, printing, settings
from worker.cli.progress import Progress
from worker.domain.fields import single_line
from worker.events import comparing
from worker.events.comparing import Difference, Outcome
from worker.events.rehearsing import Effect, Rehearsal
from worker.ledger import rehearsals
from worker.moments import instant
from worker.shown import Shown

WIDTH = 80
MOST_SHOWN = 1_000  # differences, and events that can't be read
WORDS = {
    Effect.MADE: "made: a new interview",
    Effect.HELD: "held for a person",
    Effect.CHANGED: "changed before it is sent",
    Effect.CANCELLED: "cancelled",
    Effect.SKIPPED: "skipped by a rule",
    Effect.LEFT: "left as it is",
    Effect.IGNORED: "ignored",
    Effect.UNREADABLE: "not readable",
    Effect.UNFETCHED: "asked for at the ATS: not rehearsed",
}


@click.command()
@options.since
@click.option("--source", metavar="NAME", help="Only what came from this source.")
@options.as_json
def rehearse(since: str, source: str | None, as_json: bool) -> None:
    """\b
    sprout rehearse --since 7d
    sprout rehearse --since 2026-11-01 --source careers --json

    Read what has arrived since then once more, with the sources, rules and changes of today's configuration, and say what would
    be made, changed, held, skipped or ignored, and how that differs from what happened. Nothing is sent, asked for or stored.
    """
    bridge = opening.bridge()
    if source is not None:
        settings.named("source", source, bridge.settings.sources)
    begin = options.moment(since, bridge.ledger.look(lambda tx: tx.now()))
    with tempfile.TemporaryDirectory(prefix="sprout-rehearsal-") as folder:
        told = _rehearsed(bridge, Path(folder), begin, source)
    if as_json:
        printing.as_document(told)
    else:
        printing.lines(_report(told))
        printing.note("Nothing was sent, asked for or stored.")


def _rehearsed(bridge: Bridge, folder: Path, since: datetime, source: str | None) -> Shown:
    scratch = rehearsals.scratch(folder, bridge.ledger)
    rehearsal = Rehearsal(bridge.ledger, scratch, bridge.settings.sources, since)
    counts, events, problems = Counter[Effect](), 0, list[Shown]()
    try:
        with Progress() as progress:
            last = ""
            for one in rehearsal.run(source):
                counts[one.effect] += 1
                events += one.event.id != last
                last = one.event.id
                if one.effect is Effect.UNREADABLE and len(problems) < MOST_SHOWN:
                    problems.append({"event_id": one.event.id, "source": one.event.source, "reason": one.sentence})
                progress.tell(
                    f"Rehearsed {_count(events, 'event')}, the last of {one.event.received_at:%Y-%m-%d %H:%M} UTC.",
                    "events",
                )
            progress.tell("Comparing with what happened.", "comparing")
            return {
                "since": instant(since),
                "source": source,
                "events": events,
                "effects": {str(effect): counts[effect] for effect in Effect},
                "unreadable": problems,
                **_differences(comparing.outcomes(bridge.ledger, scratch)),
            }
    finally:
        scratch.close()


def _differences(found: Iterator[Difference]) -> Shown:
    postings, differing, shown = 0, 0, list[Shown]()
    for one in found:
        postings += 1
        if one.sentences:
            differing += 1
            if len(shown) < MOST_SHOWN:
                shown.append(_difference(one))
    return {"postings": postings, "differing": differing, "differences": shown}


def _difference(one: Difference) -> Shown:
    return {
        "source": one.posting.source,
        "job_id": one.posting.job_id,
        "title": one.posting.title,
        "sentences": list(one.sentences),
        "happened": _outcome(one.happened),
        "would": {**_outcome(one.would), "label": None},
    }


def _outcome(one: Outcome) -> dict[str, Any]:
    return {
        "what": one.what,
        "why": one.why,
        "rule": one.rule,
        "organization": one.organization,
        "interviews": one.interviews,
        "label": one.label,
        "options": None if one.options is None else dict(one.options),
    }


def _report(told: Shown) -> Iterator[str]:
    of = f" of {told['source']}" if told["source"] else ""
    told_of = f"{_count(told['events'], 'event')}{of} since {printing.moment(told['since'])}"
    yield f"{told_of}, about {_count(told['postings'], 'posting')}"
    yield ""
    for effect in Effect:
        if told["effects"][effect]:
            yield f"{told['effects'][effect]:>7}  {WORDS[effect]}"
    yield from _unreadable(told["unreadable"])
    yield ""
    if not told["postings"]:
        yield "No posting was rehearsed, so nothing is known of how any would end."
        return
    if not told["differing"]:
        yield "Every posting would end as it did."
        return
    yield f"{told['differing']:,} of {_count(told['postings'], 'posting')} would end in another way:"
    for one in told["differences"]:
        yield ""
        yield _cut(f"{one['source']} {one['job_id']}  {one['title']}")
        for sentence in one["sentences"]:
            yield from _wrapped(sentence)
    if told["differing"] > len(told["differences"]):
        yield ""
        yield f"And {told['differing'] - len(told['differences'])} more."


def _unreadable(found: Sequence[Shown]) -> Iterator[str]:
    """One line a reason: a source that is gone has one for all of its events."""
    for (source, reason), count in Counter((one["source"], one["reason"]) for one in found).items():
        first = next(one["event_id"] for one in found if (one["source"], one["reason"]) == (source, reason))
        which = first if count == 1 else f"{first} and {_count(count - 1, 'other')}"
        yield from _wrapped(f"{which} of {source}: {reason}")


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(
        single_line(text), WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
    )
    return lines or [""]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _cut(text: str) -> str:
    line = single_line(text)
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1].rstrip()}…"
