"""Texts that are too long: what goes, what stays, and that no sentence is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.descriptions.boilerplate import Kind
from worker.descriptions.checking import LONGEST, length
from worker.descriptions.condensing import LONGEST_SENTENCE, Condensed, Manner, condense
from worker.descriptions.sections import divided
from worker.descriptions.sentences import sentences

LIMITS = (LONGEST, 12_000, 6_000, 3_000)
SENTENCES = st.integers(1, 60).map(lambda n: f"Sentence with {'word ' * n}end.")
ITEMS = st.lists(SENTENCES, min_size=1, max_size=8).map(lambda items: "\n".join(f"- {item}" for item in items))
BLOCKS = st.one_of(
    st.sampled_from(["Tasks", "Benefits", "About us", "How to apply", "Equal opportunity", "Skills:"]),
    ITEMS,
    st.lists(SENTENCES, min_size=1, max_size=6).map(" ".join),
)
READABLE = st.lists(BLOCKS, min_size=1, max_size=25).map("\n\n".join)


def units_of(text: str) -> list[str]:
    """Headings and sentences, in order, without the white space between them."""
    found: list[str] = []
    for section in divided(text):
        found.append(section.heading)
        found += [sentence.strip() for paragraph in section.paragraphs for sentence in sentences(paragraph.text)]
    return [unit for unit in found if unit]


def is_part_of(part: list[str], whole: list[str]) -> bool:
    remaining = iter(whole)
    return all(unit in remaining for unit in part)


def kinds_left(condensed: Condensed) -> set[Kind]:
    return {paragraph.kind for section in divided(condensed.text) for paragraph in section.paragraphs}


def test_a_text_within_the_limit_stays_as_it_is(long_posting: str) -> None:
    assert condense(long_posting, length(long_posting)) == Condensed(
        long_posting, (), length(long_posting), length(long_posting)
    )
    assert condense("  untidy \n\n\n text", 100).text == "  untidy \n\n\n text"


@pytest.mark.parametrize("limit", LIMITS)
def test_a_long_posting_is_condensed_to_each_limit_without_cutting_a_sentence(long_posting: str, limit: int) -> None:
    condensed = condense(long_posting, limit)
    assert condensed.before == length(long_posting) > 25_000
    assert condensed.after == length(condensed.text) <= limit
    assert condensed.after > limit - 1_500  # and no more goes than must
    assert is_part_of(units_of(condensed.text), units_of(long_posting))
    assert Manner.CUT not in {removal.manner for removal in condensed.removed}


@pytest.mark.parametrize("limit", LIMITS)
def test_the_role_is_still_described_at_each_limit(long_posting: str, limit: int) -> None:
    text = condense(long_posting, limit).text
    assert text.startswith("Maintenance Planner, Harbour Cranes\n\nWe look for somebody who plans the upkeep")
    for essential in (
        "Your responsibilities\n\n- Plan the inspection of crane 0",
        "What you bring\n\n- You can explain fault class 0",
    ):
        assert essential in text


def test_boilerplate_goes_in_its_order_and_before_anything_essential(long_posting: str) -> None:
    at_first, *later = (condense(long_posting, limit) for limit in LIMITS)
    assert kinds_left(at_first) >= {Kind.ESSENTIAL, Kind.COMPANY}
    assert kinds_left(at_first).isdisjoint({Kind.EQUAL_OPPORTUNITY, Kind.PRIVACY, Kind.APPLYING})
    assert Kind.ESSENTIAL not in {removal.kind for removal in at_first.removed}
    assert all(kinds_left(condensed) == {Kind.ESSENTIAL} for condensed in later[1:])


def test_what_went_is_told() -> None:
    role = "Welder\n\nYou weld pipes of copper and of steel. You grind what was welded, and clean it."
    condensed = condense(f"{role}\n\nBenefits\n\n- Bus\n- Tea, as much as you like", 90)
    assert condensed.text == role
    (removal,) = condensed.removed
    assert (removal.manner, removal.kind, removal.what) == (Manner.LEFT_OUT, Kind.BENEFITS, "Benefits")
    assert (removal.paragraphs, removal.length) == (2, len("- Bus") + len("- Tea, as much as you like"))


def test_a_heading_goes_with_the_last_of_its_paragraphs_and_an_introduction_with_its_items() -> None:
    tasks = "Tasks\n\nYou will:\n" + "\n".join(f"- Do the {n}th of all the many things" for n in range(9))
    skills = "Skills\n\n" + "You know how to weld. " * 8
    text = condense(f"{tasks}\n\n{skills.strip()}", 150).text
    assert "You will:" not in text or "- Do the 0th" in text
    assert "Tasks" not in text or "- Do the 0th" in text
    assert text.startswith(("Tasks", "Skills"))


def test_the_longest_section_loses_most() -> None:
    long, short = (
        "\n".join(f"- Do thing {n} of section {name}" for n in range(many)) for name, many in (("A", 90), ("B", 10))
    )
    text = condense(f"First tasks\n\n{long}\n\nOther tasks\n\n{short}", 1_500).text
    assert short in text
    assert "- Do thing 0 of section A\n- Do thing 1 of section A\n" in text


def test_a_text_that_is_nothing_but_boilerplate_is_not_emptied() -> None:
    text = "About us\n\n" + "\n\n".join(
        f"In the year {n} we built a bridge. It stands. People like it." for n in range(1_800, 2_200)
    )
    condensed = condense(text, 3_000)
    assert 2_900 < condensed.after <= 3_000


@pytest.mark.parametrize("joint", [" ", ""], ids=["words", "one word"])
def test_a_text_without_any_end_is_cut_and_this_is_told(joint: str) -> None:
    condensed = condense(f"Welder\n\n{joint.join(['word'] * 6_000)}\n\nAlso\n\nYou grind.", 3_000)
    assert 2_000 < condensed.after <= 3_000
    assert condensed.text.startswith(f"Welder\n\nword{joint}word")
    assert condensed.text.endswith("\n\nAlso\n\nYou grind.")
    cut = condensed.text.split("\n\n")[1]
    assert set(cut.split()) == ({"word"} if joint else {cut})
    assert [(removal.manner, removal.paragraphs) for removal in condensed.removed] == [(Manner.CUT, 1)]


def test_characters_beyond_the_basic_plane_count_twice_and_are_not_torn() -> None:
    condensed = condense("😀" * 3_000, 2_001)
    assert condensed.before == 6_000
    assert condensed.after == 2_000
    assert set(condensed.text) == {"😀"}


@given(READABLE, st.integers(400, 4_000))
@settings(max_examples=200, deadline=None)
def test_what_stays_is_whole_sentences_in_their_order(text: str, limit: int) -> None:
    condensed = condense(text, limit)
    assert condensed.after == length(condensed.text) <= limit
    assert (condensed.removed == ()) == (condensed.before <= limit)
    if Manner.CUT not in {removal.manner for removal in condensed.removed}:
        # Compared by their words: whether a short line stands as a heading may change with what follows it.
        assert is_part_of(" ".join(units_of(condensed.text)).split(), " ".join(units_of(text)).split())
        assert all(line.endswith((".", ":")) or len(line) < 20 for line in condensed.text.split("\n"))
    else:
        assert any(
            length(sentence) > min(limit, LONGEST_SENTENCE) for p in text.split("\n\n") for sentence in sentences(p)
        )


@given(
    st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from("aB. :-\n1😀\ud800")), st.integers(0, 60)
)
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_a_limit(text: str, limit: int) -> None:
    condensed = condense(text, limit)
    assert length(condensed.text) == condensed.after <= limit
    assert (condensed.text == text) == (condensed.before <= limit)


def test_a_text_of_thousands_of_paragraphs_is_condensed() -> None:
    for soup in ("Aa:\n" * 5_000, "Aa\n\n" * 5_000, "- a\n" * 5_000, "A b. " * 5_000, "." * 50_000):
        assert 0 < condense(soup, 3_000).after <= 3_000
