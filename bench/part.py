"""One part alone: `python -m bench.part BENCH [ARGUMENTS]`. One JSON line on stdout for each row as soon as it is known."""

import sys
from importlib import import_module

from bench.plan import BENCHES


def main(words: list[str]) -> None:
    """Raises SystemExit, or whatever the bench raises."""
    if not words or words[0] not in BENCHES:
        raise SystemExit(f"Which bench? There are {', '.join(BENCHES)}; each has --help.")
    for row in import_module(f"bench.{words[0]}").chosen(words[1:]):
        print(row.line(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
