"""The stand-ins of all vendors, by kind: those of this folder, and `standin.py` beside the cases of a kind."""

import importlib
from pathlib import Path

from tests.standins.vendor import Vendor

HERE = Path(__file__).parent
_MODULES = [
    *(f"tests.standins.{path.stem}" for path in sorted(HERE.glob("*.py"))),
    *(f"tests.sources.{path.parent.name}.standin" for path in sorted(HERE.parent.glob("sources/*/standin.py"))),
]


def _found() -> dict[str, type[Vendor]]:
    modules = [importlib.import_module(name) for name in _MODULES if not name.endswith(".kinds")]
    classes = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    return {one.KIND: one for one in classes if issubclass(one, Vendor) and one.KIND}


STANDINS: dict[str, type[Vendor]] = dict(sorted(_found().items()))
