"""Where texts for people are chosen: the place whose time they give, their language, a folder of one's own."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config import ConfigError, Settings, load
from worker import assembly

Load = Callable[[str], Settings]
Lines = Callable[[str], list[str]]
ACME = f'[organizations.acme]\napi_key = "tsk_{32 * "x"}"\nbase_url = "http://127.0.0.1:9000/api/v1"\n'
CHAT = (
    ACME
    + '[targets.chat]\nkind = "slack"\norganization = "acme"\nurl = "https://c.example.com/x"\nevents = ["request.held"]\n'
)


def test_a_target_speaks_in_the_time_and_with_the_texts_of_the_bridge(load_text: Load, folder: Path) -> None:
    (folder / "texts").mkdir()

    target = load_text('[bridge]\ntimezone = "Europe/Berlin"\ntemplates = "texts"\n' + CHAT).targets["chat"]

    assert (target.language, target.timezone, target.templates) == ("en", ZoneInfo("Europe/Berlin"), folder / "texts")


def test_without_a_word_of_it_times_are_utc_and_texts_are_ours(load_text: Load) -> None:
    target = load_text(CHAT).targets["chat"]

    assert (target.language, target.timezone, target.templates) == ("en", ZoneInfo("UTC"), None)


@pytest.mark.parametrize("written", ["Berlin", "Europe", "../etc/passwd", "/etc/passwd", "CET+5x", "europe/berln"])
def test_a_place_that_there_is_not_is_refused(faults_of: Lines, written: str) -> None:
    (line,) = faults_of(f'[bridge]\ntimezone = "{written}"\n')

    assert line.startswith(
        f'bridge.toml, [bridge] timezone: "{written}" is not a place of the time zone database; expected '
    )


def test_a_language_without_texts_is_refused(faults_of: Lines) -> None:
    assert faults_of(CHAT + 'language = "de"\n') == [
        'bridge.toml, [targets.chat] language: there are no texts in "de"; expected "en".'
    ]


def test_what_is_wrong_in_a_folder_of_texts_stops_the_start(folder: Path) -> None:
    (folder / "texts").mkdir()
    (folder / "texts" / "de.toml").write_text('[events."request.held"]\ntitle = "{{ jobb.title }}"\n')
    Path("bridge.toml").write_text('[bridge]\ntemplates = "texts"\n' + CHAT + 'language = "de"\n')

    with pytest.raises(ConfigError) as refused:
        load(Path("bridge.toml"), assembly.kinds())

    assert str(refused.value) == (
        "bridge.toml, [bridge] templates: de.toml, events.request.held.title: 'jobb' is undefined; "
        "correct the file, or take it out of the folder."
    )


def test_a_language_of_ones_own_is_a_language(folder: Path) -> None:
    (folder / "texts").mkdir()
    (folder / "texts" / "de.toml").write_text('[events."request.held"]\ntitle = "Wartet: {{ job.title }}"\n')
    Path("bridge.toml").write_text('[bridge]\ntemplates = "texts"\n' + CHAT + 'language = "de"\n')

    assert load(Path("bridge.toml"), assembly.kinds()).targets["chat"].language == "de"
