"""What Lever's signature leaves open, and what closes it."""

import json

from tests.sources.deliveries import NOW, received, settings, source
from worker import sources
from worker.sources import SignsInside, SignsOnce, lever

SECRET = settings("lever")["secret"]
BODY = b'{"event":"candidateStageChange","data":{"opportunityId":"o-1","toStageId":"s-1"}}'


def signed(delivery_id: str = "d-1") -> dict[str, object]:
    body: dict[str, object] = json.loads(
        lever.signed_body(BODY, source("lever", SECRET), delivery_id=delivery_id, now=NOW)
    )
    return body


def test_data_is_not_covered_so_a_token_is_good_for_one_delivery_only() -> None:
    first = signed()
    forged = {**first, "id": "d-2", "data": {"opportunityId": "o-9", "toStageId": "s-1"}}
    deliveries = [received(json.dumps(body).encode()) for body in (first, forged)]
    assert all(lever.is_authentic(each, source("lever", SECRET), NOW) for each in deliveries)
    assert len({lever.delivery_id(each, source("lever", SECRET)) for each in deliveries}) == 2
    assert {lever.nonce(each) for each in deliveries} == {"d-1"}


def test_time_and_token_are_covered() -> None:
    for name, value in [
        ("triggeredAt", 1),
        ("triggeredAt", None),
        ("token", "d-2"),
        ("token", ""),
        ("signature", None),
    ]:
        altered = received(json.dumps({**signed(), name: value}).encode())
        assert not lever.is_authentic(altered, source("lever", SECRET), NOW)


def test_it_says_that_it_signs_inside_and_once() -> None:
    kind = sources.named("lever")
    assert isinstance(kind, SignsInside)
    assert isinstance(kind, SignsOnce)
