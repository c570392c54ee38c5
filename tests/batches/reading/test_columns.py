"""Which field a title is read as: by its own name, by another word, or by what a person says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.interview import InterviewOptions
from worker.batches.reading import open_sheet
from worker.batches.reading.columns import field_of
from worker.batches.rows import Row


@pytest.mark.parametrize("field", ["id", "title", "job_description", "organization", "kind", *InterviewOptions.keys()])
def test_every_field_is_known_by_its_own_name_however_it_is_written(field: str) -> None:
    words = field.split("_")
    for title in (
        field,
        " ".join(words).title(),
        "-".join(words).upper(),
        words[0] + "".join(map(str.title, words[1:])),
    ):
        assert field_of(title) == field


def test_other_words_are_understood_and_strange_ones_kept_apart(written: Callable[..., Path]) -> None:
    header = "Requisition ID,Job Title,JD,Organisation,Language,Pass mark,Hiring manager"
    sheet = open_sheet(written(f"{header}\n1,2,3,4,5,6,7\n"))
    fields = ["id", "title", "job_description", "organization", "languages", "passing_score"]
    assert list(sheet.columns.values()) == fields
    assert sheet.ignored == ["Hiring manager"]
    assert list(sheet.each()) == [Row(2, dict(zip(fields, "123456", strict=True)), {"Hiring manager": "7"})]


def test_a_column_of_the_fields_own_name_goes_before_another_word_for_it(written: Callable[..., Path]) -> None:
    sheet = open_sheet(written("title,name,job_description,text\n1,2,3,4\n"))
    assert [row.cells for row in sheet.each()] == [{"title": "1", "job_description": "3"}]
    assert 'The column "title" is read as title; "name" could mean the same and is not read.' in sheet.notes
    assert sheet.ignored == ["name", "text"]


def test_what_a_person_says_goes_before_every_guess(written: Callable[..., Path]) -> None:
    path = written("Text,Was zu tun ist,description\n1,2,3\n")
    sheet = open_sheet(path, {"jd": "Was zu tun ist", "client": "text"})
    assert [row.cells for row in sheet.each()] == [{"client_name": "1", "job_description": "2"}]
    assert sheet.ignored == ["description"]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"descripton": "Text"}, '"descripton" is no field of a row (did you mean "job_description"?)'),
        (
            {"description": "Txet"},
            'jobs.csv has no column "Txet" (did you mean "Text"?); its titles are "Text", "Note".',
        ),
        ({"description": "Text", "title": "text"}, 'two things about "Text"'),
        ({"description": "Text", "jd": "Note"}, "or about job_description"),
    ],
)
def test_a_mapping_that_can_not_be_is_refused(
    written: Callable[..., Path], refused: Callable[..., str], mapping: dict[str, str], said: str
) -> None:
    assert said in refused(written("Text,Note\n1,2\n"), mapping)


def test_titles_that_come_twice_or_say_nothing_are_told_apart(written: Callable[..., Path]) -> None:
    sheet = open_sheet(written("jd,Note,,Note,\nx,1,2,3\n"))
    assert list(sheet.titles) == ["jd", "Note", "column 3", "Note (2)"]
    assert [row.extra for row in sheet.each()] == [{"Note": "1", "column 3": "2", "Note (2)": "3"}]


def test_an_interview_without_a_description_has_a_template_or_questions(written: Callable[..., Path]) -> None:
    for column in ("template_id", "questions"):
        assert list(open_sheet(written(f"title,{column}\nNurse,x\n")).columns) == ["title", column]


def test_a_header_without_end_is_refused_at_once(written: Callable[..., Path], refused: Callable[..., str]) -> None:
    assert "has 200,000 columns; at most 1,000 are read" in refused(written("jd," * 200_000 + "\nCare\n"))
