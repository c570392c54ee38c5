"""Share links that people paste: is it one, and which interview does it name? Never fetched."""

import re
from urllib.parse import urlsplit

VENDOR_HOST = "www.talentsprout.ai"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PATH = re.compile(r"/interview/([0-9A-Za-z_-]{4,64})/?")
UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
EXAMPLE = "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"


class NotAShareLink(ValueError):
    """Says what is wrong with the link, and what one looks like."""


def read(link: str, base_url: str) -> tuple[str, str]:
    """The interview's id and the link without query. Raises NotAShareLink.

    The host is TalentSprout's, or that of the organization's `base_url`; https, or http on loopback.
    """
    try:
        parts = urlsplit(link.strip())
        home = urlsplit(base_url)
        port = parts.port
    except ValueError:
        raise NotAShareLink(f"That is not a link. A share link looks like {EXAMPLE}") from None
    host = parts.hostname or ""
    if parts.username or parts.password or (host, port) not in {(VENDOR_HOST, None), (home.hostname, home.port)}:
        raise NotAShareLink(f"The link is not on {VENDOR_HOST} or {home.netloc}. A share link looks like {EXAMPLE}")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise NotAShareLink(f"The link is not https. A share link looks like {EXAMPLE}")
    named = PATH.fullmatch(parts.path)
    if named is None:
        raise NotAShareLink(f"The link does not name an interview. A share link looks like {EXAMPLE}")
    named_id = named[1].lower() if UUID.fullmatch(named[1]) else named[1]
    return named_id, f"{parts.scheme}://{parts.netloc}/interview/{named_id}"
