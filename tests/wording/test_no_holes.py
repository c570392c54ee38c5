"""Each event, with each fact missing: what there isn't is not said, and what is left has no hole in it."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from worker.domain.message import Happened, Message
from worker.wording import examples, letter
from worker.wording.speaking import Voice, Words, words

VOICE = Voice("en", ZoneInfo("Europe/Berlin"))
HOLE = re.compile(r"None|Undefined|\{\{|\{%|null|\bnan\b|  | [.,;:]|^[.,;:]|\(\)|“”|: ?$| for$|^ | $|for the the|\[\]")
SECRET = "must-not-be-said"


def paths(facts: object, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The way to every fact, and to every object of facts."""
    for name, value in facts.items() if isinstance(facts, Mapping) else ():
        yield (*before, name)
        yield from paths(value, (*before, name))


def with_at(message: Message, path: tuple[str, ...], value: object) -> Message:
    facts = copy.deepcopy(dict(message.facts))
    place = facts
    for name in path[:-1]:
        place = place[name]  # type: ignore[assignment]  # the path leads through objects
    place[path[-1]] = value
    return replace(message, facts=facts)


def pieces(said: Words) -> list[str]:
    rows = [piece for row in said.rows for piece in row]
    return [said.title, *said.says, *said.todo, *rows, said.quote, said.page_label, said.todo_label]


CASES = [(event, path) for event in Happened for path in [(), *paths(examples.FACTS[event])]]


@pytest.mark.parametrize("event", Happened)
def test_every_event_has_its_words_with_each_fact_missing(event: Happened) -> None:
    for path in paths(examples.FACTS[event]):
        for missing in (None, "", [], {}):
            said = words(with_at(examples.message(event), path, missing), VOICE)

            holes = [piece for piece in pieces(said) if HOLE.search(piece) or not piece]
            assert holes == [], f"without {'.'.join(path)}"
            assert said.says or event is Happened.REQUEST_HELD, f"without {'.'.join(path)}"


@pytest.mark.parametrize("event", Happened)
def test_an_event_of_which_nothing_is_known_still_says_what_happened(event: Happened) -> None:
    said = words(Message("dlv_1", event, examples.AT, "acme"), VOICE)

    assert [piece for piece in pieces(said) if HOLE.search(piece) or not piece] == []
    assert said.title != event.value
    assert said.quote == "Id to quote: dlv_1"
    assert said.page is None


@pytest.mark.parametrize("event", Happened)
def test_every_event_says_what_to_do_and_has_an_id_to_quote(event: Happened) -> None:
    said = words(examples.message(event), VOICE)

    assert said.todo
    assert said.quote.startswith("Id to quote: ")
    assert said.page == examples.PAGE


@pytest.mark.parametrize("event", Happened)
def test_what_opens_without_a_login_is_never_said(event: Happened) -> None:
    facts = copy.deepcopy(examples.FACTS[event])
    for noun in facts.values():
        for name in ("recording_url", "transcript", "token", "share_url"):
            noun[name] = SECRET  # type: ignore[index]  # nouns are objects

    said = words(replace(examples.message(event), facts=facts), VOICE)

    assert SECRET not in repr(said)
    assert SECRET not in letter.html(said.title, [said], VOICE)


def test_times_are_those_of_the_place() -> None:
    said = words(examples.message(Happened.RESULT_COMPLETED), VOICE)
    there = words(examples.message(Happened.RESULT_COMPLETED), Voice("en", ZoneInfo("America/New_York")))

    assert "on 21 November 2026, 19:41 CET" in said.says[0]
    assert "on 21 November 2026, 13:41 EST" in there.says[0]


def test_a_clock_in_a_sentence_of_the_bridge_is_that_of_the_place_too() -> None:
    said = words(examples.message(Happened.REQUEST_UNKNOWN), VOICE)

    assert "Sent at 19:41:04 CET and no answer came." in " ".join(said.says)


def test_summer_time_counts() -> None:
    message = replace(examples.message(Happened.ORGANIZATION_PAUSED), at=datetime(2026, 7, 1, 14, 0, tzinfo=UTC))

    assert "Paused by maria at 15:50 CEST." in " ".join(words(message, VOICE).says)


@pytest.mark.parametrize(
    ("score", "mark", "sentence"),
    [
        (81.0, 75, "The score is 81 of 100, and the passing mark is 75: the score reaches it."),
        (75, 75.0, "The score is 75 of 100, and the passing mark is 75: the score reaches it."),
        (74.96, 75, "The score is 74.9 of 100, and the passing mark is 75: the score does not reach it."),
        (62.5, None, "The score is 62.5 of 100."),
        (0, 0, "The score is 0 of 100, and the passing mark is 0: the score reaches it."),
    ],
)
def test_a_score_is_said_with_its_mark_and_nothing_is_said_of_the_person(
    score: float, mark: float | None, sentence: str
) -> None:
    message = with_at(examples.message(Happened.RESULT_COMPLETED), ("result", "score"), score)
    message = with_at(message, ("interview", "passing_score"), mark)

    said = words(message, VOICE)

    assert sentence in said.says
    assert not re.search(r"\b(fail|reject|pass(ed)? |rank|best|worst|poor|weak)", " ".join(pieces(said)), re.IGNORECASE)


def test_text_of_strangers_stays_on_its_line() -> None:
    name = "Ines\nBcc: everybody@example.org\u202e <b>x</b>{{ 7 * 7 }}"
    message = with_at(examples.message(Happened.RESULT_COMPLETED), ("result", "candidate", "name"), name)

    title = words(message, VOICE).title

    assert (
        title == "Ines Bcc: everybody@example.org x {{ 7 * 7 }} finished the interview for Night-shift Care Assistant"
    )
