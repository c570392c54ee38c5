"""How facts are worded and marked on pages: states, times, scores, links."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import g

from config.addresses import is_loopback
from web.access import is_sandbox
from web.context import context
from worker.domain import fields
from worker.ledger.results import StoredResult
from worker.moments import instant
from worker.policy import share_links

# The look of a state: a class of the style, and the icon of the same name.
LOOKS: Mapping[str, str] = {
    "waiting": "waiting",
    "sending": "sending",
    "created": "created",
    "held": "held",
    "unknown": "unknown",
    "cancelled": "cancelled",
    "paused": "paused",
    "stored": "waiting",
    "read": "created",
    "ignored": "cancelled",
    "delivered": "created",
    "failed": "failed",
    "failing": "failed",
    "removed": "cancelled",
    "ok": "created",
    "unreadable": "failed",
    "matched": "created",
    "unmatched": "waiting",
    "preview": "cancelled",
    "none": "cancelled",
    "unclear": "unknown",
    "closed": "cancelled",
    "invited": "created",
    "withdrawn": "cancelled",
    "finished": "created",
    "left early": "cancelled",
    "filing": "sending",
    "running": "sending",
    "unfinished": "held",
    "done": "created",
}
INVITATIONS: Mapping[str, str] = {"none": "not at the stage"}
ENDINGS: Mapping[str, str] = {"interview.completed": "finished", "interview.abandoned": "left early"}


def look(state: str) -> str:
    """The class and icon of a state."""
    return LOOKS.get(state, "waiting")


def iso(moment: datetime | str) -> str:
    """For machines."""
    return moment if isinstance(moment, str) else str(instant(moment))


def moment_of(moment: datetime | str) -> datetime:
    """As a datetime."""
    return datetime.fromisoformat(moment) if isinstance(moment, str) else moment


def clock(moment: datetime | str) -> str:
    """For people, in UTC; a script shows it in local time. The day is told because pages stay open."""
    return f"{moment_of(moment):%d %b %H:%M:%S} UTC"


def span(time: timedelta) -> str:
    """How long, in its largest unit."""
    seconds = max(int(time.total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def safe_link(address: str | None) -> str | None:
    """The address if it may be a link: on TalentSprout's host or that of a `base_url`; https, or http on this machine."""
    try:
        parts = urlsplit(address or "")
        scheme, host = parts.scheme.lower(), parts.hostname
        is_safe = scheme == "https" or (scheme == "http" and is_loopback(address or ""))
    except ValueError:
        return None
    ours = {urlsplit(one.base_url).hostname for one in context().bridge.settings.organizations.values()}
    return address if is_safe and host in ours | {share_links.VENDOR_HOST} else None


def visible(value: object) -> object:
    """Every text that a page shows, without controls that make it read differently from what it says."""
    if type(value) is str:
        return fields.INVISIBLE.sub("", value)
    return value


def invitation(state: str) -> str:
    """How a recruiter calls where an invitation stands."""
    return INVITATIONS.get(state, state)


def ending(event: str) -> str:
    """How a session ended."""
    return ENDINGS.get(event, "finished")


def number(value: float) -> str:
    """Without a fraction that says nothing."""
    return f"{value:g}"


def verdict(found: StoredResult) -> str:
    """The score beside the mark, in words."""
    score, mark = found.result.score, found.passing_score
    if score is None:
        return "No score."
    if mark is None:
        return f"{score:g} of 100; the passing mark is not known."
    return f"{score:g} of 100, {'at or above' if score >= mark else 'below'} the passing mark of {mark:g}."


def on_every_page() -> dict[str, Any]:
    """What the frame of a page shows."""
    is_page = "session" in g and g.session is not None
    return {
        "sandbox": is_sandbox(context().bridge.settings),
        "form_token": context().sessions.form_token(g.session) if is_page else "",
    }


FILTERS: Mapping[str, Callable[..., Any]] = {
    "look": look,
    "iso": iso,
    "clock": clock,
    "span": span,
    "safe_link": safe_link,
    "number": number,
    "invitation": invitation,
    "ending": ending,
    "verdict": verdict,
}
