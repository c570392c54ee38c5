"""An organization's own folder of texts: another language, another sentence, and what is refused at the start."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from worker.domain.message import Happened
from worker.wording import catalogue, checking, examples, letter
from worker.wording.speaking import Voice, words

UTC = ZoneInfo("UTC")


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_ours_are_whole_and_true() -> None:
    texts = catalogue.load("en", None)

    assert set(texts.events) == set(Happened)
    assert list(checking._untrue(texts)) == []


def test_one_sentence_may_be_replaced_and_the_others_stay(tmp_path: Path) -> None:
    folder = written(tmp_path, "en.toml", '[events."interview.created"]\ntitle = "Link: {{ job.title }}"\n')

    said = words(examples.message(Happened.INTERVIEW_CREATED), Voice("en", UTC, folder))

    assert list(checking.faults(folder)) == []
    assert said.title == "Link: Night-shift Care Assistant"
    assert said.says == words(examples.message(Happened.INTERVIEW_CREATED), Voice("en", UTC)).says


def test_another_language_is_a_file_and_what_it_lacks_is_said_in_english(tmp_path: Path) -> None:
    german = """
    [times]
    moment = "{day}. {month} {year}, {hour}.{minute} Uhr"
    months = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
      "Dezember"]
    [events."result.completed"]
    title = ["Gespräch beendet: {{ candidate_name }}", "Gespräch beendet"]
    facts = [["Beendet", "{{ result.completed_at | moment }}"]]
    """
    folder = written(tmp_path, "de.toml", german)

    said = words(examples.message(Happened.RESULT_COMPLETED), Voice("de", ZoneInfo("Europe/Berlin"), folder))

    assert catalogue.languages(folder) == {"en", "de"}
    assert list(checking.faults(folder)) == []
    assert said.title == "Gespräch beendet: Ines Moreau"
    assert said.rows == (("Beendet", "21. November 2026, 19.41 Uhr"),)
    assert said.todo[0].startswith("Read the evaluation")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[events."interview.created"]\ntitle = "{{ reqest.title }}"', "'reqest' is undefined"),
        ('[events."interview.created"]\ntitle = "{{ job.titel }}"', "has no attribute 'titel'"),
        ('[events."interview.created"]\ntitle = "{{ batch.name }}"', "'batch' is undefined"),
        ('[events."interview.created"]\nsays = ["{% if %}"]', "en.toml, events.interview.created.says: Expected"),
        ('[events."interview.created"]\nsays = ["{{ job.title | shout }}"]', "No filter named 'shout'"),
        ('[events."interview.created"]\nfacts = [["Job"]]', "is not a list of rows, each a label and a text"),
        ('[events."interview.made"]\ntitle = "x"', 'events has no "interview.made"; expected one of interview.created'),
        ('[events."interview.created"]\ntitel = "x"', 'has no "titel"; expected one of title, says, todo, facts'),
        ('[times]\nmonths = ["Jan"]', "times.months has 1 names; expected 12"),
        ('[times]\nmoment = "{weekday}"', "times.moment has a place that no time has"),
        ("[labels]\npage = 3", "labels.page is not text"),
        ("title = ", "en.toml is not TOML"),
        ("[labels]\npage = \"{{ ''.__class__.__mro__ }}\"", "is unsafe"),
    ],
)
def test_what_is_wrong_is_said_at_the_start_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    faults = list(checking.faults(written(tmp_path, "en.toml", text)))

    assert len(faults) == 1
    assert "en.toml" in faults[0]
    assert says in faults[0]


def test_a_letter_of_ones_own_is_tried_too(tmp_path: Path) -> None:
    for name in ("good", "bad"):
        (tmp_path / name).mkdir()
    good = written(tmp_path / "good", "mail.html", "<p>{% for part in parts %}{{ part.title }}{% endfor %}</p>")
    assert list(checking.faults(good)) == []

    bad = written(tmp_path / "bad", "mail.html", "<p>{{ heading }}</p>")
    assert list(checking.faults(bad)) == ["mail.html: 'heading' is undefined"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert list(checking.faults(tmp_path / "none")) == [f"{tmp_path / 'none'} is not a folder"]


def test_templates_can_neither_change_facts_nor_leave_their_sandbox(tmp_path: Path) -> None:
    evil = "[labels]\nquote = \"{{ job.clear() }}{{ job.__class__ }}{{ self }}{% include '/etc/passwd' %}\"\n"
    message = examples.message(Happened.INTERVIEW_CREATED)

    said = words(message, Voice("en", UTC, written(tmp_path, "en.toml", evil)))

    assert said.quote == ""
    assert message.facts["job"]


def test_what_strangers_wrote_is_text_in_a_letter() -> None:
    voice = Voice("en", UTC)
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    message = examples.message(Happened.INTERVIEW_CREATED)
    job = {"title": f"Chef & Co {evil}", "location": 'https://evil.example.com/"onx="1'}
    interview = {"share_link": 'https://www.talentsprout.ai/"onx="1'}
    facts = {**message.facts, "job": job, "interview": interview}
    said = words(
        type(message)(message.id, message.event, message.at, "acme", facts, 'https://b.example.com/?a="b'), voice
    )

    page = letter.html(said.title, [said], voice)

    assert "Chef &amp; Co" in page
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="https://evil.example.com' not in page
    assert 'href="https://www.talentsprout.ai/&#34;onx=&#34;1"' in page
    assert "?a=&#34;b" in page


def test_both_bodies_of_a_letter_say_the_same() -> None:
    voice = Voice("en", UTC)
    for event in Happened:
        said = words(examples.message(event), voice)
        page, text = letter.html(said.title, [said], voice), letter.text(said.title, [said])
        for piece in (said.title, *said.says, *said.todo, said.quote, *(text for _, text in said.rows)):
            assert piece in text
            assert piece.replace("'", "&#39;").replace("&", "&") in page
