"""What a source says of a candidate, turned into an application and, at the stage of the source, an invitation.

Each function returns the sentence that the event shows. It names nobody.
"""

from config.settings import Source
from worker.domain.application import Application, Invitation
from worker.domain.event import CandidateReachedStage
from worker.ledger import applications, candidates, invitations, tombstones
from worker.ledger.applications import Told
from worker.ledger.connection import Tx
from worker.ledger.events import StoredEvent
from worker.policy import inviting, subjects

OVERTAKEN = "Something newer is known of this application; nothing changed."


def reach_stage(tx: Tx, source: Source, event: StoredEvent, key: str, said: CandidateReachedStage) -> str:
    """An application stands at a stage, or is no longer active. Of somebody who was erased nothing is noted."""
    if tombstones.covers(tx, subjects.of_application(said)):
        return candidates.ERASED
    told = Told(
        organization=source.organization,
        source=source.name,
        key=key,
        said=said,
        at_stage=inviting.is_at(source.stage, said),
        moved_at=said.moved_at or event.received_at,
        event_id=event.id,
        name=said.name if "name" in source.personal_data else None,
        email=said.email if "email" in source.personal_data else None,
    )
    known = applications.newer(tx, told)
    if known is None:
        return OVERTAKEN
    return _sentence(source, known, invitations.follow(tx, known.id))


def _sentence(source: Source, before: Application, after: Application) -> str:
    if source.stage is None:
        return f"The application is noted. [sources.{source.name}] names no stage at which candidates are invited."
    if not after.at_stage:
        was_stopped = before.invitation is not after.invitation
        return (
            "The application left the stage before its link went out." if was_stopped else "The application moved on."
        )
    if before.invitation is Invitation.INVITED:
        return "The candidate is invited already; nothing was sent again."
    why = inviting.reason(after.invitation)
    return "The candidate is invited." if why is None else f"The application is at the stage. {why}"
