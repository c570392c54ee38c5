"""The list of edits does not rot: each still fits, and each names a test that exists. `make mutants` runs them."""

import pytest

from tests.mutants.edits import ROOT, Edit, edits, is_there

PROOF = (ROOT / "docs/proof.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("edit", edits(), ids=lambda edit: edit.name)
def test_an_edit_fits_and_its_test_exists(edit: Edit) -> None:
    text = (ROOT / edit.file).read_text(encoding="utf-8")

    assert edit.applied_to(text) != text
    assert is_there(edit.test)


@pytest.mark.parametrize("edit", edits(), ids=lambda edit: edit.name)
def test_an_edit_stands_in_the_table_of_the_proof(edit: Edit) -> None:
    assert edit.row() in PROOF


def test_an_edit_has_a_name_of_its_own() -> None:
    names = [edit.name for edit in edits()]

    assert sorted(set(names)) == sorted(names)


def test_an_edit_whose_old_text_is_gone_or_stands_twice_is_an_error() -> None:
    edit = Edit("example", "A clause.", "worker/example.py", "1 + 1", "2", "tests/example.py::test_example")

    for text in ("x = 2", "x = 1 + 1, 1 + 1"):
        with pytest.raises(ValueError, match="example: its old text stands"):
            edit.applied_to(text)
    assert edit.applied_to("x = 1 + 1") == "x = 2"
