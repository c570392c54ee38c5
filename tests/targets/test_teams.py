"""Teams' messages, held against "Create incoming webhooks with Workflows" (learn.microsoft.com: the envelope, 28 kB) and
the Adaptive Cards schema 1.4 (adaptivecards.io/explorer), of which `ELEMENTS` says what our cards use and no more.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.settings import Target
from worker.domain.message import Happened, Message
from worker.targets import Explains, Undeliverable, named, teams
from worker.wording import examples

URL = "https://prod.example.com/workflows/fake/triggers/manual/paths/invoke?sig=fake"
TARGET = Target(name="chat", kind="teams", organization="acme", url=URL, events=("interview.created",))
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SPACING = {"None", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding"}
ELEMENTS: dict[str, dict[str, object]] = {
    "AdaptiveCard": {
        "$schema": str,
        "type": str,
        "version": {"1.4"},
        "lang": str,
        "fallbackText": str,
        "msteams": dict,
        "body": list,
        "actions": list,
    },
    "RichTextBlock": {"type": str, "spacing": SPACING, "inlines": list},
    "TextRun": {
        "type": str,
        "text": str,
        "size": {"Default", "Small", "Medium", "Large", "ExtraLarge"},
        "weight": {"Default", "Lighter", "Bolder"},
        "isSubtle": bool,
        "selectAction": dict,
    },
    "Action.OpenUrl": {"type": str, "title": str, "url": str},
}
REQUIRED = {
    "AdaptiveCard": {"type", "version", "body"},
    "RichTextBlock": {"type", "inlines"},
    "TextRun": {"type", "text"},
    "Action.OpenUrl": {"type", "url"},
}


def check(element: dict) -> None:
    """One element and what is inside of it."""
    kind = element["type"]
    assert REQUIRED[kind] <= set(element) <= set(ELEMENTS[kind])
    for name, value in element.items():
        allowed = ELEMENTS[kind][name]
        assert value in allowed if isinstance(allowed, set) else isinstance(value, allowed)  # type: ignore[arg-type]  # a type
        for inside in value if isinstance(value, list) else [value] if name == "selectAction" else []:
            check(inside)


def posted(message: Message) -> dict:
    call = teams.compose(message, TARGET, NOW)
    assert (call.method, call.url, call.headers["Content-Type"]) == ("POST", URL, "application/json; charset=utf-8")
    assert len(call.body) <= 28 * 1024
    body = json.loads(call.body)
    assert set(body) == {"type", "attachments"}
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["contentUrl"] is None
    check(attachment["content"])
    return attachment["content"]


def runs(card: dict) -> list[dict]:
    return [run for block in card["body"] for run in block["inlines"]]


@pytest.mark.parametrize("event", Happened)
def test_every_event_is_a_card_that_teams_takes(event: Happened) -> None:
    card = posted(examples.message(event))

    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open in the bridge", "url": examples.PAGE}]
    assert runs(card)[-1]["text"].startswith("Id to quote:")


@pytest.mark.parametrize("event", Happened)
def test_a_card_without_page_has_no_button(event: Happened) -> None:
    assert "actions" not in posted(Message("dlv_1", event, NOW, "acme"))


@pytest.mark.parametrize("title", ["x" * 90_000, "é" * 90_000, '"\\' * 9000])
def test_a_card_stays_below_what_teams_refuses(title: str) -> None:
    facts = {name: {"title": title, "location": title, "reason": title, "action": title} for name in ("job", "request")}
    for event in (Happened.INTERVIEW_CREATED, Happened.REQUEST_HELD):
        card = posted(Message("dlv_1", event, NOW, "acme", facts, "https://bridge.example.com/requests/1"))
        assert all(len(run["text"]) <= 2000 for run in runs(card))


def test_what_strangers_wrote_is_no_markdown() -> None:
    facts = {"job": {"title": "[Click](https://evil.example.com) **now**"}}
    card = posted(replace(examples.message(Happened.INTERVIEW_CREATED), facts=facts))

    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}  # its TextRuns know no Markdown
    assert not any("evil" in json.dumps(run.get("selectAction", "")) for run in runs(card))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b'{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"Could not execute workflow\\n because it is off."}}',
            "WorkflowTriggerIsNotEnabled: Could not execute workflow because it is off.",
        ),
        (b'{"error":{"code":"X"}}', "X"),
        (b'{"error":{}}', None),
        (b'{"error":"x"}', None),
        (b"<html>", None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_a_refusal_is_told_in_the_workflows_own_words(body: bytes, words: str | None) -> None:
    kind = named("teams")
    assert isinstance(kind, Explains)
    assert kind.said(400, body) == words


def test_a_target_without_address_says_so() -> None:
    with pytest.raises(Undeliverable, match="no url"):
        teams.compose(examples.message(Happened.REQUEST_HELD), TARGET.model_copy(update={"url": None}), NOW)
