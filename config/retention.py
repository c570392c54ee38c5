"""Retention: for how long what is a person's is kept, by kind."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from config import quantities
from config.section import Section

_DURATION = f'a number and h or d, such as "90d", at most {quantities.LONGEST_KEPT.days}d'
Kept = Annotated[timedelta | None, BeforeValidator(quantities.kept)]


class Retention(Section):
    """`[organizations.NAME.retention]`: what is older goes. What is not named here is kept until somebody erases it."""

    # Results, with evaluation and transcript, counted from when they arrived.
    results: Kept = Field(default=None, description=_DURATION)
    # The bytes and headers of deliveries: completions and whatever an ATS sends. That they came is kept, so that nothing doubles.
    events: Kept = Field(default=None, description=_DURATION)
    # What was told to targets and every try of it, counted from its end: what waits stays, however old it is.
    deliveries: Kept = Field(default=None, description=_DURATION)
