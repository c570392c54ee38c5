"""Sizes, names and places: what keeps the house easy to find one's way in. Who may import whom: pyproject.toml."""

import ast
import importlib
import re
from pathlib import Path

import pytest

LONGEST_MODULE = 300
LONGEST_FUNCTION = 50
# They say nothing about what is inside: find the noun.
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "base",
    "core",
    "manager",
    "service",
    "services",
    "handler",
    "handlers",
}
LAYERS = "Rooms know only what lies below them"


def length(node: ast.AST) -> int:
    """Lines from `def` to the last one, docstring included."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def test_no_module_is_longer_than_300_lines(root: Path, modules: list[Path]) -> None:
    lengths = {module: len((root / module).read_text(encoding="utf-8").splitlines()) for module in modules}
    assert {str(module): lines for module, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_50_lines(root: Path, modules: list[Path]) -> None:
    too_long = [
        f"{module}:{node.lineno} {node.name} has {length(node)} lines"
        for module in modules
        for node in ast.walk(ast.parse((root / module).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > LONGEST_FUNCTION
    ]
    assert too_long == []


def test_every_name_of_a_module_is_a_noun_that_says_something(modules: list[Path]) -> None:
    words = {module: {word for part in module.with_suffix("").parts for word in part.split("_")} for module in modules}
    assert [str(module) for module, said in words.items() if said & EMPTY_NAMES] == []


def test_every_folder_with_modules_is_a_package(root: Path, modules: list[Path]) -> None:
    """Without its __init__.py a folder is invisible to import-linter, and its walls don't hold."""
    assert {str(module.parent) for module in modules if not (root / module).with_name("__init__.py").exists()} == set()


def test_no_folder_of_tests_is_a_package(root: Path) -> None:
    assert list((root / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("name", ["config", "worker", "web"])
def test_the_packages_with_common_names_are_ours(root: Path, name: str) -> None:
    package = importlib.import_module(name)
    assert package.__file__ is not None
    assert Path(package.__file__) == root / name / "__init__.py"


def test_every_room_of_worker_has_its_layer(root: Path, pyproject: dict) -> None:
    placed = set(re.findall(r"worker\.\w+", " ".join(contract(pyproject, LAYERS)["layers"])))
    assert rooms(root) - placed == {"worker.__init__", "worker.sandbox"}  # the sandbox has a contract of its own


def contract(pyproject: dict, name: str) -> dict:
    return next(each for each in pyproject["tool"]["importlinter"]["contracts"] if each["name"] == name)


def rooms(root: Path) -> set[str]:
    """The modules and packages that lie directly in worker/."""
    paths = (root / "worker").iterdir()
    return {f"worker.{path.stem}" for path in paths if path.suffix == ".py" or (path / "__init__.py").exists()}
