"""Pages: what they say, that they say it in every case, and that a stranger's words stay words."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.web.houses import A_TEXT, AN_ID, TWO_ORGANIZATIONS, House, form_token, make_house
from worker.domain.request import Because, Code, Content, State
from worker.events import reader
from worker.ledger import organizations, processes, requests
from worker.ledger.connection import Tx

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "<a href=javascript:alert(1)>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--",
    "]]>",
    "</textarea><script>alert(1)</script>",
]


def today(house: House) -> str:
    answer = house.client().get("/")
    assert answer.status_code == 200
    return text_of(answer)


def text_of(answer: TestResponse) -> str:
    """What a person reads, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).replace("&#39;", "'").replace("&#34;", '"').split())


def file(house: House, text: str = A_TEXT, **more: object) -> str:
    return str(house.api().post("/requests", {"job_description": text} | more).json["id"])


def receive(house: House, body: object) -> str:
    token = house.bridge.settings.organizations["sandbox"].webhook_tokens[0].reveal()
    answer = house.client().post(f"/webhooks/talentsprout/sandbox/{token}", json=body)
    event_id = str(answer.json["event_id"])
    reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)
    return event_id


def result(score: object = 81, name: str = "Ines Moreau", **more: object) -> dict[str, object]:
    data = {
        "interview": {"id": AN_ID, "title": "Night nurse"},
        "candidate": {"fullName": name},
        "session": {"id": f"s-{name}-{score}"},
        "scores": {"overall": score},
    }
    return {"event": "interview.completed", "data": data} | more


def at_work(house: House) -> None:
    house.write(lambda tx: processes.report(tx, "boot", "host", 7))


def test_an_empty_installation_says_what_will_appear_and_the_command_for_it(sandbox: House) -> None:
    text = today(sandbox)
    assert "All is well: nothing needs you." in text
    for command in ("sprout generate FILE", "sprout demo", "sprout sign SOURCE FILE", "sprout doctor"):
        assert command in text
    assert "Sandbox" in text


def test_the_mark_of_the_sandbox_is_on_no_real_installation(tmp_path: Path) -> None:
    text = TWO_ORGANIZATIONS.replace('public_url = "https://bridge.example.com"\n', "")
    assert "Sandbox" not in make_house(tmp_path, text).client().get("/sign-in").text


def test_when_all_is_well_the_page_tells_when_the_last_event_came(sandbox: House) -> None:
    at_work(sandbox)
    receive(sandbox, result())
    assert re.search(r"nothing needs you\. The last event came .* UTC , \d+ s ago\.", today(sandbox))


def test_what_needs_somebody_comes_first_with_reason_and_next_step(sandbox: House) -> None:
    at_work(sandbox)
    unknown = file(sandbox)
    sandbox.unknown(unknown)
    label = sandbox.api().get(f"/requests/{unknown}").json["label"]

    text = today(sandbox)

    assert "All is well" not in text
    assert text.index("Needs you") < text.index("No answer") < text.index("Budget")
    assert f"Look for the label {label}-1 in TalentSprout." in text
    assert f"sprout requests adopt {label} LINK" in text
    assert "1, the oldest for" in text


def test_what_waits_for_approval_has_a_button_for_it_and_none_that_sends_it_again(sandbox: House) -> None:
    request_id = file(sandbox)
    because = Because(Code.APPROVAL, {"rule": "nurses"})
    sandbox.write(lambda tx: requests.move(tx, request_id, set(State), State.HELD, because=because))
    assert "Approval" in today(sandbox)
    client = sandbox.client()
    page = client.get(f"/requests/{request_id}")
    assert "Is this interview wanted?" in page.text
    assert (
        "<details open><summary>The job description that is sent" in page.text
    )  # an approval is for the text that was seen
    assert "Send again" not in page.text
    client.post(f"/requests/{request_id}/approve", data={"state": "held", "form_token": form_token(page)})
    assert "Approved by" in client.get(f"/requests/{request_id}").text


def test_more_of_one_cause_than_fit_are_counted_and_linked(sandbox: House) -> None:
    at_work(sandbox)
    for number in range(7):
        request_id = file(sandbox, f"{A_TEXT} {number}")
        sandbox.write(lambda tx: tx.conn.exec_driver_sql("UPDATE budget SET grid_at = NULL"))
        sandbox.unknown(request_id)

    page = sandbox.client().get("/")

    assert "7, the oldest for" in text_of(page)
    assert page.text.count(">Decide</a>") == 5
    assert 'href="/requests?state=unknown"' in page.text


def test_a_paused_organization_and_a_missing_worker_are_said(sandbox: House) -> None:
    file(sandbox)
    assert "No worker has reported yet." in today(sandbox)
    assert "Start one: sprout up, or sprout worker." in today(sandbox)
    at_work(sandbox)
    assert "No worker" not in today(sandbox)

    sandbox.write(lambda tx: organizations.pause(tx, "sandbox", {"status": 401}, timedelta(minutes=1)))

    text = today(sandbox)
    assert "Paused: TalentSprout refused the API key at" in text
    assert "Nothing is lost; sending resumes once a ping succeeds." in text
    assert "Paused: nothing is sent." in text


def test_a_delivery_that_can_not_be_read_needs_somebody(sandbox: House) -> None:
    event_id = receive(sandbox, {"event": "interview.completed", "data": {}})
    assert f"sprout events replay {event_id}" in today(sandbox)


def test_the_budget_is_drawn_and_said(sandbox: House) -> None:
    at_work(sandbox)
    first = file(sandbox)
    sandbox.unknown(first)
    file(sandbox, A_TEXT + " 2")

    page = sandbox.client().get("/").text

    assert "1 of 20 calls used in the last 60 s; 19 free. 1 waits; the last one starts about" in page
    assert "0 of 120 calls used in the last 60 s; 120 free. Nothing waits." in page
    assert page.count('class="mark"') == 1
    assert page.count('class="slot"') > 1


def test_what_waits_says_why_and_until_when(sandbox: House) -> None:
    at_work(sandbox)
    for number in range(3):
        file(sandbox, f"{A_TEXT} {number}")
    text = today(sandbox)
    assert "Next in line: starts now." in text
    assert "2nd in line. Starts about in 3 s" in text or "2nd in line." in text
    assert "3rd in line." in text


def test_a_share_link_can_be_seen_and_copied_without_a_script(sandbox: House) -> None:
    sandbox.interview()
    page = sandbox.client().get("/").text
    link = f"https://www.talentsprout.ai/interview/{AN_ID}"
    assert f'href="{link}" rel="noreferrer noopener">{link}</a>' in page
    assert 'data-copy="link-1" hidden' in page


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (81, "81 of 100, at or above the passing mark of 70."),
        (70, "70 of 100, at or above the passing mark of 70."),
        (69.5, "69.5 of 100, below the passing mark of 70."),
        (None, "No score."),
    ],
)
def test_a_score_is_told_with_the_mark_in_words(sandbox: House, score: object, words: str) -> None:
    sandbox.interview()
    receive(sandbox, result(score))
    assert words in today(sandbox)


def test_a_preview_is_marked_and_an_unmatched_result_says_what_becomes_of_it(sandbox: House) -> None:
    receive(sandbox, result(test=True))
    text = today(sandbox)
    assert "preview, not counted" in text
    assert "81 of 100; the passing mark is not known." in text
    assert "not known here yet; it is linked by itself once it is" in text


def test_a_page_that_has_not_changed_is_not_sent_again(sandbox: House) -> None:
    client = sandbox.client()
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    file(sandbox)
    later = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert later.status_code == 200


class _Page(HTMLParser):
    """Its elements with their attributes, and the text that a person reads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def assert_words_stay_words(text: str) -> None:
    """Nothing of the page runs, loads or leads where a stranger wants."""
    page = _Page(text)
    assert page.comments == []
    assert [attributes.get("src") for tag, attributes in page.elements if tag == "script"] == ["/static/pages.js"]
    for tag, attributes in page.elements:
        assert tag not in ("img", "iframe", "object")
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "/").startswith(("/", "#", "https://www.talentsprout.ai/"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_words_stay_words(sandbox: House, text: str) -> None:
    """Titles, names, ids, descriptions and what is typed into forms, on every page that shows them."""
    receive(sandbox, result(name=text, event=text))
    receive(sandbox, result(name=text))
    sandbox.interview(title=text)
    held = file(sandbox, f"{A_TEXT} {text}", options={"title": f"Nurse {text}"}, dedup_id=text)
    client = sandbox.client()
    token = form_token(client.get(f"/requests/{held}"))
    client.post(f"/requests/{held}/cancel", data={"form_token": token})
    refused = {"form_token": token, "share_link": text, "job_description": text}
    pages = [client.get(path) for path in ("/", "/requests", f"/requests/{held}")]
    pages += [client.post(f"/requests/{held}/{verb}", data=refused) for verb in ("adopt", "retry")]

    assert [answer.status_code for answer in pages] == [200, 200, 200, 422, 422]
    for answer in pages:
        assert_words_stay_words(answer.text)
    for answer in pages[:3]:
        assert text in _Page(answer.text).text


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://evil.example/interview/1", "data:text/html,x", "https://[", ""]
)
def test_a_link_that_is_not_https_is_text(sandbox: House, link: str) -> None:
    def unit(tx: object) -> None:
        from worker.domain.interview import Interview, Origin
        from worker.ledger import interviews

        interviews.store(tx, "sandbox", Interview(AN_ID, link, {}), Origin.CREATED, None)  # type: ignore[arg-type]  # a Tx

    sandbox.write(unit)
    assert f'href="{link}"' not in sandbox.client().get("/").text


def test_the_page_of_a_request_tells_what_happened_and_offers_what_can_be_decided(sandbox: House) -> None:
    request_id = file(sandbox, dedup_id="job-7")
    sandbox.unknown(request_id)
    page = sandbox.client().get(f"/requests/{request_id}")
    text = text_of(page)

    assert "I found it" in text
    assert "It is not there" in text
    assert "there will be a second interview" in text
    assert text.index("Filed") < text.index("Attempt 1 took a slot") < text.index("Sent to TalentSprout")
    assert "No readable answer: the interview may exist" in text
    assert "job-7" in text
    for verb in ("adopt", "retry", "cancel"):
        assert f'action="/requests/{request_id}/{verb}"' in page.text


@pytest.mark.parametrize(
    ("verb", "data", "state"),
    [
        ("adopt", {"share_link": f"https://www.talentsprout.ai/interview/{AN_ID}"}, "created"),
        ("retry", {"not_there": "yes"}, "waiting"),
        ("cancel", {"not_there": "yes"}, "cancelled"),
    ],
)
def test_an_unknown_is_decided_on_its_page(sandbox: House, verb: str, data: dict[str, str], state: str) -> None:
    request_id = file(sandbox)
    sandbox.unknown(request_id)
    client = sandbox.client()
    token = form_token(client.get(f"/requests/{request_id}"))

    answer = client.post(f"/requests/{request_id}/{verb}", data=data | {"form_token": token})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/requests/{request_id}")
    assert sandbox.api().get(f"/requests/{request_id}").json["state"] == state
    assert "dashboard (sandbox)" in text_of(client.get(f"/requests/{request_id}"))


def test_a_refused_decision_is_the_sentence_on_the_page_and_changes_nothing(sandbox: House) -> None:
    request_id = file(sandbox)
    sandbox.unknown(request_id, lease=timedelta(hours=1))
    client = sandbox.client()
    token = form_token(client.get(f"/requests/{request_id}"))
    before = sandbox.dump()

    early = client.post(f"/requests/{request_id}/retry", data={"not_there": "yes", "form_token": token})
    wrong = client.post(f"/requests/{request_id}/adopt", data={"share_link": "x", "form_token": token})

    assert early.status_code == 409
    assert "It can be sent again at" in text_of(early)
    assert 'role="alert"' in early.text
    assert wrong.status_code == 422
    assert "A share link looks like" in text_of(wrong)
    assert sandbox.dump() == before


def test_the_second_of_two_people_is_shown_what_the_first_did(sandbox: House) -> None:
    request_id = file(sandbox)
    client = sandbox.client()
    token = form_token(client.get(f"/requests/{request_id}"))
    client.post(f"/requests/{request_id}/cancel", data={"form_token": token})

    second = client.post(f"/requests/{request_id}/cancel", data={"form_token": token})

    assert second.status_code == 409
    assert "Cancelled by dashboard (sandbox)" in text_of(second)


def test_a_text_that_was_not_touched_is_no_change_and_one_that_was_is(sandbox: House) -> None:
    request_id = file(sandbox, A_TEXT + "\n\nSecond paragraph.")
    client = sandbox.client()
    token = form_token(client.get(f"/requests/{request_id}"))
    for text, changed in ((A_TEXT + "\r\n\r\nSecond paragraph.", False), (A_TEXT + " New.", True)):
        client.post(f"/requests/{request_id}/cancel", data={"form_token": token})
        client.post(f"/requests/{request_id}/retry", data={"form_token": token, "job_description": text})
        decisions = sandbox.api().get(f"/requests/{request_id}").json["decisions"]
        assert decisions[0]["action"] == "retry"
        assert decisions[0]["detail"]["changed"] is changed


def test_requests_are_listed_and_the_address_keeps_the_filter(sandbox: House) -> None:
    for number in range(55):
        file(sandbox, f"{A_TEXT} {number}")
    first = sandbox.client().get("/requests?state=waiting")
    following = re.search(r'href="(/requests\?state=waiting&amp;cursor=[^"]+)"', first.text)
    assert following is not None
    second = sandbox.client().get(following[1].replace("&amp;", "&"))

    assert first.text.count("<tr>") == 51
    assert second.text.count("<tr>") == 6
    assert "Nothing is held." in text_of(sandbox.client().get("/requests?state=held"))
    assert sandbox.client().get("/requests?state=nothing").status_code == 404
    assert sandbox.client().get("/requests?cursor=%00").status_code == 404
    assert sandbox.client().get("/requests/nobody").status_code == 404


def test_beside_an_unknown_stands_what_is_known_of_the_call_and_what_it_may_be(sandbox: House) -> None:
    request_id = file(sandbox, options={"title": "Night nurse"})
    sandbox.unknown(request_id)
    receive(
        sandbox, {**result(), "data": {**result()["data"], "interview": {"id": "c4xk9q2w", "title": "Night nurse"}}}
    )

    text = text_of(sandbox.client().get(f"/requests/{request_id}"))

    assert "How far it got It was marked as sent at" in text
    assert "Send again possible from" in text
    assert "It may be one of these" in text
    assert "Interview c4xk9q2w , Night nurse; finished" in text
    told = sandbox.api().get(f"/requests/{request_id}").json["unknown"]
    assert [one["interview_id"] for one in told["proposals"]] == ["c4xk9q2w"]
    assert told["label"].endswith("-1")


def test_an_old_page_is_shown_what_was_decided_meanwhile(sandbox: House) -> None:
    request_id = file(sandbox)
    client = sandbox.client()
    page = client.get(f"/requests/{request_id}")
    old = {"form_token": form_token(page), "state": "waiting", "attempts": "0"}
    sandbox.unknown(request_id)

    answer = client.post(f"/requests/{request_id}/cancel", data=old | {"not_there": "yes"})

    assert answer.status_code == 409
    assert "is unknown with 1 attempt by now, which is not what you saw. Nothing has changed." in text_of(answer)
    assert sandbox.count("audit") == 0


def test_a_contradicted_result_needs_somebody(sandbox: House) -> None:
    at_work(sandbox)
    sandbox.interview()
    first, forged = result(81), result(3)
    forged["data"]["session"] = first["data"]["session"]
    receive(sandbox, first)
    receive(sandbox, forged)

    text = today(sandbox)

    assert "Contradicted results 1, the oldest for" in text
    assert "Two deliveries about a session of Night nurse say different things. The first stays." in text
    (kept,) = sandbox.api().get("/results").json["items"]
    assert (kept["contradicted"], kept["score"]) == (True, 81)


def test_an_old_page_approves_no_text_that_it_did_not_show(sandbox: House) -> None:
    request_id = file(sandbox)
    because = Because(Code.APPROVAL, {"rule": "nurses"})
    sandbox.write(lambda tx: requests.move(tx, request_id, set(State), State.HELD, because=because))
    client = sandbox.client()
    old = hidden(client.get(f"/requests/{request_id}"), "approve")
    edited = Content("The newest text, which nobody saw on that page. " * 2, {}, {})

    def edit(tx: Tx) -> None:
        found = requests.get(tx, request_id)
        assert found is not None
        requests.rewrite(tx, found, found.title, edited, text_limit=20_000)

    sandbox.write(edit)
    late = client.post(f"/requests/{request_id}/approve", data=old)

    assert late.status_code == 409
    assert "after what you saw. Look at its text again; nothing was decided." in text_of(late)
    assert "The newest text" in late.text
    assert client.post(f"/requests/{request_id}/approve", data=hidden(late, "approve")).status_code == 303


def hidden(page: TestResponse, verb: str) -> dict[str, str]:
    """The hidden fields of one form of the page."""
    form = re.search(rf'<form[^>]*/{verb}">(.*?)</form>', page.text, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
