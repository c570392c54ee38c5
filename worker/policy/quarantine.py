"""When an unknown may be sent again.

Bytes may still be on the wire, and a frozen worker may still wake up, for as long as its lease runs and a while after. Before
that, sending again can make a second interview even if the person who looked found none.
"""

from datetime import datetime, timedelta


def ends_at(lease_until: datetime, quarantine: timedelta) -> datetime:
    """From when on "it is not there" can be believed."""
    return lease_until + quarantine
