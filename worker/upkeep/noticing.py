"""What nobody does and time alone brings about: a batch that has come to its end, a source that has gone quiet.

Each is announced once: a batch is marked in the transaction that announces its end, a silence has the name of its last event.
"""

from config.settings import Source
from worker.assembly import Bridge
from worker.batches import showing
from worker.ledger import announcing, batch_rows, batch_standing, batches, silences
from worker.ledger.connection import Tx
from worker.moments import instant

AT_AN_END = ("done", "cancelled")


def finished_batches(bridge: Bridge) -> None:
    """Batches of which nothing moves any more."""
    for batch_id in bridge.ledger.read(batches.untold):
        bridge.ledger.write(lambda tx, one=batch_id: _finish(tx, bridge, one))  # type: ignore[misc]  # a default binds it


def quiet_sources(bridge: Bridge) -> None:
    """Sources from which nothing has come for longer than ever."""
    configured = bridge.settings.sources
    for one in bridge.ledger.read(lambda tx: silences.found(tx, configured)):
        source = configured[one.source]
        address = f"{bridge.settings.bridge.public_url}/webhooks/{source.name}"
        bridge.ledger.note(lambda tx, silence=one, of=source, at=address: _quiet(tx, silence, of, at))  # type: ignore[misc]  # the same


def _finish(tx: Tx, bridge: Bridge, batch_id: str) -> None:
    found = batches.get(tx, batch_id, lock=True)
    if found is None or batch_standing.moving(tx, batch_id) or batch_rows.verdicts(tx, batch_id).get(None):
        return
    told = showing.batch(tx, found, bridge.timing)
    if told["state"] in AT_AN_END and batches.tell(tx, found):
        facts = {key: told[key] for key in ("name", "state", "rows", "verdicts", "counts", "created_by", "created_at")}
        for organization in batches.organizations_of(tx, found):
            announcing.batch_finished(tx, organization, batch_id, found.run, facts)


def _quiet(tx: Tx, found: silences.Silence, source: Source, address: str) -> None:
    told = {
        "kind": source.kind,
        "organization": source.organization,
        "address": address,
        "state": "quiet",
        "last_event": {"id": found.last_event, "received_at": instant(found.since)},
        "usual_gap_seconds": found.usual.total_seconds(),
    }
    announcing.source_quiet(tx, source.organization, source.name, found.last_event, told)
