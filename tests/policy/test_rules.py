"""Which rule decides about a posting: the first that fits, by whole values, without regard to case."""

from dataclasses import replace

import pytest

from config import Secret
from config.rule import Rule
from config.settings import Source
from worker.domain.posting import JobPosting
from worker.policy import rules
from worker.policy.rules import Misfit, Plan, Subject

POSTING = JobPosting(
    "7",
    "Senior  Night Nurse (m/f/d)",
    "…",
    location="Berlin, Germany",
    department="Care",
    language="de-DE",
    company="Harbour House North",
)


def a_source(*ordered: Rule, **more: object) -> Source:
    usual = {"name": "careers", "kind": "greenhouse", "organization": "acme", "secrets": (Secret("a-secret"),)}
    return Source.model_validate({**usual, "interview": {"voice": "ash", "duration": 15}, "rules": ordered, **more})


def subject(**changes: str | None) -> Subject:
    return Subject(**{**Subject.of(POSTING, a_source()).__dict__, **changes})


@pytest.mark.parametrize(
    ("keys", "fits"),
    [
        ({}, True),
        ({"title": "*nurse*"}, True),
        ({"title": "*NURSE*"}, True),
        ({"title": "senior night nurse (m/f/d)"}, True),
        ({"title": "nurse"}, False),
        ({"title": "nurse*"}, False),
        ({"title": "*nurse"}, False),
        ({"title": "senior*(m/f/d)"}, True),
        ({"title": "*night*senior*"}, False),
        ({"title": "s*n*n*"}, True),
        ({"title": "*"}, True),
        ({"title": "**"}, True),
        ({"title": "*[mn]urse*"}, False),
        ({"title": ["*baker*", "*nurse*"]}, True),
        ({"title": ["*baker*", "*barista*"]}, False),
        ({"department": "care"}, True),
        ({"department": "Care*home"}, False),
        ({"location": "berlin*"}, True),
        ({"language": "de"}, False),
        ({"language": "de*"}, True),
        ({"client": "harbour house*"}, True),
        ({"source": "careers"}, True),
        ({"source": ["forms", "career"]}, False),
        ({"organization": "a*e"}, True),
        ({"organization": "aXe"}, False),
        ({"title": "*nurse*", "location": "Hamburg*"}, False),
        ({"title": "*nurse*", "location": "Berlin*", "department": "Care"}, True),
    ],
)
def test_a_rule_fits_when_all_of_its_keys_do(keys: dict[str, object], *, fits: bool) -> None:
    assert (rules.misfit(Rule(name="r", **keys), subject()) is None) is fits  # type: ignore[arg-type]  # as in a file


@pytest.mark.parametrize("key", ["department", "location", "language", "client", "title"])
def test_a_key_never_fits_a_posting_that_says_nothing_there(key: str) -> None:
    asked = Rule.model_validate({"name": "r", key: "*"})
    assert rules.misfit(asked, subject(**{key: None})) == Misfit(key, None, ("*",))
    assert rules.misfit(asked, subject(**{key: ""})) == Misfit(key, None, ("*",))


def test_a_pattern_starts_and_ends_with_different_letters_of_the_text() -> None:
    assert rules.misfit(Rule(name="r", title=("ab*ba",)), subject(title="aba")) is not None
    assert rules.misfit(Rule(name="r", title=("ab*ba",)), subject(title="abba")) is None


@pytest.mark.parametrize(
    ("pattern", "title"),
    [
        ("pflegefachkra\u0308fte*", "Pflegefachkr\u00e4fte (m/w/d)"),
        ("*kr\u00e4fte*", "PFLEGEFACHKRA\u0308FTE"),
        ("stra\u00dfe", "STRASSE"),
        ("\u03a3\u03bf\u03c6\u03cc\u03c2", "\u03c3\u03bf\u03c6\u03cc\u03c3"),
    ],
)
def test_letters_are_the_same_however_they_are_put_together_or_written(pattern: str, title: str) -> None:
    assert rules.misfit(Rule(name="x", title=(pattern,)), subject(title=title)) is None


def test_the_first_rule_that_fits_decides_and_no_other_is_asked() -> None:
    ordered = [
        Rule(name="bakers", title=("*baker*",)),
        Rule(name="nurses", title=("*nurse*",)),
        Rule(name="everything"),
    ]
    assert rules.first(ordered, subject()) is ordered[1]
    assert [rule.name for rule, _ in rules.tried(ordered, subject())] == ["bakers", "nurses"]
    assert rules.first(ordered[:1], subject()) is None


def test_the_options_of_a_rule_are_laid_over_those_of_its_source() -> None:
    template = "0f8fad5b-d9cb-469f-a165-70867728950e"
    nurses = Rule(name="nurses", interview={"voice": "sage"}, template_id=template)
    assert rules.plan(a_source(nurses), POSTING) == Plan(
        "nurses", "acme", {"voice": "sage", "duration": 15, "template_id": template}
    )


def test_without_a_rule_the_source_alone_decides() -> None:
    assert rules.plan(a_source(), POSTING) == Plan(None, "acme", {"voice": "ash", "duration": 15})


@pytest.mark.parametrize(
    ("offered", "ruled", "meant"),
    [
        (None, None, ["de"]),
        (["en"], None, ["de"]),
        (["en", "de", "fr"], None, ["de", "en", "fr"]),
        (["en"], ["pl"], ["pl"]),
    ],
)
def test_the_language_of_the_text_comes_before_what_is_configured_and_after_what_a_rule_says(
    offered: list[str] | None, ruled: list[str] | None, meant: list[str]
) -> None:
    rule = Rule(name="r", interview={"languages": ruled} if ruled else {})
    source = a_source(rule, interview={"languages": offered} if offered else {})
    assert rules.plan(source, POSTING, "de").options["languages"] == meant
    assert rules.plan(source, POSTING).options.get("languages") == (ruled or offered)


def test_a_language_that_was_detected_is_compared_where_the_posting_names_none() -> None:
    german = Rule(name="german", language=("de",))
    silent = replace(POSTING, language=None)
    assert rules.plan(a_source(german), silent, "de").rule == "german"
    assert rules.plan(a_source(german), silent).rule is None
    assert rules.plan(a_source(german), POSTING, "de").rule is None  # it says de-DE itself


def test_a_rule_may_skip_hold_and_send_elsewhere() -> None:
    skips = Rule(name="interns", skip="no voice for interns")
    assert rules.plan(a_source(skips), POSTING).skip == "no voice for interns"
    moves = Rule(name="north", to_organization="north", approve=True)
    assert rules.plan(a_source(moves), POSTING) == Plan(
        "north", "north", {"voice": "ash", "duration": 15}, approve=True
    )


def test_a_long_title_and_many_stars_cost_no_more_than_their_length() -> None:
    hostile, pattern = "a" * 20_000, ("*" + "a*" * 200 + "b",)
    assert (
        rules.misfit(Rule(name="r", title=pattern), subject(title=hostile)) is not None
    )  # trying every division takes years
