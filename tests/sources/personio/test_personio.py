"""What only Personio does: postings are a public XML feed, in a language that is asked for."""

from pathlib import Path

import pytest

from tests.sources.deliveries import source
from worker.descriptions.plain_text import readable
from worker.domain.asking import Asking
from worker.domain.call import NotThere
from worker.domain.event import PostingChanged
from worker.domain.fields import Unreadable
from worker.sources import personio

FEED = Path(__file__).with_name("feed.xml").read_bytes()
CAREERS = source("personio", "s", api_url="https://northwind.jobs.personio.de", interview={"languages": ["de", "en"]})


def test_a_position_becomes_a_posting_with_its_texts_joined() -> None:
    listed = personio.listed(200, FEED, Asking(), CAREERS)
    nurse, cook = listed.events
    assert isinstance(nurse, PostingChanged)
    assert isinstance(cook, PostingChanged)
    posting = nurse.posting
    assert (posting.job_id, posting.title) == ("4103", "Pflegefachkraft im Nachtdienst (m/w/d)")
    assert (posting.location, posting.department, posting.company) == ("Kiel", "Pflege", "Harbour House Nord GmbH")
    assert (posting.language, posting.url) == ("de", "https://northwind.jobs.personio.de/job/4103")
    text = readable(posting.description)
    assert text.index("Deine Aufgaben") < text.index("Nacht & schreibst") < text.index("Dein Profil")
    assert (cook.posting.title, cook.posting.location, cook.posting.description) == ("Koch & Bäcker", None, "")
    assert posting.changed_at is None, "the feed says only when a position was made"
    assert (listed.next, listed.is_whole) == (None, True)


@pytest.mark.parametrize(
    ("languages", "url"),
    [
        (["de", "en"], "https://northwind.jobs.personio.de/xml?language=de"),
        (["pl"], "https://northwind.jobs.personio.de/xml"),
        (None, "https://northwind.jobs.personio.de/xml"),
    ],
)
def test_the_feed_is_asked_for_in_the_language_of_the_interview(languages: list[str] | None, url: str) -> None:
    options = {"languages": languages} if languages else {}
    call = personio.page(Asking(), CAREERS.model_copy(update={"interview": options}))
    assert (call.url, call.key) == (url, None)


def test_without_an_address_nothing_is_asked() -> None:
    with pytest.raises(Unreadable, match="api_url"):
        personio.page(Asking(), source("personio", "s"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<html><body>Please sign in</body></html>",
        b"<workzag-jobs><position></workzag-jobs>",
        b"<workzag-jobs><position><name>no id</name></position></workzag-jobs>",
        b'<!DOCTYPE a [<!ENTITY e "eeee">]><workzag-jobs><position><id>&e;</id></position></workzag-jobs>',
        b"<workzag-jobs>" + b"<a>" * 1000 + b"</a>" * 1000 + b"</workzag-jobs>",
        FEED.replace(b"UTF-8", b"nonsense"),
    ],
)
def test_what_is_no_feed_says_nothing(body: bytes) -> None:
    with pytest.raises(Unreadable):
        personio.listed(200, body, Asking(), CAREERS)


def test_a_feed_that_is_switched_off_is_not_there() -> None:
    with pytest.raises(NotThere):
        personio.listed(404, b"", Asking(), CAREERS)
    with pytest.raises(Unreadable):
        personio.listed(500, FEED, Asking(), CAREERS)
