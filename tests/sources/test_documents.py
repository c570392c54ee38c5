"""Every kind of source has its page, and the pages' table and the README know it."""

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
    assert f"`{name}`" in (PAGES / "README.md").read_text()
    assert f"`{name}`" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", KINDS)
def test_a_page_promises_no_more_than_there_is(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text()
    kind = sources.named(name)
    assert "`api_key`" in page or not (isinstance(kind, Fetches) or (isinstance(kind, Polls) and name != "greenhouse"))
    assert ("`poll`" in page) is (isinstance(kind, Polls) and kind.IS_POLLED)
    assert ("once a day" in page.lower()) is isinstance(kind, Polls)


def test_no_page_is_left_of_a_kind_that_is_gone() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*KINDS, "README"}
