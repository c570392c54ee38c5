"""Files of `data_dir` that are made once, for the processes of this user alone: secrets that nobody has to think of."""

import os
import secrets
import stat
from pathlib import Path


def close(folder: Path) -> None:
    """Makes the folder if need be, for its owner alone. One that many share, like /tmp, is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX:
        folder.chmod(0o700)


def put(path: Path, content: bytes) -> None:
    """Writes the file whole or not at all. The first of several to link it wins; the others drop theirs."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
