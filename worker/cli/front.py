"""`sprout`: the first page at once, everything else by way of click, whose import takes most of a short command's time.

The page is what click would print, to the letter; a test compares them.
"""

import os
import sys

from worker.cli.entry import CONFIG_HELP, TABLE, TEXT

WIDEST, NARROWEST = 110, 50  # columns
USUAL = 80  # where the output is no terminal
HELP_HELP = "Show this message and exit."


def main() -> None:
    """Run the command that was typed."""
    if sys.argv[1:] in (["--help"], ["-h"]) and _showed(page(_columns())):
        return
    from worker.cli.sprout import main as command  # the way that takes its time

    command()


def page(columns: int) -> str:
    """What `sprout --help` says on a terminal of so many columns."""
    width = max(min(columns, WIDEST) - 2, NARROWEST)
    options = [("--config FILE", CONFIG_HELP), ("-h, --help", HELP_HELP)]
    commands = [(name, entry.help) for name, entry in TABLE.items()]
    parts = ("Usage: sprout [OPTIONS] COMMAND [ARGS]...", *_paragraphs(width))
    return "\n\n".join((*parts, f"Options:\n{_pairs(options, width)}", f"Commands:\n{_pairs(commands, width)}")) + "\n"


def _paragraphs(width: int) -> list[str]:
    """One that begins with \\b stays as it is."""
    return [
        "\n".join(f"  {line}" for line in part.split("\n")[1:])
        if part.startswith("\b")
        else "\n".join(f"  {line}" for line in _wrapped(part, width - 2))
        for part in TEXT.strip().split("\n\n")
    ]


def _pairs(rows: list[tuple[str, str]], width: int) -> str:
    """Two columns."""
    first = max(len(name) for name, _ in rows) + 2
    lines = []
    for name, told in rows:
        begun, *more = _wrapped(told, max(width - first - 2, 10))
        lines.append(f"  {name:{first}}{begun}")
        lines += [f"  {'':{first}}{line}" for line in more]
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return USUAL


def _showed(text: str) -> bool:
    """False where there is nobody to read it: the other way knows how such a command ends."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        return False
    return True


if __name__ == "__main__":
    main()
