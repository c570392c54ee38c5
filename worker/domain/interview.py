"""Interview: what TalentSprout made, and the options it is made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Options = Mapping[str, object]
"""Optional fields of POST /interviews, checked by `worker.policy.options` before they are filed."""


class Origin(StrEnum):
    """How an interview became known."""

    CREATED = "created"  # a readable answer
    SALVAGED = "salvaged"  # an answer that was cut after id and link
    ADOPTED = "adopted"  # a person pasted its link
    SURPLUS = "surplus"  # a second one for a request that has one already; a person is told


@dataclass(frozen=True)
class Interview:
    """One interview at TalentSprout. `raw` is its object as it was given; empty where only the link is known."""

    id: str
    share_link: str
    raw: Mapping[str, object]

    def passing_score(self) -> float | None:
        """The mark, where it is known; a candidate at the mark has passed."""
        value = self.raw.get("passing_score")
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True)
class StoredInterview:
    """An interview and what the ledger knows about it."""

    interview: Interview
    organization: str
    origin: Origin
    request_id: str | None
    stored_at: datetime
