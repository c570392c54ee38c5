"""A group whose commands are loaded when they are wanted: the list of commands needs none of them."""

import importlib

import click

from worker.cli.entry import CONFIG_HELP
from worker.cli.table import Leaf, Noun, Table

CONFIG = "sprout.config"  # where the context keeps what `--config` named
NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class LazyGroup(click.Group):
    """Knows the names and the lines of its commands from a table."""

    def __init__(self, name: str, table: Table, text: str) -> None:
        super().__init__(name, help=text, context_settings=NAMES)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click gives it
        """In the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click gives it
        """The command, loaded now."""
        match self._table.get(cmd_name):
            case Noun(text, commands):
                return LazyGroup(cmd_name, {**commands}, text)
            case Leaf() as leaf:
                return _loaded(cmd_name, leaf)
            case _:
                return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click gives it
        """Their names and lines, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A mistyped word gets a suggestion."""
        word = args[0]
        if word not in self._table and not word.startswith("-"):
            from difflib import get_close_matches  # of no use to who types no mistakes

            near = get_close_matches(word, self._table, n=1)
            meant = f' Did you mean "{near[0]}"?' if near else ""
            ctx.fail(f'There is no command "{word}".{meant}')
        return super().resolve_command(ctx, args)


def config_option() -> click.Option:
    """`--config FILE`, before or behind the command."""
    return click.Option(
        ["--config"],
        metavar="FILE",
        expose_value=False,
        callback=_remember,
        help=CONFIG_HELP,
    )


def _remember(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta[CONFIG] = value


def _loaded(name: str, leaf: Leaf) -> click.Command:
    module, _, attribute = leaf.target.partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command), f"{leaf.target} is a command"
    command.name = name
    command.short_help = leaf.help
    command.context_settings = {**NAMES, **command.context_settings}
    if leaf.is_configured and not any("--config" in option.opts for option in command.params):
        command.params.append(config_option())
    return command
