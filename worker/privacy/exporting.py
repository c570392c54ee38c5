"""Everything that is stored about a person, as one document: what the law calls access.

Headers of deliveries are left out: they say how a delivery came and prove who sent it, and tell nothing of the person.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime

from worker import shown, shown_candidates
from worker.assembly import Bridge
from worker.domain.application import Application
from worker.domain.received import Received
from worker.ledger import applicants, audit, blinding, candidates
from worker.ledger.audit import Entry
from worker.ledger.candidates import Told
from worker.ledger.connection import Tx
from worker.ledger.events import StoredEvent
from worker.ledger.results import StoredResult
from worker.moments import instant
from worker.privacy import erasing
from worker.privacy.finding import Found
from worker.shown import Shown


def document(bridge: Bridge, actor: str, found: Found, who: str) -> Shown:
    """What is stored, with who looked at it; that it was asked for is noted too."""

    def unit(tx: Tx) -> tuple[datetime, list[Entry], list[Told], list[Shown]]:
        subject = erasing.pseudonym(blinding.of(tx), who)
        audit.record(tx, actor, "export", subject, {"results": len(found.results), "events": len(found.events)})
        applied = applicants.of_person(tx, found.names)
        told = candidates.deliveries_of(tx, list(found.results))
        told += candidates.deliveries_of_applications(tx, [one.id for one in applied])
        return tx.now(), audit.of(tx, subject), told, [_application(tx, one, bridge) for one in applied]

    now, entries, told, applied = bridge.ledger.write(unit)
    return {
        "who": who,
        "exported_at": instant(now),
        "known_by": {"emails": sorted(found.names.emails), "ids": sorted(found.names.ids)},
        "results": [_result(one, event_id) for event_id, one in found.results.values()],
        "applications": applied,
        "events": [_event(one, received) for one, received in found.events.values()],
        "deliveries": [_told(one) for one in told],
        "audit": [_entry(one) for one in entries],
    }


def _result(one: StoredResult, event_id: str) -> Shown:
    said = one.result
    more = {"session_id": said.session_id, "title": said.title, "company": said.company, "event_id": event_id}
    return {**shown.one_result(one), **more, "received_at": instant(one.received_at)}


def _application(tx: Tx, one: Application, bridge: Bridge) -> Shown:
    return shown_candidates.one_application(tx, one, bridge.settings)


def _told(one: Told) -> Shown:
    """A target that was told, or was to be, and when."""
    return {
        "id": one.delivery,
        "target": one.target,
        "event": one.event,
        "state": one.state,
        "tried_at": instant(one.at),
        "result_id": one.result,
    }


def _event(one: StoredEvent, received: Received | None) -> Shown:
    """The body as JSON where it is that, else in base64; null once its bytes are gone."""
    return {**shown.event(one), "body": None if received is None else _body(received.body)}


def _body(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return base64.b64encode(body).decode()


def _entry(one: Entry) -> Mapping[str, object]:
    return {"at": instant(one.at), "actor": one.actor, "action": one.action, "detail": one.detail}


def receipt(done: erasing.Erasure, who: str) -> Shown:
    """What was erased, and what is left to do elsewhere. It names the person: keep it as you would the data."""
    return {
        "erasure": done.id,
        "who": who,
        "erased_at": instant(done.at),
        "erased": {"results": len(done.results), "applications": done.applications, "events": done.events},
        "erased_before": instant(done.earlier),
        "left_at_talentsprout": [_left(one) for one in done.results],
        "left_at_targets": [_told(one) for one in done.told if one.may_be_known],
        "left_in_files": done.left_in_files,
    }


def _left(one: StoredResult) -> Shown:
    """What TalentSprout's support needs to find the person there."""
    return {
        "organization": one.organization,
        "interview_id": one.interview_id,
        "candidate_id": one.result.candidate.id,
        "session_id": one.result.session_id,
    }
