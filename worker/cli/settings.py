"""The configuration of a command: what `--config` names, before or behind the command, else SPROUT_CONFIG, else bridge.toml."""

import click

from config import Settings, find, load
from worker import assembly
from worker.cli.lazy import CONFIG


def of(context: click.Context) -> Settings:
    """As it is written; the sandbox's sections are put in by `assembly`. Raises ConfigError."""
    return load(find(context.meta.get(CONFIG)), assembly.kinds())
