"""Hints from requests: of many events that come at once, none is forgotten and few messages are made."""

import base64
import json
import time
from collections.abc import Iterator
from datetime import timedelta

from tests.servers import BrokerServer, valkey
from web.hinting import MOST_TOGETHER, Hinting
from worker.hints import Hints

EVENTS = [str(number) for number in range(5 * MOST_TOGETHER)]


def taken(broker: BrokerServer) -> Iterator[list[str]]:
    """The event ids of each message that the broker holds, oldest first."""
    with broker.client() as client:
        for message in reversed(client.lrange("sprout:live", 0, -1)):
            yield json.loads(base64.b64decode(json.loads(message)["body"]))[0]


def test_events_that_come_soon_after_another_share_a_hint() -> None:
    with valkey() as broker:
        hinting = Hinting(Hints(broker.url, timedelta(seconds=60)))
        broker.pause()
        for event_id in EVENTS:
            hinting.read(event_id)
        broker.resume()
        ends = time.monotonic() + 30
        while sum(map(len, messages := list(taken(broker)))) < len(EVENTS):
            assert time.monotonic() < ends, messages
            time.sleep(0.02)

    assert [event_id for message in messages for event_id in message] == EVENTS
    assert len(messages) <= len(EVENTS) / MOST_TOGETHER + 2
    assert max(map(len, messages)) == MOST_TOGETHER
