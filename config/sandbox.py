"""The sandbox: what the bridge runs on when nothing is configured. One organization, two sources, secrets that are made once.

The secrets lie in `data_dir/sandbox.json`, for the processes of this user alone: `up` makes them, `sprout sign` finds them.
"""

import json
import os
import secrets
import stat
import string
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

from config.faults import ConfigError, Fault
from config.rules import SANDBOX
from config.secret import Secret
from config.settings import Organization, Settings, Source

FILE = "sandbox.json"
TOKEN_HEADER = "X-Bridge-Token"  # noqa: S105 - the name of a header
_BASE62 = string.ascii_letters + string.digits


@dataclass(frozen=True)
class SandboxSecrets:
    """What the sandbox's sections need; the API key is the one that the sandbox's TalentSprout accepts."""

    greenhouse: Secret
    generic: Secret
    webhook_token: Secret
    api_key: Secret

    @classmethod
    def kept_in(cls, data_dir: Path) -> Self:
        """Those of `data_dir`, made at the first call; processes that start at once get the same.

        The folder is made, and closed to others. Raises ConfigError when it can't be used or the file is damaged.
        """
        path = data_dir / FILE
        try:
            _close(data_dir)
            if not path.exists():
                _put(path, cls._made())
            return cls._read(path.read_bytes())
        except OSError as error:
            problem = f"can't be kept there ({error.strerror}); under [bridge], set data_dir to a folder that it may write to."
        except (ValueError, TypeError, KeyError):
            problem = (
                "is damaged; remove it and start again: new secrets are made, and `sprout sign` uses them at once."
            )
        raise ConfigError([Fault(str(path), "", "", problem)])

    @classmethod
    def _made(cls) -> bytes:
        texts = {field.name: secrets.token_urlsafe(32) for field in fields(cls)}
        texts["api_key"] = "tsk_" + "".join(secrets.choice(_BASE62) for _ in range(32))
        return json.dumps(texts, indent=1).encode()

    @classmethod
    def _read(cls, content: bytes) -> Self:
        texts = json.loads(content)
        if not all(isinstance(texts[field.name], str) and texts[field.name] for field in fields(cls)):
            raise ValueError(FILE)
        return cls(**{field.name: Secret(texts[field.name]) for field in fields(cls)})


def _close(folder: Path) -> None:
    """Makes the folder if need be, for its owner alone. One that many share, like /tmp, is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid == os.geteuid() and not found.st_mode & stat.S_ISVTX:
        folder.chmod(0o700)


def _put(path: Path, content: bytes) -> None:
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


def with_sandbox(settings: Settings, base_url: str, kept: SandboxSecrets) -> Settings:
    """`settings` with the sandbox's sections in them; `base_url` is where its TalentSprout listens, on loopback."""
    organization = Organization(
        name=SANDBOX, api_key=kept.api_key, base_url=base_url, webhook_tokens=(kept.webhook_token,)
    )
    rules = settings.rules
    greenhouse = Source(
        name="greenhouse", kind="greenhouse", organization=SANDBOX, secrets=(kept.greenhouse,), rules=rules
    )
    generic = Source(
        name="generic",
        kind="generic",
        organization=SANDBOX,
        secrets=(kept.generic,),
        token_header=TOKEN_HEADER,
        rules=rules,
    )
    return Settings(
        bridge=settings.bridge,
        organizations={SANDBOX: organization},
        sources={source.name: source for source in (greenhouse, generic)},
        targets=settings.targets,
        rules=rules,
        path=settings.path,
        sandbox=True,
        warnings=settings.warnings,
    )
