"""Somebody whom an ATS names by ids alone is found and erased by the address that its API told."""

import json

import pytest

from tests.cli.desk import Desk
from tests.standins.kinds import STANDINS
from tests.standins.vendor import KEY, Applicant, Vendor
from worker import clock
from worker.domain.received import Received
from worker.events import reader
from worker.events.fetching import Done, Fetching
from worker.ledger import events
from worker.ledger.events import EventState, Receipt
from worker.outbound import Outbound

SOURCE = """
[sources.jobs]
kind = "{kind}"
organization = "acme"
secret = "a-secret-of-the-ats-in-these-tests"
api_key = "{key}"
api_url = "{url}"
stage = "AI Interview"
personal_data = ["email"]
"""
INES = Applicant("8863880", "4711")


def told(desk: Desk, api: Vendor, applicant: Applicant) -> str:
    """The vendor's event arrives, is read, and is followed. Its id."""
    settings, ledger, now = desk.bridge.settings.sources, desk.bridge.ledger, clock.wall()
    headers = {"event-name": "application.status.updated"}  # SmartRecruiters'
    receipt = Receipt("jobs", "acme", Received(headers, api.moved(applicant), now), (f"test:{now}",))
    (stored,) = ledger.write(lambda tx: events.store(tx, [receipt]))
    reader.read(ledger, settings, stored.event_id)
    api.apply(applicant)
    assert isinstance(Fetching(ledger, settings, Outbound()).one("jobs"), Done)
    return stored.event_id


@pytest.mark.parametrize("kind", ["lever", "pinpoint", "smartrecruiters"])
def test_an_address_leads_to_the_deliveries_that_name_ids_alone(desk: Desk, kind: str) -> None:
    with STANDINS[kind]() as api:
        path = desk.folder / "bridge.toml"
        path.write_text(path.read_text() + SOURCE.format(kind=kind, key=KEY, url=api.api_url))
        desk.__dict__.pop("bridge", None)  # it is made from the file when it is next needed
        event_id = told(desk, api, INES)
        found = desk.told("candidates", "export", INES.email)
        assert [one["source"] for one in found["applications"]] == ["jobs"]
        assert [one["id"] for one in found["events"]] == [event_id]

        desk.told("candidates", "erase", INES.email, "--yes")
        assert desk.told("candidates", "list")["items"] == []
        assert INES.id not in json.dumps(desk.told("candidates", "export", INES.id)["events"])
        stored = desk.bridge.ledger.read(lambda tx: (events.get(tx, event_id), events.received(tx, event_id)))
        assert stored[0] is not None
        assert (stored[0].state, stored[1]) == (EventState.IGNORED, None)
