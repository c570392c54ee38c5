"""From a posting in an ATS to the score beside its candidate, told to a channel on the way: once, whatever is repeated or killed.

All that is done is what the ATS, TalentSprout and the candidate do; what is looked at is what a recruiter sees.
"""

import json
import os
import re
import urllib.error
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.delivery.receivers import Receiver, Says, listening
from tests.journeys.household import Household, household, text
from tests.journeys.offices import AshbyOffice, GreenhouseOffice, Office
from tests.standins.vendor import Posting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ARMED = Path(__file__).parents[1] / "faults" / "armed"
SECRET = "a-secret-of-this-journey-alone"
TEXT = text(1)
LINK = re.compile(r"Personal link of this candidate: (\S+)")
WITH_ATS_AND_CHANNEL = """
[sources.jobs]
kind = "{kind}"
organization = "acme"
secret = "{secret}"
api_key = "{key}"
api_url = "{url}"
stage = "ai interview"

[targets.back]
kind = "ats"
organization = "acme"
source = "jobs"
author = "4012"
include = ["candidate", "evaluation"]
events = [{noted}]

[targets.channel]
kind = "slack"
organization = "acme"
url = "{channel}"
events = ["interview.created", "candidate.invited", "result.completed"]
"""
NOTED = {
    "ashby": '"candidate.invited", "result.completed"',  # a job has no notes there
    "greenhouse": '"interview.created", "candidate.invited", "result.completed"',
}


@dataclass
class Way:
    """The bridge, the ATS, the channel; and where the next process is to die."""

    house: Household
    ats: Office
    channel: Receiver
    deaths: Path

    def start(self, *, ready: bool = True) -> None:
        paths = f"{ARMED}{os.pathsep}{Path(__file__).parents[2]}"
        harvest = {"SPROUT_HARVEST": self.ats.root} if self.ats.KIND == "greenhouse" else {}
        self.house.start(ready=ready, env={"PYTHONPATH": paths, "SPROUT_CRASH_FILES": str(self.deaths), **harvest})

    def send(self, body: bytes) -> None:
        """As an ATS sends: again, where no answer came."""
        headers = {"Content-Type": "application/json", **self.ats.signed(body, SECRET)}

        def accepted() -> bool:
            try:
                return self.house.post("/webhooks/jobs", body, headers)[0] in (200, 202)
            except (OSError, HTTPException, urllib.error.URLError):
                return False

        self.house.until(accepted, "the event is taken")

    def through(self, deaths: tuple[str, ...], act: Callable[[], object]) -> None:
        """Do `act`, and see a process die at each of these steps; everything else is killed with it, and started again."""
        for step in deaths:
            (self.deaths / step).touch()
        act()
        while left := self.still():
            self.house.until(lambda before=left: self.still() != before, f"a process dies at one of {left}")
            self.house.programs[-1].kill()
            self.start(ready=False)
        self.house.until(lambda: self.house.get("/readyz")[0] == 200, "the bridge serves again")

    def still(self) -> list[str]:
        """The steps at which nobody has died yet."""
        return sorted(path.name for path in self.deaths.iterdir())

    def told(self) -> Counter[str]:
        """What the channel was told, by its first words."""
        return Counter(" ".join(json.loads(one.body)["text"].split()[:4]) for one in self.channel.given)

    def rest(self, token: str) -> None:
        """Until there is nothing to be read or delivered any more."""

        def quiet() -> bool:
            paths = ("events?state=stored", "deliveries?state=waiting", "deliveries?state=sending")
            answers = [self.house.get(f"/api/v1/{path}", token) for path in paths]
            return all(status == 200 and not json.loads(told)["items"] for status, told in answers)

        self.house.until(quiet, "everything is done")


@dataclass(frozen=True)
class Deaths:
    """The steps at which a process dies, by what happens."""

    stage: tuple[str, ...] = ()
    posting: tuple[str, ...] = ()
    result: tuple[str, ...] = ()


NOBODY = Deaths()
EVERYWHERE = Deaths(
    ("after_event_commit",),
    ("after_fetch_answered", "after_journal", "after_note_added"),
    ("after_read", "after_delivery_sent"),
)


@pytest.mark.parametrize(
    ("office", "deaths"),
    [(AshbyOffice, EVERYWHERE), (GreenhouseOffice, NOBODY)],
    ids=["ashby-killed-everywhere", "greenhouse"],
)
def test_every_word_stands_where_it_belongs_once(tmp_path: Path, office: type[Office], deaths: Deaths) -> None:
    with household(tmp_path, latency=(0.2, 0.2)) as house, office() as ats, listening() as channel:
        channel.answer = lambda _: Says(200, body=b"ok")
        settings = {"kind": ats.KIND, "secret": SECRET, "key": ats.key, "url": ats.api_url, "channel": channel.url}
        house.path.write_text(house.path.read_text() + WITH_ATS_AND_CHANNEL.format(**settings, noted=NOTED[ats.KIND]))
        way = Way(house, ats, channel, tmp_path / "deaths")
        way.deaths.mkdir()
        way.start()
        token = house.told("token", "create")["token"]
        walked(way, deaths)
        way.rest(token)

        invited, scored = ats.candidates.texts
        assert "Invited to the TalentSprout interview" in invited
        assert "Score: 81 of 100" in scored
        (made,) = json.loads(house.get("/api/v1/requests", token)[1])["items"]
        if ats.KIND == "greenhouse":
            (on_job,) = ats.jobs.texts
            assert f"Link for candidates: {made['share_link']}" in on_job
        assert len(house.calls(executed=True)) == 1
        told = way.told()
        assert set(told) == {"Interview link for Bicycle", "A candidate was invited", "Ines Sample finished the"}
        if (
            deaths == NOBODY
        ):  # a channel can't be asked what it has: it may hear again what was on its way when a process died
            assert set(told.values()) == {1}


def walked(way: Way, deaths: Deaths) -> None:
    """The candidate reaches the stage before the posting is known; everything is said more than once, and late."""
    posting = Posting("88", "Bicycle mechanic", TEXT)
    way.ats.put(posting)
    way.through(deaths.stage, lambda: way.send(way.ats.moved(1, 5)))
    way.through(deaths.posting, lambda: way.send(way.ats.announcement(posting)))
    way.send(way.ats.announcement(posting))
    way.send(way.ats.moved(1, 5))
    way.send(way.ats.moved(2, 7))
    way.send(way.ats.moved(3, 1, "Applied"))
    (invited,) = way.house.until(lambda: way.ats.candidates.texts, "the personal link stands on the candidate")
    found = LINK.search(invited)
    assert found, invited

    def finish() -> None:
        way.house.sandbox.tell("complete", link=found[1], score=81, duplicates=1)

    way.through(deaths.result, finish)
    way.house.until(lambda: len(way.ats.candidates.texts) > 1, "the score stands on the candidate")
    way.send(way.ats.moved(4, 8))
    later = replace(posting, changed_at=posting.changed_at + timedelta(minutes=1))
    way.ats.put(later)
    way.send(way.ats.announcement(later))
