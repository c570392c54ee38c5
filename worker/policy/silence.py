"""Whether a source has gone quiet: ATSs switch a webhook off without telling anybody.

Its own past says what is usual: the longest gap between its latest deliveries. Twice that without one is quiet, and never
less than three days, so that no weekend is. A source with a short past is not judged.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

LOOKED_AT = 50  # of its latest deliveries
FEWEST = 10
TIMES_THE_LONGEST = 2
FLOOR = timedelta(days=3)
ACTION = "See in the ATS whether its webhook is still switched on; ATSs switch one off without telling."


def usual_gap(moments: Sequence[datetime]) -> timedelta | None:
    """The longest gap between deliveries, newest first; None where there are too few to tell."""
    if len(moments) < FEWEST:
        return None
    return max(later - earlier for later, earlier in pairwise(moments))


def is_quiet(moments: Sequence[datetime], now: datetime) -> bool:
    """Whether the newest of these was long ago."""
    usual = usual_gap(moments)
    return usual is not None and now - moments[0] > max(usual * TIMES_THE_LONGEST, FLOOR)


def sentence(source: str, since: datetime, usual: timedelta) -> str:
    """The sentence of a source from which nothing comes any more."""
    longest = max(round(usual / timedelta(hours=1)), 1)
    hours = "1 hour" if longest == 1 else f"{longest} hours"
    return f"Nothing has come from {source} since {since:%d %b %H:%M} UTC. Before, it was never silent for more than {hours}."
