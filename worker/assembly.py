"""The bridge put together from its settings: the ledger, the hints, and the secrets and addresses of the sandbox."""

import importlib
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

from config import ConfigError, Kinds, Settings
from config.faults import Fault
from config.sandbox import SandboxSecrets, with_sandbox
from worker import hints, running, sources, targets
from worker.domain.request import Tier
from worker.ledger import blinding, budgets, keyring, organizations
from worker.ledger import targets as target_rows
from worker.ledger.connection import Ledger, Tx
from worker.ledger.keyring import Keyring
from worker.policy.reasons import Timing
from worker.wording import catalogue

SANDBOX_ELSEWHERE = "http://127.0.0.1:8090/api/v1"  # before the first `up`, so that settings are whole
SILENT_SWEEPS = 3  # a worker that has missed so many reports counts as gone
OPEN_TO_ALL = stat.S_IROTH | stat.S_IWOTH
SHORTEST_SILENCE = timedelta(seconds=15)


@dataclass(frozen=True)
class Bridge:
    """What every process works with. `settings` are in force: with the sandbox in place where there is nothing else."""

    settings: Settings
    ledger: Ledger
    hints: hints.Hints
    timing: Timing


def kinds() -> Kinds:
    """What sources and targets a configuration may name."""
    return Kinds(
        frozenset(sources.kinds()),
        frozenset(targets.names()),
        languages=catalogue.languages,
        faults_of=_faults_of,
        on_jobs=_on_jobs,
    )


def _on_jobs(kind: str) -> str | None:
    """Loaded only where something is written back."""
    notes = importlib.import_module("worker.notes")
    return cast("str | None", notes.on_jobs(kind))


def _faults_of(folder: Path) -> Iterable[str]:
    """Loaded only where there is such a folder: templates take as long to import as all the rest of a command."""
    checking = importlib.import_module("worker.wording.checking")
    return cast("Iterable[str]", checking.faults(folder))


def assemble(settings: Settings, patience: timedelta | None = None) -> Bridge:
    """Connects to nothing yet; the first question to the ledger or the broker does. `patience` is that of the ledger."""
    in_force = settings_in_force(settings)
    bridge = in_force.bridge
    return Bridge(
        settings=in_force,
        ledger=Ledger(bridge.database_url, patience=patience, keys=keys(in_force)),
        hints=hints.Hints(broker_url(in_force), bridge.call_deadline + bridge.lease_margin),
        timing=Timing(bridge.quarantine, max(bridge.sweep * SILENT_SWEEPS, SHORTEST_SILENCE)),
    )


def settings_in_force(settings: Settings) -> Settings:
    """With the sandbox's organization, sources and secrets where nothing is configured."""
    if not settings.sandbox:
        return settings
    noted = running.last(settings.bridge.data_dir)
    base_url = SANDBOX_ELSEWHERE if noted is None or noted.sandbox is None else noted.sandbox
    return with_sandbox(settings, base_url, SandboxSecrets.kept_in(settings.bridge.data_dir))


def keys(settings: Settings) -> Keyring:
    """What people's data is sealed with: the configured keys, else those in `data_dir`. Raises ConfigError."""
    path = settings.bridge.data_dir / keyring.FILE
    if not settings.bridge.data_keys and path.exists() and path.stat().st_mode & OPEN_TO_ALL:
        problem = f"holds data keys and is open to everyone on this machine; close it with: chmod 600 {path}"
        raise ConfigError([Fault(str(path), "", "", problem)])
    return Keyring(settings.bridge.data_keys, path)


def broker_url(settings: Settings) -> str | None:
    """Where hints go; None while the embedded broker does not run."""
    if settings.bridge.broker_url != "embedded":
        return settings.bridge.broker_url
    found = running.find(settings.bridge.data_dir)
    return None if found is None or found.broker is None else f"redis+socket://{found.broker}"


def prepare(bridge: Bridge) -> None:
    """Give every configured organization and target its rows. Safe to repeat, and at once from several processes.

    Raises Unsealable where people's data was sealed with a key that is not here.
    """
    wanted = [
        target_rows.Wanted(one.name, one.organization, one.kind, one.events) for one in bridge.settings.targets.values()
    ]

    def unit(tx: Tx) -> None:
        blinding.check(tx)
        for one in bridge.settings.organizations.values():
            organizations.prepare(tx, one.name)
            budgets.prepare(tx, one.name, Tier.AI, one.limits.ai.count, one.limits.ai.window)
            budgets.prepare(tx, one.name, Tier.DEFAULT, one.limits.default.count, one.limits.default.window)
        target_rows.prepare(tx, wanted)

    bridge.ledger.write(unit)
