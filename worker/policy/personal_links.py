"""Personal links: an interview's share link with what it needs to find its way back (TalentSprout's Smart Links).

Everything is percent-encoded, because an unencoded "+" reads as a space. Names and addresses end in histories and proxies, so a
link carries them only where the source asks for it; the application's own id is enough to find it.
"""

from collections.abc import Collection, Mapping
from urllib.parse import quote, urlencode, urlsplit, urlunsplit


def person(wanted: Collection[str], name: str | None, email: str | None) -> dict[str, str]:
    """The Smart Link parameters for what a source wants in its links: "name" and "email", as far as they are known."""
    first, _, last = (name or "").partition(" ")
    named = {"firstName": first, "lastName": last} if "name" in wanted else {}
    return {**named, **({"email": email or ""} if "email" in wanted else {})}


def personal(share_link: str, external_id: str, person: Mapping[str, str] = {}) -> str:
    """`share_link` for one candidate. `person` holds Smart Link parameters, such as `email`; empty ones are left out."""
    parts = urlsplit(share_link)
    told = {**{name: value for name, value in person.items() if value}, "externalUserId": external_id}
    query = "&".join(filter(None, [parts.query, urlencode(told, quote_via=quote, safe="")]))
    return urlunsplit(parts._replace(query=query))
