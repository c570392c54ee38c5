"""Which file it was: its path, as a text that a ledger can keep. A name on disk is bytes, and not all bytes are text."""

import os
from pathlib import Path


def of(path: Path) -> str:
    """The path from the root; a byte that is no text as `\\xff`."""
    return os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")
