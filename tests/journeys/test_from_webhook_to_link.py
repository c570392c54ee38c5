"""An ATS announces a job: one interview, whatever is repeated and whoever is killed."""

import json
import threading
from pathlib import Path

import pytest

from tests.journeys.household import household, post, text
from worker.sandbox.settings import FAKE_KEY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_a_delivery_that_is_sent_fifty_times_and_under_new_ids_becomes_one_interview(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.start()
        body = post(1, text())
        headers = house.signed("careers", body)
        answers: list[tuple[int, dict[str, object]]] = []
        barrier = threading.Barrier(50)

        def send() -> None:
            barrier.wait()
            answers.append(house.deliver("careers", body, headers))

        threads = [threading.Thread(target=send) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        renamed = [{**headers, "Greenhouse-Event-ID": f"another-{number}"} for number in range(3)]
        answers.extend(house.deliver("careers", body, one) for one in renamed)

        made = house.until_state("created")
        assert [status for status, _ in answers] == [200] * 53
        assert len({str(answer["event_id"]) for _, answer in answers}) == 1
        assert sum(answer["duplicate"] is False for _, answer in answers) == 1
        assert len(made) == len(house.calls()) == 1
        assert made[0]["share_link"].startswith("http://127.0.0.1:")


def test_what_was_acknowledged_before_everything_was_killed_is_made_once(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        up = house.start()
        house.sprout("organizations", "pause", "acme")  # or its call may be on the wire already, and unknown
        status, answer = house.deliver("careers", post(1, text()))
        up.kill()
        assert status == 200

        house.start()
        house.sprout("organizations", "resume", "acme")

        assert [one["id"] for one in house.told("events", "list")["items"]] == [answer["event_id"]]
        house.until_state("created")
        assert len(house.calls(executed=True)) == 1


def test_a_posting_that_is_too_short_is_held_until_its_update_and_then_left_alone(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.start()
        house.deliver("careers", post(1, "<p>Short.</p>"))
        held = house.until_state("held")[0]
        assert held["reason"] == "The description has 6 characters; TalentSprout needs 50."

        house.deliver("careers", post(1, text(1), action="job_post_updated"))
        made = house.until_state("created")[0]
        assert made["id"] == held["id"]

        _, answer = house.deliver("careers", post(1, text(2), action="job_post_updated"))
        event = house.until(
            lambda: _read(house.told("events", "show", str(answer["event_id"]))), "the second update is read"
        )
        assert 'on_change = "keep"' in event["reason"]
        assert len(house.calls()) == 1


def test_a_key_that_is_refused_pauses_says_so_and_a_valid_one_resumes_by_itself(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.sandbox.tell("settings", organizations=[{"name": "acme", "keys": [{"key": FAKE_KEY, "revoked": True}]}])
        house.start()
        house.deliver("careers", post(1, text()))
        waiting = house.until(
            lambda: [one for one in house.requests(state="waiting") if one["reason_code"] == "refused"],
            "the organization pauses",
        )
        assert "refused the API key" in waiting[0]["reason"]
        doctor = house.run("doctor", "--json")
        assert doctor.returncode == 1
        assert "refused" in doctor.stdout

        house.sandbox.tell("settings", organizations=[{"name": "acme", "keys": [{"key": FAKE_KEY}]}])

        house.until_state("created")
        assert len(house.calls(executed=True)) == 1


def test_a_key_that_may_ping_and_not_generate_does_not_flap(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.sandbox.tell("settings", organizations=[{"name": "acme", "keys": [{"key": FAKE_KEY, "scopes": []}]}])
        house.start()
        for number in range(3):
            house.deliver("careers", post(number, text(number)))
        house.until(lambda: len(house.calls()) >= 5, "three probes were followed by a refused call each")
        _, second, third, fourth, fifth = [one["head_at"] for one in house.calls()][:5]
        assert fifth - fourth > (third - second) * 1.5, "the time between two tries doubles, to a sweep"
        assert {one["state"] for one in house.requests()} <= {"waiting", "sending"}


def _read(event: dict[str, object]) -> dict[str, object] | None:
    return event if event["state"] == "read" else None


def test_a_delivery_that_is_forged_leaves_nothing(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.start()
        headers = house.signed("careers", post(1, text()))
        status, problem = house.deliver("careers", post(2, text()), headers)
        assert status == 401
        assert problem["status"] == 401
        assert house.told("events", "list") == {"items": [], "next": None}
        assert json.dumps(problem).count("secret") == 0


def test_one_scrape_counts_what_every_process_of_up_did(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        up = house.start()
        house.deliver("careers", post(1, text()))
        house.until_state("created")
        wanted = [
            'sprout_calls_total{organization="acme",outcome="Created"} 1.0',
            'sprout_receipts_total{answer="stored",source="careers"} 1.0',
            "sprout_call_seconds_count 1.0",
            "sprout_spooled 0.0",
            "process_resident_memory_bytes ",
        ]
        told = house.get("/metrics")[1]
        assert [one for one in wanted if one not in told] == []
        house.until(lambda: "sprout_sweeps_total 0.0" not in house.get("/metrics")[1], "a sweep is counted")
        (worker,) = [one for one in up.family() if "worker" in one.cmdline()[-1:]]
        worker.kill()
        house.until(lambda: "sprout_workers_alive 1.0" in house.get("/metrics")[1], "the next worker has come")
        assert wanted[0] in house.get("/metrics")[1], "who ends leaves what it has counted"
