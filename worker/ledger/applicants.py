"""Applicants: whose an application is, for who wants to see all that is stored about somebody, or has it erased."""

from typing import Any

import sqlalchemy as sa

from worker.domain.application import Application
from worker.ledger import applications, blinding, tombstones
from worker.ledger.blinding import Blinds
from worker.ledger.connection import Tx
from worker.ledger.sealing import ring_of
from worker.ledger.tables import application, attribution, result
from worker.policy import matching
from worker.policy.subjects import Names


def of_person(tx: Tx, names: Names) -> list[Application]:
    """Of somebody who is known by these: the candidate's id or address, or what a personal link carried."""
    blinds = blinding.of(tx)
    nameless = sa.and_(application.c.candidate_index.is_(None), application.c.application_id.in_(names.applications))
    theirs = sa.or_(
        application.c.id.in_(_proven(tx, names)),
        application.c.id.in_(_attributed(blinds, names)),
        application.c.candidate_index.in_([blinds.id(one) for one in names.ids]),
        application.c.email_index.in_([blinds.email(one) for one in names.emails]),
        nameless,
    )
    rows = tx.conn.execute(sa.select(application).where(theirs).order_by(application.c.id)).mappings()
    return [applications.from_row(row) for row in rows]


def _proven(tx: Tx, names: Names) -> list[str]:
    """Those that a signed id names. What anybody can write into an address makes nobody's application theirs."""
    claims = [claim for claim in map(matching.claim_in, names.ids) if claim is not None]
    ring = ring_of(tx.conn.dialect)
    return [one.application_id for one in claims if matching.is_proven(one, ring.proofs(one.application_id))]


def _attributed(blinds: Blinds, names: Names) -> sa.Select[Any]:
    """Those that a result of theirs was found to be of, also by a key that has gone since."""
    ids, emails = [blinds.id(one) for one in names.ids], [blinds.email(one) for one in names.emails]
    indexes = (result.c.session_index, result.c.candidate_index, result.c.external_index)
    theirs = sa.or_(result.c.email_index.in_(emails), *(index.in_(ids) for index in indexes))
    found = sa.select(attribution.c.application_id).join(result, result.c.id == attribution.c.result_id)
    return found.where(attribution.c.application_id.is_not(None), theirs)


def of_erased(tx: Tx, most: int) -> list[str]:
    """Ids of applications of people who were erased: there are some only after a backup was restored."""
    indexes = (application.c.candidate_index, application.c.email_index)
    theirs = sa.or_(*(tombstones.before_it_was_lifted(one, application.c.created_at) for one in indexes))
    return list(tx.conn.execute(sa.select(application.c.id).where(theirs).limit(most)).scalars())
