"""Addresses of mail, as they stand in the configuration: checked so that none can become a header of its own."""

import re
from email.utils import formataddr, parseaddr

from config.faults import Wrong
from config.wording import shown

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


def mailbox(value: object) -> str:
    """An address, with a name before it or without. Raises Wrong."""
    if not isinstance(value, str) or not value.isprintable():
        raise Wrong(f"{shown(value)} is not an address of mail")
    name, address = parseaddr(value)
    if not _ADDRESS.fullmatch(address):
        raise Wrong(f"{shown(value)} is not an address of mail")
    return formataddr((name, address)) if name else address


def several(value: object) -> tuple[str, ...]:
    """One address, or a list of them. Raises Wrong."""
    found = value if isinstance(value, list | tuple) else (value,)
    if value == []:
        raise Wrong("the list is empty")
    return tuple(mailbox(one) for one in found)


def domain(mailbox: str) -> str:
    """What stands behind the @."""
    return parseaddr(mailbox)[1].rpartition("@")[2]
