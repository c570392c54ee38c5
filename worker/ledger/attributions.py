"""Attributions: whose a result is, by which rule that was found, and what is claimed and not believed.

Only an external id that one of our keys has signed makes a result an application's. Any other that names one is kept as a claim
and shown, so that nothing is written into the wrong record.
"""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from worker.ledger import applications
from worker.ledger.connection import Tx
from worker.ledger.sealing import ring_of
from worker.ledger.tables import attribution
from worker.policy import matching


class Rule(StrEnum):
    """How an application was found."""

    SIGNED_ID = "signed id"


class Doubt(StrEnum):
    """Why an application that a result claims to be of was not believed."""

    FORGED = "forged"  # the signature does not fit
    UNKNOWN = "unknown"  # it fits, and there is no such application here
    ELSEWHERE = "elsewhere"  # it fits, and the interview is of another job


@dataclass(frozen=True)
class Attribution:
    """An application and the rule that found it, or a doubt about the one that is claimed, or nothing."""

    application_id: str | None = None
    rule: Rule | None = None
    doubt: Doubt | None = None


def personal_id(tx: Tx, application_id: str) -> str:
    """The external id that an application's personal link carries, signed with the newest data key."""
    return matching.personal_id(application_id, ring_of(tx.conn.dialect).proofs(application_id)[0])


def judge(tx: Tx, organization: str, external_id: str | None, interview_id: str | None) -> Attribution:
    """Whose a result with this external id is; `interview_id` is what its other names say, or None where they say nothing."""
    claim = matching.claim_in(external_id)
    if claim is None:
        return Attribution()
    found = applications.get(tx, claim.application_id)
    ours = found is not None and found.organization == organization
    if not matching.is_proven(claim, ring_of(tx.conn.dialect).proofs(claim.application_id)):
        return Attribution(doubt=Doubt.FORGED if ours or claim.looks_signed else None)
    if found is None or not ours:
        return Attribution(doubt=Doubt.UNKNOWN)
    if interview_id is not None and not applications.is_for(tx, found, interview_id):
        return Attribution(doubt=Doubt.ELSEWHERE)
    return Attribution(found.id, Rule.SIGNED_ID)


def keep(tx: Tx, result_id: str, found: Attribution) -> None:
    """Note it beside the result; a result that claims nothing needs no note."""
    if found != Attribution():
        values = {"application_id": found.application_id, "rule": found.rule, "claim": found.doubt}
        tx.conn.execute(sa.insert(attribution).values(result_id=result_id, **values))


def from_row(row: sa.RowMapping) -> Attribution:
    """What a row that joins `attribution` says."""
    rule, doubt = row["rule"], row["claim"]
    return Attribution(
        row["application_id"], None if rule is None else Rule(rule), None if doubt is None else Doubt(doubt)
    )
