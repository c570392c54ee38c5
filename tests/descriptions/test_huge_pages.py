"""Pages larger than any posting: read in bounded time, and to the same text where they only carry ballast.

Without the reduction several of these take minutes; the suite's time-out is what fails then.
"""

import pytest

from worker.descriptions.plain_text import readable

HUGE = 1 << 19  # characters
POSTING = (
    "<h2>Role</h2><p>One <span style='display:none'>SECRET</span><span class=x>two</span>&amp;amp;</p>"
    "<ul><li>three<li hidden>SECRET<li>four</ul><script>if (a<b) {'</scr'}</script>"
    "<div style='white-space:pre'>five\nsix</div><TABLE><TR><TD>a</TD><TD>b</TABLE>"
)
TEXT = "Role\n\nOne two&amp;\n\n- three\n- four\n\nfive\nsix\n\na | b"


def test_five_thousand_nested_elements_keep_their_text() -> None:
    assert readable("<div>" * 5_000 + "x" + "</div>" * 5_000) == "x"
    assert readable("<ul><li>" * 5_000 + "x" + "</ul>" * 5_000) == "- x"


def test_wrappers_within_wrappers_hide_no_text_however_many_there_are() -> None:
    deep, ends = "<div>" * 100_000, "</div>" * 100_000
    assert readable(f"{deep}{POSTING}{ends}") == TEXT
    assert readable(f"{deep}\n one <section>{deep}two{ends}</section> three{ends}four") == "one\ntwo\nthree\nfour"
    nested = "<div class=a>\n" * 50_000
    assert readable(f"{nested}<p hidden>SECRET</p>seen") == "seen"
    assert readable(f"<div hidden>SECRET{deep}SECRET{ends}SECRET</div>seen") == "seen"


@pytest.mark.parametrize(
    "ballast",
    [
        "<!--" + "x" * HUGE + "-->",
        "<img src='data:image/png;base64," + "iVBO" * 125_000 + "'>",
        "<style>" + "p{}" * 125_000 + "</style >",
        "<span class=a></span>" * 25_000,
        "<i " + " ".join(f"a{n}=1" for n in range(60_000)) + "></i>",
        "<![if !supportLists]><?xml x?></>" * 15_000,
    ],
    ids=["comment", "picture", "style", "tags", "attributes", "declarations"],
)
def test_ballast_changes_nothing(ballast: str) -> None:
    assert readable(POSTING) == TEXT
    assert readable(ballast + POSTING) == TEXT
    assert readable(POSTING + ballast) == TEXT


@pytest.mark.parametrize(
    "bomb",
    [
        "<" * HUGE,
        "<p>" + "<div>" * 100_000,
        "<p>" + "<ul><li>x" * 60_000,
        "<p>" + "<b><p>" * 100_000,
        "<p>" + "</p>" * 100_000,
        "<p>" + "<table><tr><td>x" * 60_000,
        "<p " + " ".join(f"a{n}" for n in range(125_000)) + "=1>x",
        "<p>" + '<a b="' * 125_000,
        "<p style='" + "/*" * 250_000 + "'>x",
        "<p>" + "<script>" + "</script " * 100_000,
        "<p>" + "<!--" * 225_000,
        "<p>" + "&" * HUGE,
        "<p>" + " " * HUGE,
        "<a" + " " * HUGE,
        "<p>" + "\u0301\u0323" * 250_000,
    ],
    ids=lambda bomb: bomb[:12].strip() + bomb[-4:].strip(),
)
def test_a_bomb_is_read_to_no_more_text_than_it_has(bomb: str) -> None:
    assert len(readable(bomb)) <= 2 * len(bomb)


def test_a_huge_page_hides_what_a_small_one_hides() -> None:
    page = (
        "<!--"
        + "x" * HUGE
        + "-->"
        + "<p hidden>SECRET</p><svg><text>SECRET</text></svg><title>SECRET</title>seen"
        + "<b>x</b>" * 20_000
    )
    assert readable(page).startswith("seenxxx")
    assert "SECRET" not in readable(page)
