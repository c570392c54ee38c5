"""Limits: how many calls TalentSprout allows in a time, for each of its tiers."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from config import fields
from config.fields import Duration
from config.section import Section


class Limit(Section):
    """A tier of an organization's budget: at most `count` calls in any `window`. In the file: "20/60s"."""

    count: int = Field(ge=1, le=1000)  # TalentSprout raises limits on request; above a thousand is a slip of the finger
    window: Duration

    @classmethod
    def read(cls, value: object) -> "Limit":
        """From the file's text, or a Limit as it is. Raises Wrong."""
        if isinstance(value, Limit):
            return value
        count, window = fields.limit(value)
        return cls(count=count, window=window)


class Limits(Section):
    """TalentSprout's two tiers, counted apart, for the organization and not for a key (API reference, "Rate limits")."""

    # POST /interviews/from-job-description
    ai: Annotated[Limit, BeforeValidator(Limit.read)] = Field(
        default=Limit(count=20, window=timedelta(seconds=60)), description='1 to 1000 calls in a time, as in "20/60s"'
    )
    # GET /ping and POST /interviews
    default: Annotated[Limit, BeforeValidator(Limit.read)] = Field(
        default=Limit(count=120, window=timedelta(seconds=60)), description='1 to 1000 calls in a time, as in "120/60s"'
    )
