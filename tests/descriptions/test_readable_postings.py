"""Whole postings, as ATSs send them, against the text that a person expects."""

from pathlib import Path

import pytest

from worker.descriptions.plain_text import readable

POSTINGS = Path(__file__).with_name("postings")
NAMES = sorted(path.name for path in POSTINGS.iterdir() if not path.name.endswith(".expected.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_a_posting_reads_as_expected(name: str) -> None:
    posting = POSTINGS / name
    expected = posting.with_name(posting.name.split(".")[0] + ".expected.txt").read_bytes().decode()
    assert readable(posting.read_bytes().decode()) + "\n" == expected


def test_angle_brackets_of_plain_text_survive() -> None:
    plain = (POSTINGS / "plain.txt").read_bytes().decode()
    assert "<5 min from the station & has free parking>" in readable(plain)
    assert "<5 min from the station & has free parking>" in readable(
        (POSTINGS / "line_breaks.html").read_bytes().decode()
    )


def test_a_hostile_posting_keeps_its_words_and_loses_its_weapons() -> None:
    text = readable((POSTINGS / "hostile.html").read_bytes().decode())
    assert "Check machined parts against drawings" in text
    assert "zerowidthjoints" in text
    for weapon in (
        "document.cookie",
        "alert(document.domain)",
        "display:none",
        "javascript:",
        "attacker@",
        "alert(5)",
        "base64",
    ):
        assert weapon not in text
