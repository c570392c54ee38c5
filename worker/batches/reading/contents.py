"""What a file or a folder holds, as a digest: the same bytes, understood in the same way, are the same batch."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path


def digest(parts: Sequence[tuple[str, Path]], mapping: Mapping[str, str], *how: str | None) -> str:
    """Of files and the names that count; `how`: what else decides how they are read. What can't be read, rows say later."""
    found = hashlib.sha256(json.dumps([sorted(mapping.items()), how]).encode())
    for name, path in parts:
        found.update(name.encode(errors="surrogateescape") + b"\0" + _digest(path))
    return found.hexdigest()


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return bytes(hashlib.sha256().digest_size)
