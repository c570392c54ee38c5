"""Deliveries that come again, at once, under other ids or in another order: one event, one request, one result."""

import itertools
import json
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.faults.receiving.houses_on import house_on
from tests.faults.receiving.webs import Web, sqlite_in, together, web_on
from tests.web.houses import A_TEXT, House, sign
from worker.events import reader
from worker.ledger import events, postings, requests
from worker.ledger.keyring import Keyring

MORNING, NOON, EVENING = (f"2026-11-20T{hour}:00:00.000Z" for hour in ("08", "12", "18"))


def post(action: str, at: str, text: str = A_TEXT, *, live: bool = True) -> bytes:
    payload = {
        "id": 7,
        "job_id": 8,
        "title": "Carer",
        "content": text,
        "live": live,
        "external": True,
        "updated_at": at,
    }
    return json.dumps({"action": action, "payload": payload}).encode()


@pytest.mark.slow
def test_f12_of_fifty_identical_deliveries_at_two_receivers_one_is_new(tmp_path: Path, web: Web) -> None:
    """50 at once, at two processes on one database: 50 successes, one event id, 49 of them `duplicate: true`."""
    body = post("job_post_created", MORNING)
    Keyring(path=web.bridge.settings.bridge.data_dir / "keys").make()
    web.start()
    with web_on(tmp_path / "other", web.bridge.ledger.url) as other:
        key, same_key = (one.bridge.settings.bridge.data_dir / "keys" for one in (web, other))
        same_key.parent.mkdir(exist_ok=True)
        shutil.copy(key, same_key)
        other.start()
        replies = together(50, lambda n: (web, other)[n % 2].deliver("careers", body))
        assert [reply.status for reply in replies] == [200] * 50
        assert len({reply.told["event_id"] for reply in replies}) == 1
        assert sorted(reply.told["duplicate"] for reply in replies) == [False] + [True] * 49
        assert list(web.stored().values()) == [body]


def read_all(house: House) -> None:
    while waiting := house.write(lambda tx: events.unread(tx, 100)):
        for event_id in waiting:
            reader.read(house.bridge.ledger, house.bridge.settings.sources, event_id)


@pytest.mark.parametrize("source", ["careers", "forms", "signed"])
def test_f13_one_event_under_many_delivery_ids_is_one_request(house: House, source: str) -> None:
    """The same bytes under new ids, where ids are signed as new events: one request all the same."""
    bodies = {
        "careers": post("job_post_created", MORNING),
        "forms": json.dumps({"id": 7, "title": "Carer", "description": A_TEXT}).encode(),
        "signed": json.dumps(
            {"type": "job.published", "data": {"id": 7, "title": "Carer", "description": A_TEXT}}
        ).encode(),
    }
    for number in range(5):
        signed = sign(house.source(source), bodies[source], f"delivery-{number}")
        assert house.client().post(f"/webhooks/{source}", data=bodies[source], headers=signed).status_code in (200, 202)
    read_all(house)

    assert house.count("request") == 1
    assert house.count("event") == (5 if source == "signed" else 1)


def outcome(house: House, bodies: tuple[bytes, ...]) -> tuple[object, ...]:
    """What is left after these deliveries, each read before the next one comes."""
    for number, body in enumerate(bodies):
        answer = house.deliver("careers", body, **{"Greenhouse-Event-ID": f"d-{number}-{hash(body)}"})
        assert answer.status_code == 200
        read_all(house)
    found = house.write(lambda tx: postings.requests_of(tx, "careers", "7"))
    texts = [house.write(lambda tx, one=one.id: requests.content(tx, one).text) for one in found]
    return tuple((one.state, text) for one, text in zip(found, texts, strict=True))


SCENES = {
    "two updates": (
        ("job_post_updated", NOON, A_TEXT + " At noon.", True),
        ("job_post_updated", EVENING, A_TEXT + " At night.", True),
    ),
    "closed at last": (
        ("job_post_updated", NOON, A_TEXT + " At noon.", True),
        ("job_post_updated", EVENING, A_TEXT, False),
    ),
    "closed and opened again": (
        ("job_post_updated", NOON, A_TEXT, False),
        ("job_post_updated", EVENING, A_TEXT + " Again.", True),
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_f15_the_order_in_which_a_jobs_events_come_changes_nothing(scene: str) -> None:
    """Every order of created, updated and closed ends alike: the newest by the sender's timestamp decides."""
    created = post("job_post_created", MORNING)
    changes = [post(action, at, text, live=live) for action, at, text, live in SCENES[scene]]
    endings = {}
    for order in itertools.permutations([created, *changes]):
        with tempfile.TemporaryDirectory() as name, house_on(Path(name), sqlite_in(Path(name))) as house:
            endings[order] = _waits(outcome(house, order))
    assert len(set(endings.values())) == 1, endings


def _waits(found: tuple[object, ...]) -> tuple[object, ...]:
    """What would be sent. That nothing was ever filed and that it is cancelled come to the same."""
    return tuple(one for one in found if isinstance(one, tuple) and one[0] in ("waiting", "held"))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_f15_of_two_updates_of_one_moment_the_later_received_holds_in_whatever_order_they_are_read(
    house: House, order: tuple[int, int]
) -> None:
    """A tie of the sender's timestamps: which is read first changes nothing."""
    bodies = [post("job_post_updated", EVENING, f"{A_TEXT} {word}.") for word in ("One", "Two")]
    sent = [house.deliver("careers", body, **{"Greenhouse-Event-ID": str(n)}) for n, body in enumerate(bodies)]
    for place in order:
        reader.read(house.bridge.ledger, house.bridge.settings.sources, sent[place].json["event_id"])
    (found,) = house.write(lambda tx: postings.requests_of(tx, "careers", "7"))
    assert house.write(lambda tx: requests.content(tx, found.id).text).endswith("Two.")
