"""Every kind of source has its page, and the tables of all kinds name none that there is not."""

import re
from pathlib import Path

import pytest

from worker import sources
from worker.sources import Fetches, Polls

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs/sources"
KINDS = sorted(sources.kinds())


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_a_page_with_numbered_steps_and_its_answer(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text()
    assert re.search(r"^1\. ", page, re.MULTILINE)
    assert f'kind = "{name}"' in page
    assert f"Answer: {sources.named(name).ACCEPTED}" in page


@pytest.mark.parametrize("name", KINDS)
def test_a_page_promises_no_more_than_there_is(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text()
    kind = sources.named(name)
    assert "`api_key`" in page or not (isinstance(kind, Fetches) or (isinstance(kind, Polls) and name != "greenhouse"))
    assert ("`poll`" in page) is (isinstance(kind, Polls) and kind.IS_POLLED)
    assert ("once a day" in page.lower()) is isinstance(kind, Polls)


@pytest.mark.parametrize("path", [PAGES / "README.md", ROOT / "README.md"], ids=["of the pages", "of the project"])
def test_a_table_of_kinds_names_none_that_there_is_not(path: Path) -> None:
    """That a new one has its line is left to people, so that a kind can be added without a change of what others change."""
    _, _, after = path.read_text().partition("| postings |" if path.parent == PAGES else "| sources |")
    rows = re.findall(r"^\|([^|]*)", after.partition("\n\n")[0], re.MULTILINE)
    named = re.findall(r"`(\w+)`", "".join(rows))
    assert len(named) > 9
    assert set(named) <= set(KINDS)


def test_no_page_is_left_of_a_kind_that_is_gone() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*KINDS, "README"}
