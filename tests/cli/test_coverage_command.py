"""`sprout coverage`, and `sprout sources test` where an API can be asked."""

import json
from datetime import timedelta

from tests.cli.desk import TEXT, Desk
from tests.ledger.stage import Clock
from tests.standins.ashby import AshbyApi
from tests.standins.lever import LeverApi
from tests.standins.vendor import KEY, Applicant, Posting, Raw, Status, Vendor
from worker import clock
from worker.domain.received import Received
from worker.events import reader
from worker.events.fetching import Done, Fetching
from worker.ledger import events, fetches
from worker.ledger.events import Receipt
from worker.ledger.fetches import What
from worker.outbound import Outbound

ASHBY = """
[sources.jobs]
kind = "ashby"
organization = "acme"
secret = "a-secret-of-ashby-in-these-tests"
api_key = "{key}"
api_url = "{url}"
"""


def with_ashby(desk: Desk, api: Vendor) -> None:
    path = desk.folder / "bridge.toml"
    path.write_text(path.read_text() + ASHBY.format(key=KEY, url=api.api_url))
    desk.__dict__.pop("bridge", None)  # it is made from the file when it is first needed


def announced(desk: Desk, api: AshbyApi, posting: Posting) -> None:
    api.put(posting)
    settings = desk.bridge.settings.sources
    body = api.announcement(posting)
    receipt = Receipt("jobs", "acme", Received({}, body, clock.wall()), (f"id:{posting.id}",))
    (stored,) = desk.bridge.ledger.write(lambda tx: events.store(tx, [receipt]))
    reader.read(desk.bridge.ledger, settings, stored.event_id)


def test_coverage_is_of_sources_that_have_jobs(desk: Desk) -> None:
    error = desk.error("coverage", "--source", "talentsprout", status=2)["error"]
    assert "There is no source" in error
    assert "expected" in error or "did you mean" in error
    assert "talentsprout" not in error.replace('"talentsprout"', "", 1)


def test_open_jobs_are_listed_with_what_their_links_wait_for(desk: Desk) -> None:
    with AshbyApi() as api:
        with_ashby(desk, api)
        assert desk.told("coverage")["items"] == []
        announced(desk, api, Posting("7", "Night nurse", TEXT))
        (job,) = desk.told("coverage")["items"]
        assert (job["source"], job["job_id"], job["link"]) == ("jobs", "7", "on_its_way")
        assert job["reason"].endswith("no link: its text is not fetched yet.")
        fetching = Fetching(desk.bridge.ledger, desk.bridge.settings.sources, Outbound())
        assert isinstance(fetching.one("jobs"), Done)
        told = desk.told("coverage", "--source", "jobs")
        assert told["items"][0]["title"] == "Night nurse"
        assert told["items"][0]["request_state"] == "waiting"
        assert told["sources"][0] | {"listed_at": None} == {
            "source": "jobs",
            "open": 1,
            "missing": 0,
            "on_its_way": 1,
            "there": 0,
            "listed_at": None,
        }
        printed = desk.run("coverage")
        assert "jobs: 1 open, 0 with a link, 1 on the way, 0 without; never listed by its API." in printed.stderr
        assert "is on its way." in printed.stdout
        assert desk.told("coverage", "--link", "missing")["items"] == []
        assert desk.run("coverage", "--source", "jbos").exit_code == 2
        assert "forms can't be asked for its open postings" in desk.run("coverage", "--ask").stderr


def test_the_key_of_the_api_is_tried_and_not_shown(desk: Desk) -> None:
    with AshbyApi() as api:
        with_ashby(desk, api)
        told = desk.told("sources", "test", "jobs")
        assert told["checks"][-1] == {
            "name": "api",
            "ok": True,
            "sentence": "The ATS's API answers, and lists postings.",
        }
        api.then(Status(401))
        done = desk.run("sources", "test", "jobs", "--json")
        assert done.exit_code == 1
        check = json.loads(done.stdout)["checks"][-1]
        assert (check["name"], check["ok"]) == ("api", False)
        assert "does not accept the api_key of [sources.jobs]" in check["sentence"]
        assert KEY not in done.stdout + done.stderr
    done = desk.run("sources", "test", "jobs")
    assert done.exit_code == 1
    assert "No connection to 127.0.0.1" in done.stdout


def test_a_list_of_sources_says_how_their_apis_answer(desk: Desk) -> None:
    with AshbyApi() as api:
        with_ashby(desk, api)
        careers, forms, jobs = desk.told("sources", "list")["items"]
        assert forms["api"] is None
        assert careers["api"]["state"] == jobs["api"]["state"] == "not_asked"
        announced(desk, api, Posting("7", "Night nurse", TEXT))
        api.then(Status(403))
        fetching = Fetching(desk.bridge.ledger, desk.bridge.settings.sources, Outbound())
        fetching.one("jobs")
        told = desk.told("sources", "list")["items"][2]["api"]
        assert told["state"] == "refused"
        assert "answered 403" in told["trouble"]
        assert "refused" in desk.run("sources", "list").stdout
        doctor = json.loads(desk.run("doctor", "--json").stdout)
        (check,) = [one for one in doctor["checks"] if one["name"] == "API of jobs"]
        assert check["state"] == "fail"


def test_candidates_who_are_not_asked_for_are_told_while_the_api_lists_postings(desk: Desk) -> None:
    with LeverApi() as api:
        with_ashby(desk, api)
        path = desk.folder / "bridge.toml"
        path.write_text(path.read_text().replace('kind = "ashby"', 'kind = "lever"\nstage = "AI Interview"'))
        ines = Applicant("8863880", "4711")
        stored = desk.bridge.ledger.write(
            lambda tx: events.store(
                tx, [Receipt("jobs", "acme", Received({}, api.moved(ines), clock.wall()), ("id:1",))]
            )
        )
        reader.read(desk.bridge.ledger, desk.bridge.settings.sources, stored[0].event_id)
        api.then(Status(403))
        assert isinstance(Fetching(desk.bridge.ledger, desk.bridge.settings.sources, Outbound()).one("jobs"), Done)
        told = desk.told("sources", "list")["items"][2]["api"]
        assert (told["state"], "lacks a permission" in told["trouble"]) == ("in_trouble", True)
        checks = json.loads(desk.run("doctor", "--json").stdout)["checks"]
        (check,) = [one for one in checks if one["name"] == "candidates of jobs"]
        assert (check["state"], "nobody is invited before" in check["remedy"]) == ("warn", True)
        assert ines.id not in json.dumps(checks)


ENDLESS = Raw(b'{"success": true, "results": [], "moreDataAvailable": true, "nextCursor": "again"}')


def test_a_list_that_never_ends_is_told_while_the_api_answers_for_all_else(desk: Desk) -> None:
    with AshbyApi() as api:
        with_ashby(desk, api)
        bridge = desk.bridge
        bridge.ledger.clock = passing = Clock()
        bridge.ledger.write(lambda tx: fetches.want_list(tx, "jobs", "acme", What.OPEN, "", now=True))
        api.then(ENDLESS, ENDLESS)
        fetching = Fetching(bridge.ledger, bridge.settings.sources, Outbound())
        for _ in range(2):
            assert isinstance(fetching.one("jobs"), Done)
            passing.now += timedelta(seconds=1)
        announced(desk, api, Posting("7", "Night nurse", TEXT))
        passing.now += timedelta(seconds=1)
        assert isinstance(fetching.one("jobs"), Done)
        assert desk.told("coverage")["items"][0]["request_state"] == "waiting"
        told = desk.told("sources", "list")["items"][2]["api"]
        assert told["state"] == "in_trouble"
        assert "the list of postings does not end" in told["trouble"]
        checks = json.loads(desk.run("doctor", "--json").stdout)["checks"]
        (check,) = [one for one in checks if "the list of postings does not end" in one["sentence"]]
        assert (check["name"], check["state"]) == ("list of jobs", "warn")
