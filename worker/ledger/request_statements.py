"""What `requests` asks, made once: to make a statement takes four times as long as to run it.

Each stands between an event and its call. An UPDATE without values sets what it is given.
"""

import sqlalchemy as sa

from worker.ledger.connection import ForBoth
from worker.ledger.tables import request, request_content

_IT = request.c.id == sa.bindparam("it")
ROW = sa.select(request).where(_IT)
LOCKED = ROW.with_for_update()
MOVED = (
    sa.update(request)
    .where(_IT, request.c.state.in_(sa.bindparam("starts", expanding=True)))
    .values(parked=False)
    .returning(request.c.id)
)
CONTENT = sa.select(request_content).where(request_content.c.request_id == sa.bindparam("it"))
WITH_KEYS = (
    sa.select(request)
    .where(
        request.c.organization == sa.bindparam("whose"),
        request.c.dedup_key.in_(sa.bindparam("keys", expanding=True)),
    )
    .order_by(request.c.dedup_key)
)
WITH_KEYS_LOCKED = WITH_KEYS.with_for_update()
KEPT = request_content.insert()
FILED = ForBoth.made(lambda insert: insert(request).on_conflict_do_nothing().returning(request.c.id))
