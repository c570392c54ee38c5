"""Pages of deliveries for people: newest first, a cursor to go on, filters, counts."""

from dataclasses import dataclass

import sqlalchemy as sa

from worker.domain.delivery import Delivery, DeliveryState
from worker.ledger import deliveries
from worker.ledger.connection import Tx
from worker.ledger.delivery_tables import delivery
from worker.ledger.listing import Page, page_of


@dataclass(frozen=True)
class DeliveryFilters:
    """Each narrows the list where it is set."""

    state: str | None = None
    organization: str | None = None
    target: str | None = None
    event: str | None = None


def page(tx: Tx, filters: DeliveryFilters, limit: int, cursor: str | None) -> Page[Delivery]:
    """Deliveries, newest first. Raises UnknownCursor."""
    wanted = {delivery.c.state: filters.state, delivery.c.organization: filters.organization}
    wanted |= {delivery.c.target: filters.target, delivery.c.event: filters.event}
    rows, following = page_of(tx, sa.select(delivery), delivery.c.id, wanted, limit, cursor)
    return Page([deliveries.from_row(row) for row in rows], following)


def starting_with(tx: Tx, start: str, most: int) -> list[str]:
    """Ids that begin with `start`."""
    statement = sa.select(delivery.c.id).where(delivery.c.id.startswith(start, autoescape=True))
    return list(tx.conn.execute(statement.order_by(delivery.c.id).limit(most)).scalars())


def counts(tx: Tx) -> dict[tuple[str, DeliveryState], int]:
    """How many deliveries of each target are in each state."""
    statement = sa.select(delivery.c.target, delivery.c.state, sa.func.count()).group_by(
        delivery.c.target, delivery.c.state
    )
    return {(row[0], DeliveryState(row[1])): row[2] for row in tx.conn.execute(statement)}
