"""Which kinds of source and target there are: whoever loads the configuration knows, config itself looks into no other room."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kinds:
    """The values that `kind` may have in `[sources.NAME]` and in `[targets.NAME]`."""

    sources: frozenset[str]
    targets: frozenset[str]
