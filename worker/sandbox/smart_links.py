"""Smart Links: a share link with who comes in its query, as the vendor documents them; that is told of the candidate."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

PREFILLED = ("email", "firstName", "lastName", "phoneNumber")
EXTERNAL_ID = "externalUserId"


@dataclass(frozen=True, slots=True)
class SmartLink:
    """`interview` is the link's last part; an unencoded "+" has become a blank, as it does there."""

    interview: str
    external_user_id: str | None
    prefilled: Mapping[str, str]


def read(link: str) -> SmartLink:
    """What a link says. Parameters that nobody knows are passed over."""
    parts = urlsplit(link)
    told = {name: values[0] for name, values in parse_qs(parts.query).items()}
    prefilled = {name: told[name] for name in PREFILLED if name in told}
    return SmartLink(parts.path.rstrip("/").rpartition("/")[2], told.get(EXTERNAL_ID), prefilled)
