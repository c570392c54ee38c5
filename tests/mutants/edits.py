"""The list of edits, read from edits.toml and checked: each fits its file, and its test exists."""

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("edits.toml")


@dataclass(frozen=True)
class Edit:
    """One clause broken: `old` becomes `new` in `file`, and `test` (file::name) must notice."""

    name: str
    clause: str
    file: str
    old: str
    new: str
    test: str

    def row(self) -> str:
        """Its row in docs/proof.md."""
        return f"| {self.clause} | {self.name} | `{self.file}` | `{self.test}` |"

    def applied_to(self, text: str) -> str:
        """Raises ValueError where `old` does not stand exactly once in `text`."""
        found = text.count(self.old)
        if found != 1:
            raise ValueError(
                f"{self.name}: its old text stands {found} times in {self.file}, expected once; write it anew"
            )
        changed = text.replace(self.old, self.new)
        ast.parse(changed)
        return changed


def edits() -> list[Edit]:
    """In the order of the list."""
    with LIST.open("rb") as file:
        return [Edit(**{name: str(value) for name, value in one.items()}) for one in tomllib.load(file)["edit"]]


def is_there(test: str) -> bool:
    """Whether a test of this name stands in its file."""
    path, _, name = test.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.walk(tree))
