"""Slack's blocks, held against the vendor's own models (the package slack-sdk) and the limits of "Blocks" on docs.slack.dev:
a header of 150 characters, a text of 3,000, a field of 2,000, ten fields a section, fifty blocks a message.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from slack_sdk.models.blocks import Block

from config.settings import Target
from worker.domain.message import Happened, Message
from worker.targets import Explains, Undeliverable, named, slack
from worker.wording import examples

URL = "https://hooks.slack.example.com/services/T000/B000/fake"
TARGET = Target(name="chat", kind="slack", organization="acme", url=URL, events=("interview.created",))
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def posted(message: Message) -> dict:
    call = slack.compose(message, TARGET, NOW)
    assert (call.method, call.url, call.headers["Content-Type"]) == ("POST", URL, "application/json")
    return json.loads(call.body)


def held_to_the_limits(body: dict) -> None:
    assert set(body) == {"text", "blocks", "unfurl_links", "unfurl_media"}
    assert body["text"]
    assert 0 < len(body["blocks"]) <= 50
    for block, model in zip(body["blocks"], Block.parse_all(body["blocks"]), strict=True):
        model.validate_json()
        assert model.to_dict() == {key: value for key, value in block.items() if value is not False} | model.to_dict()
        assert 1 <= len(block.get("text", {"text": "x"})["text"]) <= (150 if block["type"] == "header" else 3000)
        assert len(block.get("fields", ())) <= 10
        assert all(1 <= len(field["text"]) <= 2000 for field in block.get("fields", ()))
        assert all(text["verbatim"] for text in texts(block) if text["type"] == "mrkdwn")


def texts(block: dict) -> list[dict]:
    return [*block.get("fields", ()), *block.get("elements", ()), *([block["text"]] if "text" in block else [])]


def everything(body: dict) -> str:
    return "\n".join(text["text"] for block in body["blocks"] for text in texts(block))


@pytest.mark.parametrize("event", Happened)
def test_every_event_is_a_message_that_slack_takes(event: Happened) -> None:
    body = posted(examples.message(event))

    held_to_the_limits(body)
    assert everything(body).count("|Open in the bridge>") == 1
    assert "Id to quote:" in everything(body)


@pytest.mark.parametrize("event", Happened)
def test_a_message_without_page_and_facts_is_one_too(event: Happened) -> None:
    held_to_the_limits(posted(Message("dlv_1", event, NOW, "acme")))


@pytest.mark.parametrize("title", ["x" * 9000, "&" * 9000, "<!channel> " * 900, "é" * 9000, "a &amp; b" * 400])
def test_long_texts_are_cut_and_no_escape_is_cut_in_two(title: str) -> None:
    facts = {"job": {"title": title, "location": title}, "request": {"label": "spr-7K2QX", "reason": title}}
    message = Message("dlv_1", Happened.REQUEST_HELD, NOW, "acme", facts, "https://bridge.example.com/requests/1")

    body = posted(message)

    held_to_the_limits(body)
    for block in body["blocks"][1:]:
        for text in texts(block):
            assert not text["text"].removesuffix("…").endswith(("&", "&a", "&am", "&amp", "&l", "&lt", "&g", "&gt"))


def test_what_strangers_wrote_calls_nobody_and_links_nowhere() -> None:
    job = {"title": "<!channel> & <https://evil.example.com|click>", "location": "https://a.example.com/<x>"}
    facts = {"job": job, "interview": {"share_link": "https://www.talentsprout.ai/<x>"}}
    body = posted(replace(examples.message(Happened.INTERVIEW_CREATED), facts=facts))

    assert "<!" not in everything(body).replace(body["blocks"][0]["text"]["text"], "")
    assert "<https://evil" not in json.dumps(body["blocks"][1:])
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example.com|click&gt;" in everything(body)
    assert body["text"].startswith("Interview link for &lt;!channel&gt;")
    assert "<https://a.example.com" not in everything(body)
    assert "<https://www.talentsprout.ai/&lt;x&gt;>" in everything(body)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"channel_not_found", "channel_not_found"),
        (b"no_service\n", "no_service"),
        (b"ok and more", None),
        (b"<html>", None),
        (b"", None),
        (b"\xff" * 90, None),
    ],
)
def test_a_refusal_is_told_in_slacks_own_word(body: bytes, words: str | None) -> None:
    kind = named("slack")
    assert isinstance(kind, Explains)
    assert kind.said(404, body) == words


def test_a_target_without_address_says_so() -> None:
    with pytest.raises(Undeliverable, match="no url"):
        slack.compose(examples.message(Happened.REQUEST_HELD), TARGET.model_copy(update={"url": None}), NOW)
