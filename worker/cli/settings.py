"""The configuration of a command: what `--config` names, before or behind the command, else SPROUT_CONFIG, else bridge.toml."""

from collections.abc import Mapping
from typing import TypeVar

import click

from config import Settings, find, load
from config.wording import ended, one_of, shown
from worker import assembly
from worker.cli.lazy import CONFIG

T = TypeVar("T")


def of(context: click.Context) -> Settings:
    """As it is written; the sandbox's sections are put in by `assembly`. Raises ConfigError."""
    return load(find(context.meta.get(CONFIG)), assembly.kinds())


def named(noun: str, name: str, configured: Mapping[str, T]) -> T:
    """The section of that name. Raises click.UsageError, which says what names there are."""
    if name not in configured:
        known = one_of(name, sorted(configured)) if configured else "the configuration has none"
        raise click.UsageError(ended(f"There is no {noun} {shown(name)}; {known}"), click.get_current_context())
    return configured[name]
