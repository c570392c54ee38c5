"""What strangers wrote (a title, a name, a place) stays text, whoever is told: it calls nobody, links nowhere, breaks no form."""

import json
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest

from config import Secret
from config.settings import Target
from worker import targets
from worker.delivery.envelope import enclosed
from worker.domain.call import Call
from worker.domain.message import Happened, Mail, Message
from worker.domain.note import Draft
from worker.wording import examples

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
EVIL = "evil.example.com"
HOSTILE = (
    "<!channel> <!here|here> <@U024BE7LH> <https://evil.example.com|Click>",
    "https://evil.example.com/login",
    "[Click](https://evil.example.com) **bold** `code`",
    "<img src=x onerror=alert(1)><script>alert(1)</script><a href='https://evil.example.com'>x</a>",
    'Nurse\r\nBcc: everybody@example.com\r\nSubject: x\r\n\r\n<b>"',
    '{"type": "Action.OpenUrl", "url": "https://evil.example.com"}',
    "<at>everyone</at>",
    "{{ 7 * 7 }} {% for x in range(9) %}x{% endfor %} {{ request.__class__ }} ${7*7}",
    '=HYPERLINK("https://evil.example.com";"x")',
    "abc\u202egnp.exe \u2066\u2069\u200b\x07",
    "\U0001f468\u200d\U0001f469" * 400,
    "&lt;!channel&gt; &amp;",
)
WHERE: dict[str, dict[str, object]] = {
    "slack": {"url": "https://hooks.example.com/x"},
    "teams": {"url": "https://hooks.example.com/x"},
    "webhook": {"url": "https://hooks.example.com/x", "secret": [Secret("whsec_" + "eHh4" * 8)]},
    "email": {"host": "localhost", "sender": "bridge@example.com", "to": ("team@example.com",)},
    "ats": {"source": "careers"},
}


def told(kind: str, text: str, event: Happened = Happened.RESULT_COMPLETED) -> tuple[Call | Mail | Draft, Target]:
    made = examples.message(event)
    facts = json.loads(json.dumps(made.facts))
    for noun, names in (("job", ("title", "location")), ("request", ("title",)), ("interview", ("title",))):
        facts[noun] = {**facts.get(noun, {}), **dict.fromkeys(names, text)}
    for noun in ("result", "application"):
        if noun in facts:
            facts[noun] |= {"candidate": {**(facts[noun].get("candidate") or {}), "name": text}}
    target = Target(name="t", kind=kind, organization="acme", events=(event.value,), **WHERE[kind])  # type: ignore[arg-type]  # as read
    return targets.named(kind).compose(Message(made.id, event, made.at, "acme", facts, made.page), target, NOW), target


def sent(kind: str, text: str, event: Happened) -> dict[str, Any]:
    call, _ = told(kind, text, event)
    assert isinstance(call, Call)
    found: dict[str, Any] = json.loads(call.body)
    return found


def texts(value: object) -> list[dict[str, object]]:
    """Every object in a tree that is a text of its form."""
    if isinstance(value, dict):
        own = [value] if value.get("type") in ("mrkdwn", "plain_text", "TextRun") else []
        return own + [found for item in value.values() for found in texts(item)]
    return [found for item in value for found in texts(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("event", [Happened.RESULT_COMPLETED, Happened.INTERVIEW_CREATED, Happened.CANDIDATE_INVITED])
@pytest.mark.parametrize("text", HOSTILE)
def test_slack_calls_nobody_and_links_nowhere_else(text: str, event: Happened) -> None:
    body = sent("slack", text, event)
    opened = [
        part.partition(">")[0]
        for one in texts(body)
        if one["type"] == "mrkdwn"
        for part in str(one["text"]).split("<")[1:]
    ]
    assert all(link.startswith(("https://bridge.example.com/", "https://www.talentsprout.ai/")) for link in opened)
    assert "<" not in body["text"]
    assert all(one["type"] == "plain_text" or one["verbatim"] for one in texts(body))


@pytest.mark.parametrize("event", [Happened.RESULT_COMPLETED, Happened.INTERVIEW_CREATED, Happened.CANDIDATE_INVITED])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_card_of_teams_opens_nothing_else(text: str, event: Happened) -> None:
    body = sent("teams", text, event)
    found = json.dumps([one.get("selectAction") for one in texts(body)]) + json.dumps(
        body["attachments"][0]["content"].get("actions")
    )
    assert EVIL not in found
    assert "mention" not in json.dumps(body["attachments"][0]["content"].get("msteams"))
    assert all(set(one) <= {"type", "text", "size", "weight", "isSubtle", "selectAction"} for one in texts(body))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_letter_has_no_head_and_no_link_of_a_stranger(text: str) -> None:
    mail, target = told("email", text)
    assert isinstance(mail, Mail)
    arrived = message_from_bytes(enclosed(mail, target.sender or "", NOW).as_bytes(), policy=policy.default)

    assert set(arrived.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"),
    }
    assert arrived["To"] == "team@example.com"
    assert not any(tag in mail.html for tag in ("<script", "<img", f'href="https://{EVIL}', f"href='https://{EVIL}"))
    assert "49" not in mail.subject


@pytest.mark.parametrize("kind", sorted(set(WHERE) - {"webhook"}))  # a program gets what the API gives
@pytest.mark.parametrize("text", HOSTILE)
def test_nobody_is_shown_what_turns_text_around(kind: str, text: str) -> None:
    packed, _ = told(kind, text)
    shown = packed.body.decode() if isinstance(packed, Call) else packed.text

    assert not any(hidden in shown for hidden in ("\u202e", "\\u202e", "\u2066", "\\u2066", "\x07"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_note_has_one_marker_and_no_braces_are_read(text: str) -> None:
    draft, _ = told("ats", text)
    assert isinstance(draft, Draft)

    assert "[talentsprout-bridge" not in draft.text
    assert "49" not in draft.text
    assert draft.name == "spr-7K2QX 01example0result00000"
