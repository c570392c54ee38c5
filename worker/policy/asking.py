"""What becomes of a question that an ATS's API did not answer as it should.

Nothing is given up because a vendor is away or refuses a key: both pass, and a posting that is not fetched is lost. What
can't be understood is given up after some tries, because more of the same teach nothing; a person's replay asks again.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

MOST_UNREADABLE = 6  # tries, over half an hour
TRIES_UNTIL_GONE = 3  # a posting may be announced a little before its API knows it
MOST_DOUBLINGS = 16
LONGEST_OUTAGE = timedelta(hours=1)
LONGEST_REFUSAL = timedelta(hours=6)
SHORTEST_CLOSURE = timedelta(seconds=1)
LONGEST_CLOSURE = timedelta(hours=1)
EVERY_OPEN = timedelta(days=1)  # how often the open postings of a source are counted over
MOST_PAGES = 1000  # of one list
TRIES_OF_A_PAGE = 3  # then the list begins anew: what leads to a page may have expired
OVERLAP = timedelta(minutes=10)  # of two polls: the vendor's clock is not ours, and what is told twice does no harm
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_MOST_SECONDS = 1e9  # more can't be meant, and every asker has a bound of its own
_LONGEST_DATE = 64  # characters


class Trouble(StrEnum):
    """Why there is no answer that says something."""

    AWAY = "away"  # no connection, no answer, 5xx
    BUSY = "busy"  # 429
    REFUSED = "refused"  # no key, or one that is not accepted; an address that is not called
    FORBIDDEN = "forbidden"  # 403: the key is not accepted, or not for this
    NOT_THERE = "not there"  # 404 and its like
    UNREADABLE = "unreadable"  # an answer that can't be understood
    ENDLESS = "endless"  # a list whose pages lead to ever more of them


FIRST_WAIT = {
    Trouble.AWAY: timedelta(seconds=15),
    Trouble.BUSY: timedelta(minutes=1),
    Trouble.REFUSED: timedelta(minutes=15),
    Trouble.FORBIDDEN: timedelta(minutes=15),
    Trouble.NOT_THERE: timedelta(minutes=1),
    Trouble.UNREADABLE: timedelta(minutes=1),
    Trouble.ENDLESS: LONGEST_OUTAGE,
}


REFUSALS = (Trouble.REFUSED, Trouble.FORBIDDEN)


def wait(trouble: Trouble, failures: int, told: timedelta | None = None) -> timedelta:
    """Until the next try, after so many `failures` in a row, this one counted; `told` is what Retry-After says."""
    if told is not None and trouble in (Trouble.AWAY, Trouble.BUSY):
        return min(max(told, SHORTEST_CLOSURE), LONGEST_CLOSURE)
    longest = LONGEST_REFUSAL if trouble in REFUSALS else LONGEST_OUTAGE
    doubled: timedelta = FIRST_WAIT[trouble] * 2 ** min(failures - 1, MOST_DOUBLINGS)
    return min(doubled, longest)


def closes(trouble: Trouble, *, of_candidate: bool = False) -> bool:
    """Whether nothing else can be had of this source meanwhile.

    `of_candidate`: it was asked about one. A key that may not read candidates, or not this one, may read postings all the same.
    """
    if trouble is Trouble.FORBIDDEN:
        return not of_candidate
    return trouble in (Trouble.BUSY, Trouble.REFUSED)


def begins_anew(trouble: Trouble, failures: int) -> bool:
    """Whether a list is asked for from its first page on, and not from where it stands."""
    return trouble is Trouble.ENDLESS or failures % TRIES_OF_A_PAGE == 0


def gives_up(trouble: Trouble, failures: int, *, ever_answered: bool) -> bool:
    """Whether it is asked no more. A 404 counts as unreadable where this API never answered: its address may be wrong."""
    unreadable = trouble is Trouble.UNREADABLE or (trouble is Trouble.NOT_THERE and not ever_answered)
    return unreadable and failures >= MOST_UNREADABLE


def is_gone(trouble: Trouble, failures: int, *, ever_answered: bool) -> bool:
    """Whether the posting exists no more: an API that answers for others has said so again and again."""
    return trouble is Trouble.NOT_THERE and ever_answered and failures >= TRIES_UNTIL_GONE


def retry_after(said: str | None, now: datetime) -> timedelta | None:
    """Retry-After in seconds or as a date (RFC 9110, 10.2.3); None where there is none that can be read."""
    text = (said or "").strip()
    if not text or len(text) > _LONGEST_DATE:
        return None
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=min(float(text), _MOST_SECONDS))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
