"""TOML -> Settings. Every fault of a file is found before anything is said, and nothing starts with one.

A file is cut into its sections (`document`), each is read by its model (`sections`), and what lies between keys and
sections is checked by `rules`.
"""

import os
from pathlib import Path

from config import job_rules, rules, servers, strength, texts
from config.document import cut, parsed
from config.faults import ConfigError, Fault
from config.kinds import Kinds
from config.report import Report
from config.sections import Reader
from config.settings import Settings

DEFAULT_NAME = "bridge.toml"


def find(argument: str | None) -> Path | None:
    """The file to load: `argument` (--config), else SPROUT_CONFIG, else bridge.toml in the working directory, else none.

    Raises ConfigError when one of the first two names what doesn't exist. An empty SPROUT_CONFIG is as good as none.
    """
    variable = os.environ.get("SPROUT_CONFIG") or None  # noqa: TID251 - config is the one reader of the environment
    for named_by, name in (("--config", argument), ("SPROUT_CONFIG", variable)):
        if name is not None:
            return _existing(name, named_by)
    return Path(DEFAULT_NAME) if os.path.lexists(DEFAULT_NAME) else None


def _existing(name: str, named_by: str) -> Path:
    if not os.path.exists(name):
        problem = f"does not exist, and {named_by} names it; correct the name, or leave it out to run the sandbox."
        raise ConfigError([Fault(name, "", "", problem)])
    return Path(name)


def load(path: Path | None, kinds: Kinds) -> Settings:
    """The settings of a file; of none, or an empty one, those of the sandbox. Raises ConfigError with every fault in it."""
    folder = servers.under(Path.cwd(), str(path.parent)) if path else Path.cwd()
    report = Report(str(path or ""))
    document = cut(parsed(path) if path else {}, folder, report)
    rules.check(document, kinds, report)
    job_rules.check(document, report)
    strength.check(document, report)
    reader = Reader(folder, report)
    bridge = reader.bridge(document.bridge)
    targets = {name: reader.target(name, table) for name, table in document.targets.items()}
    in_order = reader.rules(document.rules)
    sections = {
        "bridge": bridge,
        "batches": reader.batches(document.batches),
        "organizations": {name: reader.organization(name, table) for name, table in document.organizations.items()},
        "sources": {name: reader.source(name, table, in_order) for name, table in document.sources.items()},
        "targets": targets if bridge is None else texts.spoken(bridge, targets, kinds, report),
        "rules": in_order,
    }
    if report.faults:
        raise ConfigError(report.faults)
    found = {"path": path, "sandbox": not document.organizations, "warnings": report.warnings}
    return Settings.model_validate(sections | found)
