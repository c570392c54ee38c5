"""JSON from strangers, asked for typed values."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from worker.domain.fields import Fields, Unreadable, parse, single_line
from worker.domain.received import Received

AT = datetime(2026, 11, 20, tzinfo=UTC)


def fields(**values: object) -> Fields:
    return parse(json.dumps(values).encode())


def test_sixty_four_levels_are_read_and_one_more_is_not() -> None:
    assert parse(b'{"a":' * 63 + b"1" + b"}" * 63).has("a")
    with pytest.raises(Unreadable, match="deeper than 64 levels"):
        parse(b'{"a":' * 64 + b"1" + b"}" * 64)


def test_two_hundred_thousand_values_are_read_and_one_more_is_not() -> None:
    assert parse(b'{"a":[' + b"0," * 199_997 + b"0]}").has("a")  # with the object and the list
    with pytest.raises(Unreadable, match="more than 200000 values"):
        parse(b'{"a":[' + b"0," * 199_998 + b"0]}")


def test_a_number_of_300_digits_is_read_and_is_finite_as_a_float() -> None:
    longest = parse(b'{"a":' + b"9" * 300 + b"}")
    assert longest.optional_number("a") == pytest.approx(1e300)
    with pytest.raises(Unreadable, match="a number has 301 digits; at most 300 are read"):
        parse(b'{"a":' + b"9" * 301 + b"}")


def test_the_body_of_a_fault_is_never_repeated_at_length() -> None:
    with pytest.raises(Unreadable) as fault:
        parse(b'{"' + b"secret" * 100 + b'": 1, "' + b"secret" * 100 + b'": 2}')
    assert len(str(fault.value)) < 150


def test_a_path_leads_through_objects_and_lists() -> None:
    (inner,) = fields(a={"b": [{"c": 1}]}).child("a").children("b")
    with pytest.raises(Unreadable, match=r"^a\.b\[0\]\.c is a number; expected text$"):
        inner.text("c")


@pytest.mark.parametrize(("value", "expected"), [("7", "7"), (7, "7"), (2**70, str(2**70)), (" a b ", " a b ")])
def test_an_id_is_text_or_an_integer(value: object, expected: str) -> None:
    assert fields(a=value).key("a") == expected


@pytest.mark.parametrize("value", [None, "", " ", True, 1.0, [], {}, "x" * 256, 10**255, "a\x00b", "a\ud800"])
def test_nothing_else_is_an_id(value: object) -> None:
    with pytest.raises(Unreadable, match=r"^a "):
        fields(a=value).key("a")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), (1, "1"), (1.5, "1.5"), (True, "true"), (False, "false"), (None, ""), ("\x00", "\ufffd")],
)
def test_a_scalar_is_whatever_can_be_written_as_text(value: object, expected: str) -> None:
    assert fields(a=value).scalar("a") == expected


def test_what_is_absent_is_told_from_what_is_wrong() -> None:
    empty = fields(a=None)
    for name in ("a", "b"):
        assert not empty.has(name)
        assert empty.text(name, "x") == "x"
        assert empty.flag(name, default=True)
        asked = [
            empty.optional_text,
            empty.optional_line,
            empty.optional_key,
            empty.optional_url,
            empty.optional_number,
        ]
        assert [ask(name) for ask in [*asked, empty.optional_time, empty.tree]] == [None] * 7
        assert list(empty.children(name)) == []
        assert not empty.optional_child(name).has("c")
        with pytest.raises(Unreadable, match="is missing"):
            empty.text(name)
        with pytest.raises(Unreadable, match="is missing"):
            empty.flag(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-20T09:14:57.214Z", datetime(2026, 11, 20, 9, 14, 57, 214_000, tzinfo=UTC)),
        ("2026-11-20T04:14:57-05:00", datetime(2026, 11, 20, 9, 14, 57, tzinfo=UTC)),
        ("2026-11-20T09:14:57", datetime(2026, 11, 20, 9, 14, 57, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        (1795166104, None),
        ([], None),
    ],
)
def test_a_time_is_in_utc_or_none(value: object, expected: datetime | None) -> None:
    read = fields(a=value).optional_time("a")
    assert read == expected
    assert read is None or read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Senior  Engineer\r\n(m/w/d)\t", "Senior Engineer (m/w/d)"),
        ("Brno\u202e", "Brno"),
        ("Qual\u200bity\u00ad In\ufeffspector", "Quality Inspector"),
        ("\u2066Cook\u2069\u061c \x07\x1b[31m", "Cook [31m"),
        ("hidden\U000e0041\U000e0042 words\U000e0100", "hidden words"),
        ("a\u200cb\u200dc", "abc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("می\u200c\u200c\u200cخواهم", "میخواهم"),
        ("Driver 👩\u200d🚒", "Driver 👩\u200d🚒"),
        ("Rot\u2028ter\u0085dam", "Rot ter dam"),
        ("Quality Inspector <img src=x onerror=alert(0)>", "Quality Inspector"),
        ("<b>Lead</b><br/>Cook<!-- hidden -->", "Lead Cook"),
        ("<i\u200bmg src=x>Cook", "Cook"),
        ("Java (List<String>) <m/w/d> a < b > c <3", "Java (List<String>) <m/w/d> a < b > c <3"),
        ("R&amp;D &lt;b&gt;", "R&amp;D &lt;b&gt;"),
        ("<" * 50_000, "<" * 50_000),
        ("<!--" * 50_000, "<!--" * 50_000),
        ("<b " * 3, "<b <b <b"),
    ],
)
def test_a_line_has_no_markup_no_breaks_and_nothing_that_nobody_sees(text: str, expected: str) -> None:
    assert single_line(text) == expected


def test_a_received_header_is_found_under_any_spelling() -> None:
    delivery = Received({"signature": "x"}, b"{}", AT)
    assert delivery.header("Signature") == delivery.header("SIGNATURE") == "x"
    assert delivery.header("Other") == ""


def test_the_digest_is_that_of_the_bytes_as_they_came() -> None:
    bodies = [b'{"a":1}', b'{"a": 1}', b'\xef\xbb\xbf{"a":1}', b""]
    assert len({Received({}, body, AT).digest() for body in bodies}) == len(bodies)
    assert Received({}, b"", AT).digest().startswith("e3b0c44298fc1c14")
