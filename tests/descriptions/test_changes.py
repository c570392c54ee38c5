"""Which edits of a posting matter to its interview; in doubt they do."""

import pytest

from worker.descriptions import changes
from worker.descriptions.changes import Verdict, Version, What

TEXT = """About the role
You walk the corridors at night, notice changes early and write the handover for the morning team.

Requirements
- At least two years of experience on a ward
- You need a driving licence
- Fluent German; knowledge of C is welcome

Benefits
- 30 days of holiday
- A pension scheme
- Free coffee

Equal opportunity
We are an equal opportunity employer and welcome applications from everybody."""


def edited(*edits: tuple[str, str]) -> str:
    text = TEXT
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    return text


COSMETIC = {
    "white space": edited(("at night, notice", "at  night,\nnotice"), ("\n\nRequirements", "\n\n\n\nRequirements")),
    "case": edited(("Requirements", "REQUIREMENTS"), ("You need", "you need")),
    "punctuation": edited(("morning team.", "morning team"), ("German; knowledge", "German, knowledge")),
    "dashes and bullets": edited(("- At least", "• At least"), ("- You need", "* You need")),
    "numbered": edited(("- At least", "1. At least"), ("- You need", "2. You need")),
    "emoji": edited(("Benefits", "🎁 Benefits"), ("Requirements", "✅ Requirements")),
    "a typo": edited(("experience", "experiense")),
    "exchanged letters": edited(("corridors", "corirdors")),
    "three typos": edited(("experience", "expirience"), ("handover", "handoverr"), ("licence", "license")),
    "benefits in another order": edited(
        ("- 30 days of holiday\n- A pension scheme", "- A pension scheme\n- 30 days of holiday")
    ),
    "a notice about the law": edited(("welcome applications from everybody", "value diversity in all its forms")),
    "no notice about the law": edited(
        ("Equal opportunity\nWe are an equal opportunity employer and welcome applications from everybody.", "")
    ),
    "a typo in a heading": edited(("Requirements", "Requirments")),
    "a paragraph in two": edited(("notice changes early and write", "notice changes early\n\nand write")),
}
MATERIAL = {
    "a number": (edited(("two years", "three years")), {What.WORDING}),
    "a figure": (edited(("30 days", "25 days")), {What.NUMBERS}),
    "a figure that lost its point": (
        edited(("two years", "25 years")),
        {What.NUMBERS, What.WORDING},
    ),
    "a negation": (edited(("You need a", "You do not need a")), {What.NEGATIONS, What.WORDING}),
    "a negation alone": (edited(("You need", "You never need")), {What.NEGATIONS}),
    "a duty more": (edited(("\n\nRequirements", "\nYou also drive the van.\n\nRequirements")), {What.WORDING}),
    "a requirement less": (edited(("- You need a driving licence\n", "")), {What.WORDING}),
    "a short word": (edited(("You need a", "You want a")), {What.WORDING}),
    "a word turned round": (edited(("experience on a ward", "inexperience on a ward")), {What.WORDING}),
    "another tool": (edited(("of C is", "of C# is")), {What.WORDING}),
    "requirements in another order": (
        edited(
            (
                "- At least two years of experience on a ward\n- You need a driving licence",
                "- You need a driving licence\n- At least two years of experience on a ward",
            )
        ),
        {What.WORDING},
    ),
    "a benefit that is a requirement now": (
        edited(("- Free coffee\n", ""), ("- You need a", "- Free coffee\n- You need a")),
        {What.WORDING},
    ),
    "a benefit less": (edited(("- A pension scheme\n", "")), {What.WORDING}),
    "more than a few typos": (
        edited(
            ("corridors", "coridors"), ("experience", "expirience"), ("licence", "license"), ("driving", "drivving"),
        ),
        {What.WORDING},
    ),
}  # fmt: skip


def between(before: str, after: str) -> changes.Change:
    return changes.between(Version("Night nurse", before), Version("Night nurse", after))


def test_what_is_the_same_is_no_change() -> None:
    assert between(TEXT, TEXT) == changes.Change(Verdict.NONE, (), ())


@pytest.mark.parametrize("edit", COSMETIC)
def test_an_edit_that_nobody_would_ask_about_is_cosmetic_in_both_directions(edit: str) -> None:
    for change in (between(TEXT, COSMETIC[edit]), between(COSMETIC[edit], TEXT)):
        assert (change.verdict, change.what) == (Verdict.COSMETIC, (What.LOOKS,)), change.passages


@pytest.mark.parametrize("edit", MATERIAL)
def test_an_edit_of_what_the_job_is_or_asks_is_material_in_both_directions(edit: str) -> None:
    text, what = MATERIAL[edit]
    for change in (between(TEXT, text), between(text, TEXT)):
        assert (change.verdict, set(change.what)) == (Verdict.MATERIAL, what), change.passages


@pytest.mark.parametrize(
    ("before", "after", "verdict", "what"),
    [
        (Version("Night nurse", TEXT), Version("night  Nurse!", TEXT), Verdict.COSMETIC, (What.LOOKS,)),
        (Version("Night nurse", TEXT), Version("Night nurses", TEXT), Verdict.MATERIAL, (What.TITLE,)),
        (Version("N", TEXT, "Berlin"), Version("N", TEXT, "Kiel"), Verdict.MATERIAL, (What.PLACE,)),
        (Version("N", TEXT, "Berlin"), Version("N", TEXT), Verdict.MATERIAL, (What.PLACE,)),
        (Version("N", TEXT), Version("N", TEXT, "Berlin"), Verdict.NONE, ()),
        (Version("N", TEXT, None, "de"), Version("N", TEXT, None, "en"), Verdict.MATERIAL, (What.LANGUAGE,)),
    ],
)
def test_title_place_and_language_count(
    before: Version, after: Version, verdict: Verdict, what: tuple[What, ...]
) -> None:
    found = changes.between(before, after)
    assert (found.verdict, found.what) == (verdict, what)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "Wir suchen eine „Pflegekraft“ – ab sofort, unbefristet.",
            'Wir suchen eine "Pflegekraft" - ab sofort, unbefristet.',
        ),
        ("L’équipe cherche un infirmier de nuit.", "L'équipe cherche un infirmier de nuit."),
        ("Straße und Ma\u0308dchen im Gespräch mit uns.", "STRASSE und Mädchen im Gespräch mit uns."),
    ],
)
def test_typography_of_other_languages_is_cosmetic(before: str, after: str) -> None:
    assert between(before, after).verdict is Verdict.COSMETIC


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Der Vertrag ist befristet auf zwei Jahre.", "Der Vertrag ist unbefristet auf zwei Jahre."),
        ("Reisen gehören zu Ihren Aufgaben.", "Reisen gehören nicht zu Ihren Aufgaben."),
        ("Vous travaillez le dimanche.", "Vous ne travaillez pas le dimanche."),
        ("Se requiere carnet de conducir.", "No se requiere carnet de conducir."),
        ("A typical day has eight hours.", "Atypical day has eight hours."),
        ("You earn 2.5 times as much.", "You earn 25 times as much."),
        ("It takes 3-5 years.", "It takes 35 years."),
    ],
)
def test_small_edits_that_turn_the_meaning_are_material(before: str, after: str) -> None:
    assert between(before, after).verdict is Verdict.MATERIAL


def test_a_difference_is_readable_word_by_word_and_passage_by_passage() -> None:
    change = between(TEXT, edited(("two years", "five years"), ("\n- You need a driving licence", "")))
    assert [(passage.marked(), passage.is_material) for passage in change.passages] == [
        ("- At least [-two-] {+five+} years of experience on a ward", True),
        ("[-- You need a driving licence-]", True),
    ]


def test_long_and_monotonous_texts_are_compared_within_the_time_of_a_test() -> None:
    for one in ("- word\n", "x ", "Requirements\n\n- a b c d e f\n"):
        before, after = one * 20_000, "y " + one * 20_001
        assert between(before, after).verdict is Verdict.MATERIAL
