"""Letters: what they say, to whom, under which id. How they travel is tested in tests/delivery/test_post.py."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.settings import Target
from worker.domain.message import Happened, Mail
from worker.targets import Digests, Undeliverable, email, named
from worker.wording import examples

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TARGET = Target(
    name="mail",
    kind="email",
    organization="acme",
    events=("interview.created",),
    host="smtp.example.com",
    sender="The bridge <bridge@example.com>",
    to=("team@example.com",),
)


def composed(event: Happened, target: Target = TARGET) -> Mail:
    mail = email.compose(examples.message(event), target, NOW)
    assert isinstance(mail, Mail)
    return mail


def test_a_letter_says_what_happened_to_whom_and_is_the_same_for_every_try() -> None:
    mail = composed(Happened.RESULT_COMPLETED)

    assert (mail.to, mail.message_id) == (("team@example.com",), "<dlv_example@example.com>")
    assert mail.subject == "Ines Moreau finished the interview for Night-shift Care Assistant"
    assert mail == composed(Happened.RESULT_COMPLETED)


def test_a_subject_is_one_line_of_a_length_that_programs_show() -> None:
    facts = {"job": {"title": "x\r\nBcc: all@example.org " * 90}}
    mail = email.compose(replace(examples.message(Happened.INTERVIEW_CREATED), facts=facts), TARGET, NOW)

    assert isinstance(mail, Mail)
    assert len(mail.subject) <= 200
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_a_digest_tells_all_of_a_day_in_their_order_under_an_id_of_its_own() -> None:
    kind = named("email")
    assert isinstance(kind, Digests)
    messages = [replace(examples.message(event), id=f"dlv_{number:02}") for number, event in enumerate(Happened)]

    mail = kind.together(messages, TARGET, NOW)

    titles = [composed(event).subject for event in Happened]
    assert mail.subject == f"TalentSprout: {len(messages)} messages of 24 November 2026"
    assert mail.message_id == f"<dlv_12.{len(messages)}@example.com>"
    assert mail.text.startswith(mail.subject + "\n\n")
    for body in (mail.text, mail.html):
        places = [body.index(title) for title in titles]
        assert places == sorted(places)


def test_a_digest_of_one_says_one() -> None:
    subject = email.together([examples.message(Happened.REQUEST_HELD)], TARGET, NOW).subject

    assert subject == "TalentSprout: 1 message of 24 November 2026"


@pytest.mark.parametrize("lacks", [{"sender": None}, {"to": ()}])
def test_a_target_without_addresses_says_so(lacks: dict[str, object]) -> None:
    with pytest.raises(Undeliverable, match='needs "from" and "to"'):
        composed(Happened.REQUEST_HELD, TARGET.model_copy(update=lacks))
