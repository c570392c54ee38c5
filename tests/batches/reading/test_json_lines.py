"""JSONL: an object a line; a line that can't be read is that row's fault."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from worker.batches.reading import open_sheet
from worker.batches.rows import Row


def test_values_keep_their_kind_and_options_may_stand_inside(written: Callable[..., Path]) -> None:
    questions = [{"question": "Why?"}]
    line = {
        "id": 7,
        "jd": " Care ",
        "options": {"voice": "sage", "duration": 12.5, "require_video": True},
        "title": None,
    }
    sheet = open_sheet(written(json.dumps({**line, "questions": questions, "team": {"name": "North"}}), "jobs.jsonl"))
    known = {
        "id": 7,
        "job_description": "Care",
        "voice": "sage",
        "duration": 12.5,
        "require_video": True,
        "questions": questions,
    }
    assert list(sheet.each()) == [Row(1, known, {"team": '{"name": "North"}'})]
    assert sheet.ignored == ["team"]


def test_a_list_is_read_as_lines_are(written: Callable[..., Path]) -> None:
    items = [{"job_description": "a"}, {"text": "b", "note": 1}]
    in_lines = open_sheet(written("\n".join(map(json.dumps, items)), "jobs.jsonl"))
    as_list = open_sheet(written(json.dumps(items, indent=1), "jobs.json"))
    assert list(in_lines.each()) == list(as_list.each())
    assert list(in_lines.titles) == ["job_description", "text", "note"]


def test_json_is_recognised_without_its_name(written: Callable[..., Path]) -> None:
    for content in ('{"jd": "a"}\n', '\ufeff{"jd": "a"}', '[ {"jd": "a"} ]'):
        assert [row.cells for row in open_sheet(written(content, "upload")).each()] == [{"job_description": "a"}]


def test_every_bad_line_is_its_own_rows_fault(written: Callable[..., Path]) -> None:
    lines = [
        '{"jd": "fine"}',
        "",
        '{"jd": "cut',
        "[1]",
        "17",
        '{"jd": NaN}',
        '{"jd": 1e999}',
        '{"jd": ' + "[" * 100_000 + "}",
        '{"jd": "a", "text": "b"}',
        '{"jd": {"html": "a"}}',
        '{"voice": "a", "options": {"voice": "b"}, "jd": "c"}',
    ]
    rows = {row.number: row.fault or "" for row in open_sheet(written("\n".join(lines), "jobs.jsonl")).each()}
    assert rows.pop(1) == ""
    assert list(rows) == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    for number, said in {
        3: "the line is not JSON (Unterminated string",
        4: "it is no object",
        5: "it is 17; expected an object",
        6: '"NaN" is no number',
        7: '"1e999" is no number',
        8: "the line is nested too deeply",
        9: '"text" says job_description a second time',
        10: '"jd" is an object; expected a text',
        11: '"voice" stands both in the object and in its options',
    }.items():
        assert said in rows[number]


def test_half_a_character_never_comes_through(written: Callable[..., Path]) -> None:
    sheet = open_sheet(written('{"jd": "a\\ud800b", "note\\udc00": "\\ud83d\\ude00"}', "jobs.jsonl"))
    assert list(sheet.each()) == [Row(1, {"job_description": "a\ufffdb"}, {"note\ufffd": "\U0001f600"})]


def test_a_person_may_say_which_key_is_meant(written: Callable[..., Path]) -> None:
    path = written('{"text": "a", "body": "b"}\n{"jd": "c"}\n', "jobs.jsonl")
    sheet = open_sheet(path, {"description": "body"})
    assert list(sheet.each()) == [Row(1, {"job_description": "b"}, {"text": "a"}), Row(2, {}, {"jd": "c"})]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "jobs.jsonl is empty"),
        ("[1,\n2", "begins as a JSON list and is not JSON"),
        ("nope\n", "has no line that is a JSON object"),
        ("[]", "jobs.jsonl is empty"),
        ('[{"jd": 1}', "begins as a JSON list and is not JSON"),
        ('{"title": "Nurse"}', "has no column job_description"),
    ],
)
def test_a_file_that_is_no_batch_is_refused_as_a_whole(
    written: Callable[..., Path], refused: Callable[..., str], content: str, said: str
) -> None:
    assert said in refused(written(content, "jobs.jsonl"))


def test_another_encoding_is_read_and_said(written: Callable[..., Path]) -> None:
    sheet = open_sheet(written('{"jd": "Zürich"}\n'.encode("cp1252"), "jobs.jsonl"))
    assert [row.cells for row in sheet.each()] == [{"job_description": "Zürich"}]
    assert "Windows-1252" in sheet.notes[0]


def test_a_file_of_endless_new_keys_is_refused(written: Callable[..., Path], refused: Callable[..., str]) -> None:
    lines = "\n".join(json.dumps({f"key{number}": 1, "jd": "a"}) for number in range(1_500))
    assert "more than 1,000 different keys" in refused(written(lines, "jobs.jsonl"))
