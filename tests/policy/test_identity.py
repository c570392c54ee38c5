"""Who is who: the same stays the same, and nothing else meets it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.policy import identity

TEXT = "Care at night.\n\nYou stay calm."


def test_a_posting_is_the_same_for_its_source_job_and_revision_alone() -> None:
    here = identity.of_posting("careers", "J1", identity.FIRST_REVISION)

    assert identity.of_posting("careers", "J1", identity.FIRST_REVISION) == here
    others = [
        identity.of_posting("other", "J1", "1"),
        identity.of_posting("careers", "J2", "1"),
        identity.of_posting("careers", "J1", "2"),
        identity.of_posting("careersJ", "1", "1"),
    ]
    assert len({here.key, *(other.key for other in others)}) == 5


def test_an_id_that_a_person_brings_is_shown_as_it_was_brought_and_meets_none_of_a_source() -> None:
    brought = identity.brought("J1")

    assert brought.shown == "J1"
    assert brought == identity.brought("J1")
    posting = identity.of_posting("careers", "J1", "1")
    assert brought.key not in (posting.key, posting.shown)
    assert identity.brought(posting.key).key != posting.key


@given(st.lists(st.text(), min_size=3, max_size=3), st.lists(st.text(), min_size=3, max_size=3))
def test_no_two_postings_meet_whatever_their_ids_hold(one: list[str], other: list[str]) -> None:
    same = identity.of_posting(*map(clean, one)) == identity.of_posting(*map(clean, other))

    assert same is (list(map(clean, one)) == list(map(clean, other)))


def clean(text: str) -> str:
    """As they come out of `domain.fields`: without lone surrogates."""
    return text.encode(errors="replace").decode()


def test_separators_within_ids_do_not_shift_the_border_between_them() -> None:
    assert identity.of_posting("a\x1fb", "c", "1").key != identity.of_posting("a", "b\x1fc", "1").key
    assert identity.of_posting("a\x1f", "b", "1").key != identity.of_posting("a", "\x1fb", "1").key


@pytest.mark.parametrize(
    "same",
    [
        TEXT,
        "  Care at night.  You stay calm.  ",
        "Care at night.\r\n\tYou stay calm.",
        unicodedata.normalize("NFD", TEXT),
    ],
)
def test_differences_that_nobody_sees_are_none(same: str) -> None:
    assert identity.content_digest("generate", same, {}) == identity.content_digest("generate", TEXT, {})
    assert identity.revision_of(same) == identity.revision_of(TEXT)


def test_composed_and_decomposed_letters_are_the_same_text() -> None:
    assert identity.normalised("Kranf\u00fchrer") == identity.normalised("Kranfu\u0308hrer")


def test_content_differs_by_kind_text_and_options_and_not_by_the_options_order() -> None:
    here = identity.content_digest("generate", TEXT, {"voice": "sage", "duration": 10})

    assert identity.content_digest("generate", TEXT, {"duration": 10, "voice": "sage"}) == here
    assert identity.content_digest("create", TEXT, {"voice": "sage", "duration": 10}) != here
    assert identity.content_digest("generate", TEXT + ".", {"voice": "sage", "duration": 10}) != here
    assert identity.content_digest("generate", TEXT, {"voice": "sage"}) != here


def test_without_an_id_the_content_is_one() -> None:
    here = identity.of_content("generate", TEXT, {})

    assert here == identity.of_content("generate", f" {TEXT} ", {})
    assert here.key == here.shown
    assert here.key != identity.of_content("generate", TEXT, {"voice": "sage"}).key
    assert here.key != identity.brought(here.shown).key
