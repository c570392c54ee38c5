"""To which interview a result belongs.

In the order in which they can be trusted: its id, a name learned before, an id in its links, and last the external id that
our own link carried, which a candidate can change: a hint, never proof of whose record it is.
"""

PREFIX = "spr:"


def external_id(request_id: str) -> str:
    """What a personal link carries, so that its result finds the request: at most 64 of [A-Za-z0-9:_-]."""
    return PREFIX + request_id


def names(request_id: str, label: str) -> tuple[str, str]:
    """The names of a request's interview by which an unmatched result may wait for it, as `waiting_name` gives them."""
    return PREFIX + request_id, PREFIX + label.lower()


def waiting_name(external: str | None) -> str | None:
    """The name under which a result with such an external id waits, or None where the id isn't ours."""
    wanted = request_in(external)
    return None if wanted is None else PREFIX + wanted.lower()


def request_in(external: str | None) -> str | None:
    """The request that an external id of ours names, or None for anybody else's."""
    if external is None or not external.startswith(PREFIX):
        return None
    return external[len(PREFIX) :].partition(":")[0] or None
