"""`sprout requests list` and `show`."""

from collections.abc import Iterator

import click

from worker.cli import finding, narrowing, opening, options, printing
from worker.cli.printing import Cell
from worker.domain.fields import single_line
from worker.domain.request import State
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.policy.reasons import NOTHING_TO_DO
from worker.shown import Shown, evidence, one_request, request_list


@click.command()
@options.of_state(State)
@options.of_organization
@click.option("--source", metavar="NAME", help="Only those from this source.")
@click.option("--batch", metavar="ID", help="Only those of this batch.")
@options.paging
@options.as_json
def list_requests(limit: int, cursor: str | None, as_json: bool, **narrowed: str | None) -> None:
    """\b
    sprout requests list --state unknown
    sprout requests list --batch 01j2… --json

    List requests, newest first, each with its state and why it is not final.
    """
    bridge = opening.bridge()
    filters = narrowing.filters(bridge, Filters(**narrowed))

    def page(tx: Tx) -> tuple[list[Shown], str | None]:
        found = listing.requests_page(tx, filters, limit, cursor)
        return request_list(tx, found.items, bridge.timing), found.next

    shown, following = bridge.ledger.read(page)
    if as_json:
        printing.as_list(shown, following)
    elif not shown:
        printing.note("There are no such requests. To make one: sprout generate FILE")
    else:
        printing.table(("Request", "State", "Title", "Organization", "Why, or the share link"), map(_row, shown))
        printing.more(following)


@click.command()
@click.argument("request_id", metavar="ID")
@options.as_json
def show(request_id: str, as_json: bool) -> None:
    """\b
    sprout requests show spr-7K2QX
    sprout requests show 01j2c --json

    Show one request: its state, why, the next step, every attempt and who decided what. ID is the id, a unique start of it, or
    the label that people see in TalentSprout.
    """
    bridge = opening.bridge()

    def one(tx: Tx) -> tuple[Shown, Shown]:
        found = finding.request(tx, request_id)
        return one_request(tx, found, bridge.timing), evidence(tx, found, bridge.timing)

    shown, seen = bridge.ledger.read(one)
    if as_json:
        printing.as_document({**shown, **seen})
    else:
        printing.facts(facts_of(shown, seen["action"]))
        _print_evidence(shown, seen)


def facts_of(shown: Shown, action: str | None) -> Iterator[tuple[str, Cell]]:
    """State, reason and next step first, then what else is known."""
    yield shown["label"], shown["title"]
    yield "State", printing.state(shown["state"])
    yield "Why", shown["reason"]
    yield "Next", None if action == NOTHING_TO_DO and shown["reason"] is None else action
    yield "Share link", shown["share_link"]
    yield "Interview", shown["interview_id"]
    yield "Organization", shown["organization"]
    yield "Source", shown["source"]
    yield "Job", shown["job_id"]
    yield "Posting closed", printing.moment(shown["closed_at"])
    yield "Rule", shown["rule"]
    yield "Batch", shown["batch"]
    yield "Attempts", str(shown["attempts"])
    yield "Id", shown["id"]
    yield "Filed under", shown["dedup_id"]
    yield "Filed", printing.moment(shown["created_at"])
    yield "Changed", printing.moment(shown["updated_at"])


def _row(shown: Shown) -> tuple[Cell, ...]:
    why = shown["reason"] or shown["share_link"]
    return shown["label"], printing.state(shown["state"]), printing.title(shown["title"]), shown["organization"], why


def _print_evidence(shown: Shown, seen: Shown) -> None:
    if seen["change"]:
        _print_change(seen["change"])
    if seen["unknown"]:
        _print_clues(seen["unknown"])
    if seen["attempt_list"]:
        printing.heading("Attempts")
        printing.table(("Label", "Sent", "Ended", "Outcome", "What came back"), map(_attempt, seen["attempt_list"]))
    others = [one for one in seen["interviews"] if one["id"] != shown["interview_id"]]
    if others:
        printing.heading("Further interviews of this request, which nobody needs")
        printing.table(("Id", "Share link"), [(one["id"], one["share_link"]) for one in others])
    if seen["decisions"]:
        printing.heading("Decisions")
        rows = [(printing.moment(one["at"]), one["actor"], one["action"]) for one in seen["decisions"]]
        printing.table(("When", "Who", "What"), rows)


def _print_change(change: Shown) -> None:
    """What the posting says now, word by word; what does not matter comes without a mark."""
    printing.heading(f"What changed since {change['of']} was made: {', '.join(change['what'])}")
    printing.lines(f"{'!' if one['material'] else ' '} {single_line(one['marked'])}" for one in change["passages"])


def _print_clues(known: Shown) -> None:
    """What helps to find out whether the interview exists."""
    printing.heading("What is known of the call")
    printing.facts(
        (
            ("How far", known["how_far"]),
            ("Status", None if known["status"] is None else str(known["status"])),
            ("X-Request-Id", known["x_request_id"]),
            ("Look for", known["label"]),
            ("Retry from", printing.moment(known["retry_from"])),
            ("Count", known["hint"]),
        )
    )
    if known["proposals"]:
        printing.heading("Results that may be of its interview; look before you adopt")
        rows = [
            (one["interview_id"], one["title"], one["company"], printing.moment(one["completed_at"]), one["result_id"])
            for one in known["proposals"]
        ]
        printing.table(("Interview", "Title", "Company", "Completed", "Result"), rows)


def _attempt(one: Shown) -> tuple[Cell, ...]:
    said = one["evidence"]
    named = [said.get(name) for name in ("status", "code", "message", "trouble", "x_request_id")]
    answer = ", ".join(str(value) for value in named if value is not None)
    sent = printing.moment(one["sent_at"]) or "not sent"
    return one["label"], sent, printing.moment(one["ended_at"]), one["outcome"] or "under way", answer
