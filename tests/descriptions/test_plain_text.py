"""HTML to readable text: what keeps its shape, what goes."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.descriptions.plain_text import readable

TAGS = ["p", "div", "ul", "ol", "li", "table", "tr", "td", "pre", "h2", "b", "script", "svg"]
SNIPPETS = st.sampled_from(
    [*(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS), "<br>", "<!--", "-->", "<a\xa0href='x'>"]
)
WORDS = st.sampled_from(
    [
        "&nbsp;",
        "&lt;",
        "&#8203;",
        "&#xd800;",
        "&shy;",
        "<",
        ">",
        "&",
        "•",
        "-",
        "1.",
        "\n",
        "\x00",
        "\ud800",
        "\u202e",
        "\u0301",
        "日本",
    ]
)
MARKUP = st.lists(SNIPPETS | WORDS | st.text(max_size=4), max_size=40).map(" ".join)
ANYTHING = st.text(st.characters(exclude_categories=())) | MARKUP


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><h2>Two</h2><p>Three</p>", "One\n\nTwo\n\nThree"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br>Two<br><br><br><br>Three", "One\nTwo\n\nThree"),
        ("<div>One<br>\n</div><div>Two</div>", "One\nTwo"),
        ("<p>Tasks:</p><ul><li>One</li><li>Two</li></ul><p>End</p>", "Tasks:\n\n- One\n- Two\n\nEnd"),
        (
            "<ol><li>One</li><li>Two<ol><li>Inner</li></ol></li><li>Three</li></ol>",
            "1. One\n2. Two\n  1. Inner\n3. Three",
        ),
        ("<ol start=4><li>Four</li><li value=9>Nine</li><li>Ten</li></ol>", "4. Four\n9. Nine\n10. Ten"),
        ("<ul><li>One<ul><li>Deep<ul><li>Deeper</ul></ul></ul>", "- One\n  - Deep\n    - Deeper"),
        ("<ul><li><p>One</p><p>More</p></li><li>Two</li></ul>", "- One\n  More\n- Two"),
        ("<li>Alone</li>", "- Alone"),
        ("<ul><li>• Typed twice</li><li>- And so</li><li></li></ul>", "- Typed twice\n- And so"),
        ("<p>•&nbsp;&nbsp;One</p><p>·Two</p><p>End</p>", "- One\n- Two\n\nEnd"),
        (
            "<table><tr><th>Pay</th><td>12</td></tr><tr><td>Place</td><td><p>Brno</p></td></tr></table>",
            "Pay | 12\nPlace | Brno",
        ),
        ("<p>a</p><table><tr><td></td></tr><tr><td>x</td><td></td><td>y</td></tr></table><p>b</p>", "a\n\nx | y\n\nb"),
        (
            "<table><tr><td><p>A page</p><p>laid out</p></td><td>beside</td></tr></table>",
            "A page\n\nlaid out\n\nbeside",
        ),
        ("<pre>One\n  Two</pre>", "One\n  Two"),
        ('<div style="white-space: pre-wrap">One\nTwo</div>', "One\nTwo"),
        ("<b>About</b> us\n\n- one\n  - two", "About us\n\n- one\n  - two"),
        ("<p>One\n  sentence</p>", "One sentence"),
        ("<span>to</span><b>gether</b> <i>apart</i>", "together apart"),
        ('<p>See <a href="https://example.com/x?token=1">our page</a><img alt="logo" src=x></p>', "See our page"),
        ("<p>AT&amp;amp;T &ndash; 40&nbsp;000&#8239;&euro;, p99 &lt; 5</p>", "AT&amp;T – 40 000 €, p99 < 5"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;<p>x</p>", "<script>alert(1)</script>\n\nx"),
        ("<p>Ge&shy;rät, m<sup>2</sup>, e&#769;</p>", "Gerät, m2, é"),
        ("", ""),
        ("<p> </p><br><br>", ""),
    ],
)
def test_the_shape_of_a_page_is_kept(markup: str, text: str) -> None:
    assert readable(markup) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>SECRET</script>",
        "<scr\x00ipt>SECRET</scr\x00ipt>",
        "<scr\u200bipt>SECRET</scr\u200bipt>",
        "<style>SECRET</style>",
        "<noscript><p>SECRET</p></noscript>",
        "<template><p>SECRET</p></template>",
        "<iframe>SECRET</iframe>",
        "<object data=x><p>SECRET</p></object>",
        "<svg><desc><![CDATA[</desc>SECRET]]></svg>",
        "<title>SECRET</title>",
        "<head><meta name=SECRET></head>",
        "<!-- SECRET -->",
        "<![if SECRET]>",
        "<textarea>SECRET</textarea>",
        "<select><option>SECRET</select>",
        "<xml><w:View>SECRET</w:View></xml>",
        "<img alt=SECRET title=SECRET>",
        "<input value=SECRET>",
        "<div hidden>SECRET<p>SECRET</p></div>",
        '<div hidden="until-found">SECRET</div>',
        "<div aria-hidden=' TRUE '>SECRET</div>",
        '<span style="color:red; DISPLAY : none !important">SECRET</span>',
        '<span style="display:/* a */none">SECRET</span>',
        '<span style="visibility:hidden">SECRET</span>',
        '<span style="visibility:collapse">SECRET</span>',
        '<span style="mso-hide:all">SECRET</span>',
        '<span style="display&#58;none">SECRET</span>',
    ],
)
def test_what_a_reader_cannot_see_is_not_in_the_text(hidden: str) -> None:
    assert readable(f"<p>before</p>{hidden}<p>after</p>") == "before\n\nafter"


def test_what_only_sounds_hidden_is_seen() -> None:
    assert readable('<p style="display:block" aria-hidden="false" data-hidden="1">seen</p>') == "seen"


@pytest.mark.parametrize(
    "plain",
    [
        "The office is <5 min from the station & has free parking>.",
        "Write to <your name> or <address>; List<String> and a < b > c",
        "a <- b -> c <3 </3 <= >= <>",
        "R&D, AT&T, ?a=1&copy=2 &notanentity; &",
    ],
)
def test_plain_text_is_left_as_it_is(plain: str) -> None:
    assert readable(plain) == plain


def test_plain_text_has_its_entities_decoded_once_and_its_lines_tidied() -> None:
    assert (
        readable("R&amp;D\t&amp;amp;\r\n\r\n\r\n  • one  \r\n  two&nbsp; three   ")
        == "R&D &amp;\n\n  - one\n  two three"
    )


def test_a_lone_surrogate_becomes_the_replacement_character_and_a_pair_a_character() -> None:
    assert readable("a\ud800b \ud83d\ude00") == "a\ufffdb 😀"
    assert readable("<p>a\udfffb &#xd800;</p>") == "a\ufffdb \ufffd"


@given(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_any_text_becomes_clean_text(invisible_in: Callable[[str], set[str]], text: str) -> None:
    result = readable(text)
    assert invisible_in(result) == set()
    assert result == result.strip()
    assert "\n\n\n" not in result
    assert all(line == line.rstrip() for line in result.split("\n"))
    assert unicodedata.is_normalized("NFC", result)
    assert result.encode().decode() == result


@given(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_reading_twice_changes_nothing_where_the_text_cannot_pass_for_markup(text: str) -> None:
    once = readable(text)
    if "<" not in once and "&" not in once:
        assert readable(once) == once
