"""The data key of the ledger is not here, or another is in its place: nothing is sealed with that, and nothing is lost."""

import pytest

from tests.faults.receiving.canaries import completion, post, read
from tests.faults.receiving.completions import JSON
from tests.web.houses import HOOK_TOKEN, House
from worker.events import reader
from worker.ledger import events
from worker.ledger.events import EventState
from worker.ledger.keyring import Unsealable

WRONG = "w" * 43 + "\n"


def try_to_post(house: House, body: bytes) -> int:
    return house.client().post(f"/webhooks/talentsprout/acme/{HOOK_TOKEN}", data=body, headers=JSON).status_code


def test_s34_what_comes_while_another_key_is_in_place_is_refused_and_taken_once_the_right_one_is_back(
    house: House,
) -> None:
    first = post(house, completion())
    ring = house.bridge.ledger.keys
    assert ring is not None
    assert ring.path is not None
    right, known = ring.path.read_text(), ring.ids()

    ring.path.write_text(WRONG)
    house.until(lambda: ring.ids() != known)
    assert try_to_post(house, completion("another-session-0001")) == 503

    ring.path.write_text(right)
    house.until(lambda: ring.ids() == known)
    second = post(house, completion("another-session-0001"))
    for one in (first, second):
        assert read(house, one).state is EventState.READ


def test_s34_an_event_is_not_given_up_because_a_key_is_missing(house: House) -> None:
    """It was sealed with the newest key, and what it is compared with by an older one that was taken away."""
    read(house, post(house, completion()))
    ring = house.bridge.ledger.keys
    assert ring is not None
    assert ring.path is not None
    ring.add()
    waits = post(house, completion("another-session-0001"))
    both = ring.path.read_text()
    ring.path.write_text(both.split()[0] + "\n")
    house.until(lambda: len(ring.ids()) == 1)

    for _ in range(reader.MOST_TRIES + 2):
        with pytest.raises(Unsealable):
            reader.read(house.bridge.ledger, house.bridge.settings.sources, waits)
    found = house.bridge.ledger.read(lambda tx: events.get(tx, waits))
    assert found is not None
    assert found.state is EventState.STORED

    ring.path.write_text(both)
    house.until(lambda: len(ring.ids()) == 2)
    assert read(house, waits).state is EventState.READ
