"""Where a text may be cut, and where it may not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.descriptions.checking import length
from worker.descriptions.sentences import clipped, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One two. Three! Four? Five", ["One two. ", "Three! ", "Four? ", "Five"]),
        (
            "He said: “Go.” Then he went. (Twice.) Really…  Yes",
            ["He said: “Go.” ", "Then he went. ", "(Twice.) ", "Really…  ", "Yes"],
        ),
        (
            "Tools, e.g. Excel, z. B. Word and Dr. Ada Ltd. GmbH. End.",
            ["Tools, e.g. Excel, z. B. Word and Dr. Ada Ltd. GmbH. ", "End."],
        ),
        ("Ab 1. Januar in Bonn. Jetzt.", ["Ab 1. Januar in Bonn. ", "Jetzt."]),
        ("Founded in 1998. We grow.", ["Founded in 1998. ", "We grow."]),
        ("Version 3.11 or node.js is fine. yes it is", ["Version 3.11 or node.js is fine. yes it is"]),
        ("Wrapped by\nits writer. Next\nline.", ["Wrapped by\nits writer. ", "Next\nline."]),
        ("対応します。製品です！はい", ["対応します。", "製品です！", "はい"]),
        ("", []),
    ],
)
def test_a_text_is_divided_at_the_ends_of_its_sentences(text: str, expected: list[str]) -> None:
    assert list(sentences(text)) == expected


@given(st.text(st.sampled_from("aB1 .!?\n)…。e")))
def test_the_sentences_of_a_text_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text
    assert all(sentences(text))


@pytest.mark.parametrize(
    ("most", "expected"),
    [(100, "one two three"), (8, "one two"), (7, "one two"), (6, "one"), (3, "one"), (2, "on"), (0, "")],
)
def test_a_sentence_is_clipped_between_words_if_it_has_any(most: int, expected: str) -> None:
    assert clipped("one two three", most) == expected


@given(st.text(), st.integers(0, 40))
@settings(deadline=None)
def test_a_clipped_text_is_a_beginning_and_no_longer_than_asked(text: str, most: int) -> None:
    beginning = clipped(text, most)
    assert text.startswith(beginning)
    assert length(beginning) <= most
