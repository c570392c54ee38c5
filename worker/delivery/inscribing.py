"""A note for an ATS on its way: whose place it belongs to, and what came of writing it, as an answer like any other's."""

import time
from dataclasses import dataclass

from config.settings import Settings, Target
from worker import log, notes
from worker.delivery import answers
from worker.delivery.asked import Refused
from worker.delivery.telling import NothingToTell
from worker.delivery.writing_back import MayBeThere, Pen
from worker.domain.delivery import Delivery, Ended
from worker.domain.fields import Unreadable
from worker.domain.note import Account, Draft, Place, Subject
from worker.ledger import applications, listing, postings, requests
from worker.ledger.connection import Ledger, Tx
from worker.notes import NoPlace
from worker.outbound import Outbound, OutboundFault
from worker.targets import Undeliverable

FOR_GOOD = frozenset({404, 410})  # who or what the note is about is not there any more


@dataclass(frozen=True)
class Inscription:
    """What is written, and where."""

    draft: Draft
    place: Place


def planned(tx: Tx, held: Delivery, settings: Settings, target: Target, draft: Draft) -> Inscription:
    """Where a delivery's note belongs. Raises NothingToTell for what has no place in the target's source, and Undeliverable.

    What the vendor can't take is said here, before anything is sent: it says nothing about how the target is doing.
    """
    place = _job(tx, held, target) if draft.subject is Subject.JOB else _candidate(tx, held, target)
    source, account = settings.sources[target.source or ""], _account(target)
    try:
        notes.of(source, place, account)
    except (NoPlace, Unreadable) as fault:
        raise Undeliverable(str(fault)) from None
    return Inscription(draft, place)


def inscribe(ledger: Ledger, outbound: Outbound, settings: Settings, target: Target, wanted: Inscription) -> Ended:
    """Write it. A refusal is told as a fault: the statuses of an ATS are about one note, and never about the target."""
    began = time.monotonic()
    assert target.source is not None, "the configuration has refused a target without"
    pen = Pen(ledger, outbound, settings.sources[target.source], _account(target), target.name)
    try:
        written = pen.write(wanted.place, wanted.draft)
    except (NoPlace, MayBeThere) as final:
        return Ended(fault=str(final), is_final=True, took=answers.since(began))
    except Refused as refusal:
        return Ended(
            fault=log.without_secrets(str(refusal)), is_final=refusal.status in FOR_GOOD, took=answers.since(began)
        )
    except OutboundFault as fault:
        return Ended(fault=str(fault), took=answers.since(began))
    told = f"Note {written.became}. {written.remark or ''}".rstrip()
    return Ended(status=200, excerpt=told, took=answers.since(began))


def _account(target: Target) -> Account:
    return Account(target.author, None if target.account is None else target.account.reveal(), target.field)


def _job(tx: Tx, held: Delivery, target: Target) -> Place:
    request = None if held.subjects.request is None else requests.get(tx, held.subjects.request)
    if request is None or request.source is None or request.source != target.source or request.job_id is None:
        raise NothingToTell(f"The interview belongs to no posting of {target.source}.")
    posting = postings.seen(tx, request.source, request.job_id)
    requisition = None if posting is None else posting.requisition_id
    return Place(Subject.JOB, job_id=request.job_id, requisition_id=requisition)


def _candidate(tx: Tx, held: Delivery, target: Target) -> Place:
    """A result's is the application whose personal link it came by, and nobody else's: a wrong name must not get a score."""
    found = None
    if (own := held.subjects.application or _of_result(tx, held.subjects.result)) is not None:
        found = applications.get(tx, own)
    if found is None or found.source != target.source:
        raise NothingToTell(f"It belongs to no application of {target.source}: no personal link of one led to it.")
    return Place(Subject.CANDIDATE, found.job_id, found.requisition_id, found.candidate_id, found.application_id)


def _of_result(tx: Tx, result_id: str | None) -> str | None:
    result = None if result_id is None else listing.one_result(tx, result_id)
    return None if result is None else result.whose.application_id
