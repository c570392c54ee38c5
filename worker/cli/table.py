"""What a table of commands is made of. No dataclasses: `sprout --help` would load half as much again for them as for all else."""


class Leaf:
    """A command: where it is (`module:attribute`), what it does, in one line, and whether a configuration matters to it."""

    __match_args__ = ("target", "help", "is_configured")

    def __init__(self, target: str, help: str, *, is_configured: bool = True) -> None:  # noqa: A002 - what it is everywhere
        self.target = target
        self.help = help
        self.is_configured = is_configured


class Noun:
    """Commands under one word."""

    __match_args__ = ("help", "commands")

    def __init__(self, help: str, commands: dict[str, Leaf]) -> None:  # noqa: A002 - as above
        self.help = help
        self.commands = commands


Table = dict[str, Leaf | Noun]
