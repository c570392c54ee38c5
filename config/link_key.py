"""The key that signs personal links, where the configuration has none: made once, and kept in `data_dir`.

It is no part of the database, so that whoever can read that can't make links. Several machines need one that they share, as
`[bridge] link_key`.
"""

import secrets
from pathlib import Path

from config import kept
from config.faults import ConfigError, Fault
from config.secret import Secret

FILE = "link.key"


def kept_in(data_dir: Path) -> Secret:
    """That of `data_dir`, made at the first call; processes that start at once get the same. Raises ConfigError."""
    path = data_dir / FILE
    try:
        kept.close(data_dir)
        if not path.exists():
            kept.put(path, secrets.token_urlsafe(32).encode())
        text = path.read_text().strip()
    except OSError as error:
        problem = (
            f"can't be kept there ({error.strerror}); under [bridge], set data_dir to a folder that it may write to."
        )
    except UnicodeDecodeError:
        problem = (
            "is damaged; restore it, or remove it: links that went out before can't be told from forged ones then."
        )
    else:
        if text:
            return Secret(text)
        problem = "is empty; restore it, or remove it: links that went out before can't be told from forged ones then."
    raise ConfigError([Fault(str(path), "", "", problem)])
