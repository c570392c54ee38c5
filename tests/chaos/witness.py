"""What both sides have written down: the sandbox's own record, and the ledger, past every proxy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tests.chaos.senders import AGAIN
from tests.chaos.town import Town
from worker.domain.request import GenerationRequest
from worker.ledger import listing
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.ledger.results import StoredResult
from worker.ledger.tables import attempt, event_key, interview

BREACHES = frozenset({"created_500"})  # the vendor says that an error was not executed, and executed it


@dataclass(frozen=True)
class Try:
    """An attempt of ours, by the label that TalentSprout saw."""

    label: str
    sent_at: datetime | None
    outcome: str | None


@dataclass(frozen=True)
class Books:
    """Both records after the storm. `calls` and `deliveries` are the sandbox's, all else is the ledger's."""

    calls: Sequence[dict[str, Any]]
    deliveries: Sequence[dict[str, Any]]
    requests: Sequence[GenerationRequest]
    attempts: Sequence[Try]
    interviews: frozenset[str]
    results: Sequence[StoredResult]
    events: frozenset[str]  # named as the ATS names them

    @property
    def executed(self) -> list[dict[str, Any]]:
        return [one for one in self.calls if one["executed"]]


def books(town: Town) -> Books:
    """As they are now. Raises LedgerFault."""

    def unit(tx: Tx) -> Books:
        return Books(
            calls(town),
            _listed(town, "webhooks"),
            all_of(tx, listing.requests_page),
            [Try(f"{row.label}-{row.n}", row.sent_at, row.outcome) for row in tx.conn.execute(_tries())],
            frozenset(tx.conn.execute(sa.select(interview.c.id)).scalars()),
            all_of(tx, listing.results_page),
            _events(tx),
        )

    return town.bridge.ledger.read(unit)


def calls(town: Town) -> list[dict[str, Any]]:
    """Generations in the sandbox's own record, in the order of their arrival."""
    found = town.ask("record")["requests"]
    assert isinstance(found, list)
    return [one for one in found if one["tier"] == "ai"]


def label_of(call: dict[str, Any]) -> str:
    """The request's label; a call carries the attempt's number, too."""
    return str(call["label"]).rpartition("-")[0]


def all_of(tx: Tx, page: Any) -> list[Any]:
    """Every row of a list that is shown page by page."""
    items: list[Any] = []
    cursor = None
    while True:
        found = page(tx, Filters(), listing.MOST, cursor)
        items.extend(found.items)
        cursor = found.next
        if cursor is None:
            return items


def _listed(town: Town, name: str) -> list[dict[str, Any]]:
    found = town.ask(name)[name]
    assert isinstance(found, list)
    return found


def _tries() -> sa.Select[Any]:
    return sa.select(attempt).where(attempt.c.request_id.is_not(None))


def _events(tx: Tx) -> frozenset[str]:
    keys = tx.conn.execute(sa.select(event_key.c.key).where(event_key.c.source == "careers")).scalars()
    return frozenset(key.removeprefix("id:").removesuffix(AGAIN) for key in keys if key.startswith("id:"))
