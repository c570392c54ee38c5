"""The pages of candidates and of results: what a recruiter finds there, and what is decided there."""

import json
import re
from pathlib import Path

import pytest

from tests.web.houses import A_TEXT, HOOK_TOKEN, KEY, SECRET, UNREACHABLE, House, form_token, make_house
from tests.web.test_pages import HOSTILE, assert_words_stay_words, text_of
from worker.domain.interview import Interview, Origin
from worker.events import reader
from worker.ledger import applications, attributions, interviews, invitations
from worker.ledger.tables import request

CODE = "c4xk9q2w"
TEXT = f"""
[bridge]
broker_url = "{UNREACHABLE}"

[organizations.sandbox]
api_key = "{KEY}"
base_url = "http://127.0.0.1:9/api/v1"
webhook_token = "{HOOK_TOKEN}"

[sources.careers]
kind = "greenhouse"
organization = "sandbox"
secret = "{SECRET}"
stage = "AI Interview"
reminders = ["2d"]
"""
NAMES = 'personal_data = ["name"]\n'


@pytest.fixture
def hiring(tmp_path: Path) -> House:
    return make_house(tmp_path, TEXT + NAMES)


def tell(house: House, body: object) -> None:
    number = house.count("event")
    answer = house.deliver("careers", json.dumps(body).encode(), **{"Greenhouse-Event-ID": f"event-{number}"})
    reader.read(house.bridge.ledger, house.bridge.settings.sources, answer.json["event_id"])


def opens(house: House, post: int = 1, title: str = "Night nurse") -> None:
    said = {"id": post, "job_id": 41, "title": title, "content": A_TEXT, "live": True}
    tell(house, {"action": "job_post_created", "payload": said})


def makes(house: House, post: int = 1, title: str = "Night nurse", company: str = "Harbour House") -> str:
    """The interview of a posting, as if it had been made."""
    identity = f"3b0c7d52-8f41-4c6e-9a2d-{post:012d}"
    raw = {"title": title, "company_name": company, "passing_score": 70, "created_at": "2026-11-20T08:00:00Z"}
    made = Interview(identity, f"https://www.talentsprout.ai/interview/{identity}", raw)

    def unit(tx) -> None:
        mine = request.c.job_id == str(post)
        request_id = tx.conn.execute(request.select().where(mine)).one().id
        interviews.store(tx, "sandbox", made, Origin.CREATED, request_id)
        tx.conn.execute(request.update().where(mine).values(state="created", interview_id=identity))

    house.write(unit)
    return identity


def moves(house: House, stage: str = "AI Interview", who: int = 7, name: str = "Ines") -> None:
    person = {"id": 8, "first_name": name, "last_name": "Moreau"}
    facts = {"id": who, "status": "active", "candidate": person, "current_stage": {"name": stage}, "jobs": [{"id": 41}]}
    tell(house, {"action": "candidate_stage_change", "payload": {"application": facts}})


def finishes(house: House, interview: str, session: str, score: float | None, **more: object) -> str:
    """The result's id."""
    known = {"id": interview, "title": "Night nurse", "companyName": "Harbour House"}
    data = {
        "interview": known,
        "candidate": {"fullName": "Ines Moreau", "externalUserId": more.pop("external", None)},
        "session": {
            "id": session,
            "startedAt": f"2026-11-21T10:0{session[-1]}:00Z",
            "recordingUrl": "https://www.talentsprout.ai/media/recording/canary",
        },
        "scores": {"overall": score},
        "evaluation": {"performance": {"x": {"name": "Calm", "score": 80, "notes": "Clear."}}},
        "transcript": [{"speaker": "agent", "text": "Hello."}],
    }
    body = {"event": "interview.completed", "data": data} | more
    answer = house.client().post(f"/webhooks/talentsprout/sandbox/{HOOK_TOKEN}", json=body)
    reader.read(house.bridge.ledger, house.bridge.settings.sources, answer.json["event_id"])
    return str(house.api().get("/results").json["items"][0]["id"])


def only(house: House) -> str:
    (one,) = house.api().get("/candidates").json["items"]
    return str(one["id"])


def signed(house: House) -> str:
    return house.bridge.ledger.read(lambda tx: attributions.personal_id(tx, only(house)))


def see(house: House, path: str) -> str:
    answer = house.client().get(path)
    assert answer.status_code == 200, answer.text
    return text_of(answer)


def test_an_empty_list_says_what_will_appear_and_a_filtered_one_that_nobody_fits(hiring: House) -> None:
    assert "Candidates appear here when an ATS tells of their stage" in see(hiring, "/candidates")
    assert "No candidate fits that." in see(hiring, "/candidates?state=unclear")
    assert hiring.client().get("/candidates?state=nothing").status_code == 404
    assert hiring.client().get("/candidates?cursor=%00").status_code == 404
    assert hiring.client().get("/candidates/nobody").status_code == 404
    assert hiring.client().get("/results/nobody").status_code == 404


def test_who_waits_is_listed_with_the_reason_and_who_was_invited_with_the_link_shown_one_at_a_time(
    hiring: House,
) -> None:
    opens(hiring)
    moves(hiring)
    listed = see(hiring, "/candidates")
    assert "Ines Moreau 7 Night nurse careers AI Interview" in listed
    assert "not sent Its job has no interview yet" in listed

    makes(hiring)
    hiring.write(invitations.follow_overlooked)

    page = hiring.client().get("/candidates?state=invited")
    assert "sent once" in text_of(page)
    assert "nothing has come back since" in text_of(page)
    assert "externalUserId" not in page.text
    one = hiring.client().get(f"/candidates/{only(hiring)}")
    assert "externalUserId" in one.text
    assert "A reminder goes out" in text_of(one)
    assert "The personal link went out" in text_of(one)


def test_a_name_is_shown_only_where_the_source_keeps_it(tmp_path: Path) -> None:
    house = make_house(tmp_path, TEXT)
    moves(house)
    pages = [house.client().get(path).text for path in ("/candidates", f"/candidates/{only(house)}")]
    assert all("Ines" not in page and "Moreau" not in page for page in pages)
    assert "Application 7" in pages[1]


def test_the_list_is_narrowed_by_job_from_the_jobs_page(hiring: House) -> None:
    opens(hiring)
    moves(hiring)
    asked = hiring.api().get("/requests").json["items"][0]["id"]
    page = hiring.client().get(f"/requests/{asked}").text
    there = re.search(r'href="(/candidates\?job=1&amp;source=careers)"', page)
    assert there is not None
    assert "Ines Moreau" in see(hiring, there[1].replace("&amp;", "&"))
    assert f'href="/requests/{asked}"' in hiring.client().get("/candidates").text
    assert "No candidate fits that." in see(hiring, "/candidates?job=2")
    for job, count in (("1", 1), ("41", 1), ("2", 0)):
        assert len(hiring.api().get(f"/candidates?job={job}").json["items"]) == count


def test_somebody_is_found_by_ids_and_by_nothing_else(hiring: House) -> None:
    moves(hiring)
    found = only(hiring)
    for name in ("7", "8", found, found[:12]):
        assert hiring.client().get(f"/candidates?id={name}").headers["Location"] == f"/candidates/{found}"
    for name in ("Ines", "Moreau", "ines@example.org", "%00"):
        assert "Nobody here is known by the id" in see(hiring, f"/candidates?id={name}")
    moves(hiring, who=9)
    assert "2 applications bear the id 8" in see(hiring, "/candidates?id=8")


def test_attempts_are_one_row_with_the_latest_and_the_best_and_lead_to_their_results(hiring: House) -> None:
    opens(hiring)
    interview = makes(hiring)
    moves(hiring)
    best = finishes(hiring, interview, "s1", 81, external=signed(hiring))
    latest = finishes(hiring, interview, "s2", 60, external=signed(hiring))
    finishes(hiring, interview, "s3", None, external=signed(hiring), test=True)

    page = hiring.client().get("/candidates")
    one = see(hiring, f"/candidates/{only(hiring)}")

    assert f'href="/results/{latest}">60, below the mark</a>' in page.text
    assert f'href="/results/{best}">best 81</a>' in page.text
    assert "latest of 2" in text_of(page)
    assert "Nothing: a result has come." in text_of(page)
    assert "2 of 2 latest finished id" in one
    assert "1 of 2 best finished id" in one
    assert "a preview, not counted" in one
    assert "2 of 2, the latest" in see(hiring, f"/results/{latest}")


def test_the_link_is_sent_again_once_for_two_who_look_at_one_page(hiring: House) -> None:
    opens(hiring)
    makes(hiring)
    moves(hiring)
    client, address = hiring.client(), f"/candidates/{only(hiring)}"
    data = {"form_token": form_token(client.get(address)), "sent": "1"}

    assert client.post(f"{address}/resend", data=data).headers["Location"] == address
    second = client.post(f"{address}/resend", data=data)

    assert second.status_code == 409
    assert "The link went out 2 times by now" in text_of(second)
    assert "The link was sent again by dashboard (sandbox)" in text_of(second)
    moves(hiring, "Offer")
    assert "Send the link again" not in see(hiring, address)


def test_where_it_is_unclear_a_person_chooses_the_interview(hiring: House) -> None:
    opens(hiring, 1)
    opens(hiring, 2, "Day nurse")
    makes(hiring, 1)
    chosen = makes(hiring, 2, "Day nurse")
    moves(hiring)
    client, address = hiring.client(), f"/candidates/{only(hiring)}"
    assert f'<a class="button" href="{address}">Decide</a>' in client.get("/").text
    page = client.get(address)
    assert "To which interview?" in page.text
    token = form_token(page)

    none = client.post(f"{address}/resend", data={"form_token": token, "sent": "0"})
    sent = client.post(f"{address}/resend", data={"form_token": token, "sent": "0", "interview_id": chosen})

    assert none.status_code == 409
    assert sent.status_code == 303
    assert hiring.bridge.ledger.read(lambda tx: applications.get(tx, only(hiring))).interview_id == chosen
    assert "To which interview?" not in client.get("/").text


def test_a_result_says_by_which_rule_its_interview_was_found_and_shows_no_recording_unasked(hiring: House) -> None:
    opens(hiring)
    makes(hiring)
    result = finishes(hiring, CODE, "s1", 81)
    page = hiring.client().get(f"/results/{result}")
    assert "title and company: it is the only interview here" in text_of(page)
    assert "81 of 100, at or above the passing mark of 70." in text_of(page)
    assert "Calm Clear. 80" in text_of(page)
    assert "canary" not in page.text
    assert "canary" in hiring.client().get(f"/results/{result}?recording=1").text
    assert f'href="/results/{result}"' in hiring.client().get("/").text


def test_a_result_that_may_be_of_several_is_attached_to_one_by_a_person(hiring: House) -> None:
    for post in (1, 2):
        opens(hiring, post)
        makes(hiring, post)
    result = finishes(hiring, CODE, "s1", 81)
    told = hiring.api().get(f"/results/{result}").json
    assert (told["state"], told["matched_by"], len(told["proposals"])) == ("unmatched", None, 2)
    assert told["reason"] == (
        f"A result for interview {CODE}, which no job here has. 2 interviews here have its title: say which it is."
    )
    client = hiring.client()
    page = client.get(f"/results/{result}")
    assert told["reason"] in text_of(page)
    token, chosen = form_token(page), told["proposals"][1]["interview_id"]

    wrong = client.post(f"/results/{result}/attach", data={"form_token": token, "job": "nothing"})
    right = client.post(f"/results/{result}/attach", data={"form_token": token, "job": chosen})

    assert wrong.status_code == 422
    assert "sandbox has no interview" in text_of(wrong)
    assert right.headers["Location"] == f"/results/{result}"
    assert "person: a person said so" in see(hiring, f"/results/{result}")
    again = hiring.api().post(f"/results/{result}/attach", {"job": "1"})
    assert (again.status_code, again.json["detail"]) == (
        409,
        f"That session's result belongs to interview {chosen} already, by person. Nothing has changed.",
    )
    assert hiring.api().post("/results/nothing/attach", {"job": "1"}).status_code == 404


@pytest.mark.parametrize("text", [one for one in HOSTILE if "/" not in one or one.startswith("<script")])
def test_a_strangers_words_stay_words_on_these_pages_too(hiring: House, text: str) -> None:
    opens(hiring, title=f"Nurse {text}")
    moves(hiring, stage=f"Stage {text}", name=text)
    result = finishes(hiring, CODE, "s1", 5, evaluation={"summary": {"strengths": [text]}})
    paths = ("/candidates", f"/candidates/{only(hiring)}", f"/results/{result}")
    for answer in (hiring.client().get(path) for path in paths):
        assert_words_stay_words(answer.text)
