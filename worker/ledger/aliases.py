"""The other names of an interview: short codes and whatever else links and results call it."""

from worker.ledger.connection import Tx
from worker.ledger.tables import alias


def learn(tx: Tx, organization: str, foreign_id: str, interview_id: str) -> None:
    """Remember another name of an interview; the first teacher is right."""
    values = {"organization": organization, "foreign_id": foreign_id, "interview_id": interview_id}
    tx.conn.execute(tx.insert(alias).values(values).on_conflict_do_nothing())
