"""Candidates who finish, what is told about them, and how it is sent."""

import hmac
import socket
import threading
import time

import pytest

from worker.sandbox.settings import AbandonedBody, IdForm, Organization, Recording, Seconds, Switches


@pytest.fixture
def told(start, receiver):
    """A client whose organization has a webhook, and an interview in it."""

    def made(**settings):
        client = start(organizations=(Organization(webhook_url=receiver.url),), **settings)
        return client, client.generate().json()

    return made


def test_candidates_finish_by_themselves_after_their_time(told, receiver):
    _, interview = told(candidates=2, finishing=Seconds(10, 20), speed=200)

    first, second = receiver.payloads(2)

    assert first["event"] == second["event"] == "interview.completed"
    assert {first["data"]["interview"]["id"], second["data"]["interview"]["id"]} == {interview["id"]}
    assert first["data"]["session"]["id"] != second["data"]["session"]["id"]
    assert first["data"]["candidate"]["email"] != second["data"]["candidate"]["email"]


def test_a_completion_has_the_documented_shape(told, receiver):
    client, interview = told()

    (delivery,) = client.sandbox.tell(
        "complete", interview_id=interview["id"], external_user_id="gh:app:884213", score=81
    )["deliveries"]
    (payload,) = receiver.payloads(1)

    data = payload["data"]
    assert payload.keys() == {"event", "apiVersion", "timestamp", "data"}
    assert payload["apiVersion"] == "2026-01-30"
    assert data.keys() == {
        "interview",
        "candidate",
        "session",
        "validation",
        "scores",
        "evaluation",
        "transcript",
    }
    assert data["candidate"]["externalUserId"] == "gh:app:884213"
    assert data["candidate"]["email"].endswith("@example.org")
    assert data["scores"] == {"overall": 81, "interview": 81, "resume": None}
    assert len(data["evaluation"]["performance"]) == 5
    assert {line["speaker"] for line in data["transcript"]} == {"agent", "candidate"}
    assert data["session"]["startedAt"] <= data["session"]["completedAt"] == payload["timestamp"]
    assert (delivery["status"], delivery["text"]) == (202, "kept")


def test_the_same_candidate_scores_the_same_again(told, receiver):
    client, interview = told()
    for _ in range(2):
        client.sandbox.tell("complete", interview_id=interview["id"], candidate=3)

    first, second = receiver.payloads(2)

    assert first["data"]["scores"] == second["data"]["scores"]
    assert first["data"]["candidate"]["id"] == second["data"]["candidate"]["id"]
    assert first["data"]["session"]["id"] != second["data"]["session"]["id"]


def test_a_preview_is_marked_as_a_test(told, receiver):
    client, interview = told()
    client.sandbox.tell("complete", interview_id=interview["id"], kind="preview")

    assert receiver.payloads(1)[0]["test"] is True


@pytest.mark.parametrize("body", list(AbandonedBody))
def test_an_abandoned_session_has_no_scores(told, receiver, body):
    client, interview = told(switches=Switches(abandoned_body=body))
    client.sandbox.tell("complete", interview_id=interview["id"], kind="abandoned")

    (payload,) = receiver.payloads(1)

    assert payload["event"] == "interview.abandoned"
    assert payload["data"]["validation"]["passed"] is False
    assert payload["data"]["session"]["completedAt"] is None
    assert ("scores" in payload["data"]) is (body is AbandonedBody.NULLS)


def test_the_old_version_lacks_what_was_added_later(told, receiver):
    client, interview = told()
    client.sandbox.tell("complete", interview_id=interview["id"], api_version="2024-01-01")

    (payload,) = receiver.payloads(1)

    assert payload["apiVersion"] == "2024-01-01"
    assert "validation" not in payload["data"]
    assert not {"externalUserId", "shareUrl"} & payload["data"]["candidate"].keys()
    assert not {"type", "thumbnailUrl"} & payload["data"]["session"].keys()


@pytest.mark.parametrize("form", list(IdForm))
def test_a_webhook_can_name_the_interview_by_each_form_of_its_id(told, receiver, form):
    client, interview = told()
    client.sandbox.tell("complete", interview_id=interview["id"], id_form=form, dashboard_id_form="uuid")

    named = receiver.payloads(1)[0]["data"]["interview"]
    (known,) = client.sandbox.ask("interviews")["interviews"]

    assert named["id"] == {"uuid": interview["id"], "short": known["short"], "hex8": interview["id"][:8]}[form]
    assert named["dashboardUrl"].endswith(interview["id"])


def test_the_form_of_the_id_and_the_speakers_label_are_switches(told, receiver):
    client, interview = told(switches=Switches(webhook_id=IdForm.SHORT, candidate_speaker="user"))
    client.sandbox.tell("complete", interview_id=interview["id"])

    data = receiver.payloads(1)[0]["data"]

    assert data["interview"]["id"].startswith("c")
    assert data["interview"]["dashboardUrl"].endswith(data["interview"]["id"])
    assert {line["speaker"] for line in data["transcript"]} == {"agent", "user"}


def test_duplicates_are_the_same_bytes_again(told, receiver):
    client, interview = told()
    client.sandbox.tell("complete", interview_id=interview["id"], duplicates=2)

    receiver.payloads(3)

    assert len({body for _, body in receiver.received}) == 1


def test_a_completion_can_come_before_the_creating_call_has_answered(start, receiver):
    client = start(organizations=(Organization(webhook_url=receiver.url),))
    client.sandbox.tell("faults", fault="created_hang", complete_first=True)
    with client.raw():
        (payload,) = receiver.payloads(1)

        (line,) = client.record()
        assert payload["data"]["interview"]["id"] == line["interview_id"]
        assert line["status"] is None


def test_an_interview_that_the_api_never_made_can_be_completed(told, receiver):
    client, _ = told()
    client.sandbox.tell("complete", title="Made by hand")

    assert receiver.payloads(1)[0]["data"]["interview"]["title"] == "Made by hand"


def test_a_delivery_is_tried_once(told, receiver):
    receiver.answers += [500]
    client, interview = told()

    (delivery,) = client.sandbox.tell("complete", interview_id=interview["id"])["deliveries"]

    assert (delivery["status"], delivery["tries"]) == (500, 1)


def test_a_delivery_is_tried_again_where_the_switch_says_so(told, receiver):
    receiver.answers += [500, 503]
    client, interview = told(switches=Switches(webhook_retries=3), speed=1000)

    (delivery,) = client.sandbox.tell("complete", interview_id=interview["id"])["deliveries"]

    assert (delivery["status"], delivery["tries"]) == (202, 3)


def test_a_receiver_that_starts_a_little_later_is_waited_for(start):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    client = start(organizations=(Organization(webhook_url=f"http://127.0.0.1:{port}/hook"),), speed=100)
    interview = client.generate().json()
    client.sandbox.tell("complete", interview_id=interview["id"], wait=False)
    while not (tries := client.sandbox.ask("webhooks")["webhooks"] and _tries(client)):
        time.sleep(0.01)
    with socket.create_server(("127.0.0.1", port)) as late:
        answering = threading.Thread(target=_answer_once, args=(late,))
        answering.start()
        answering.join(5)
        while not client.sandbox.ask("webhooks")["webhooks"][0]["done"]:
            time.sleep(0.01)

    assert tries[0]["status"] == 0
    assert _tries(client)[-1]["status"] == 204


def _tries(client):
    return client.sandbox.ask("webhooks")["webhooks"][0]["tries"]


def _answer_once(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def test_a_webhook_is_unsigned_unless_the_switches_name_headers(told, receiver):
    client, interview = told()
    client.sandbox.tell("complete", interview_id=interview["id"])
    client.sandbox.tell("settings", switches={"signature_header": "X-Sign", "delivery_id_header": "X-Id"})
    client.sandbox.tell("complete", interview_id=interview["id"])

    (plain, _), (signed, body) = receiver.received

    assert not {"X-Sign", "X-Id"} & plain.keys()
    assert signed["X-Sign"] == "sha256=" + hmac.new(b"sandbox-signature", body, "sha256").hexdigest()
    assert len(signed["X-Id"]) == 32


def test_the_log_shows_payload_and_answers_but_not_the_secret_in_the_address(told, receiver):
    client, interview = told()
    client.sandbox.tell("complete", interview_id=interview["id"])

    (sent,) = client.sandbox.ask("webhooks")["webhooks"]

    assert sent["payload"] == receiver.payloads(1)[0]
    assert "0123456789abcdef" not in sent["url"]


@pytest.mark.parametrize(
    ("recording", "status"), [(Recording.OPEN, 200), (Recording.LOGIN, 401), (Recording.EXPIRED, 410)]
)
def test_what_a_recordings_link_answers_is_a_switch(told, receiver, recording, status):
    client, interview = told(switches=Switches(recording=recording))
    client.sandbox.tell("complete", interview_id=interview["id"])

    url = receiver.payloads(1)[0]["data"]["session"]["recordingUrl"]

    assert client.http.get(url).status_code == status


def test_a_smart_link_says_which_interview_it_is_and_who_comes(told, receiver):
    client, interview = told()
    query = "email=zoe%2Bjobs%40example.org&firstName=Zo%C3%AB&externalUserId=spr%3A01abc%3Aproof"
    client.sandbox.tell("complete", link=f"{interview['share_link']}?{query}")
    (payload,) = receiver.payloads(1)
    candidate = payload["data"]["candidate"]
    assert payload["data"]["interview"]["id"] == interview["id"]
    assert candidate["externalUserId"] == "spr:01abc:proof"
    assert (candidate["email"], candidate["firstName"]) == ("zoe+jobs@example.org", "Zo\u00eb")
