"""Check and act are one step: many at once find one slot, one token, one session."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from tests.faults.receiving.houses_on import house_on
from tests.faults.receiving.webs import migrated, sqlite_in
from tests.ledger.stage import LEASE
from tests.servers import PostgresServer
from tests.web.houses import A_TEXT, House
from worker import assembly
from worker.domain.request import Tier
from worker.ledger import attempts, tokens

T = TypeVar("T")
MANY = 16


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house on either database."""
    if request.param == "sqlite":
        url = sqlite_in(tmp_path)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = migrated(server.create_database())
    with house_on(tmp_path, url) as house:
        assembly.prepare(house.bridge)
        yield house


def all_at_once(work: Callable[[int], T], count: int = MANY) -> list[T]:
    barrier = threading.Barrier(count)

    def one(number: int) -> T:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_s43_of_many_claims_in_one_moment_one_gets_the_slot(either: House) -> None:
    """16 workers claim at once, with a backlog and one open slot: one claim, and nobody else's request moves."""
    api = either.api()
    for number in range(MANY):
        api.file(f"{A_TEXT} {number}")

    def claim(number: int) -> object:
        return either.write(lambda tx: attempts.claim(tx, "acme", Tier.AI, f"boot-{number}", LEASE))

    claimed = [one for one in all_at_once(claim) if isinstance(one, attempts.Claimed)]

    assert len(claimed) == 1
    assert len(api.get("/requests?state=sending").json["items"]) == 1
    assert len(api.get("/requests?state=waiting").json["items"]) == MANY - 1


def test_s43_the_same_id_filed_by_many_at_once_is_one_request(either: House) -> None:
    """16 callers bring one id: one is told that it is new, all get the same request."""
    api = either.api()
    body = {"organization": "acme", "job_description": A_TEXT, "dedup_id": "mine"}

    def file(_: int) -> tuple[int, str]:
        answer = either.client().post("/api/v1/requests", json=body, headers=api.headers)
        return answer.status_code, str(answer.json["id"])

    answers = all_at_once(file)

    assert sorted(status for status, _ in answers) == [200] * (MANY - 1) + [201]
    assert len({request_id for _, request_id in answers}) == 1
    assert either.count("request") == 1


def test_s43_a_token_is_revoked_once_and_opens_nothing_from_then_on(either: House) -> None:
    """Uses and revocations in one moment: one revocation counts, and after it every use is refused."""
    token = either.token()
    (known,) = either.write(tokens.all_tokens)
    headers = {"Authorization": f"Bearer {token}"}

    def act(number: int) -> object:
        if number % 2:
            return either.write(lambda tx: tokens.revoke(tx, known.id))
        return either.client().get("/api/v1/requests", headers=headers).status_code

    done = all_at_once(act)

    assert [one for one in done if one is True] == [True]
    assert {one for one in done if not isinstance(one, bool)} <= {200, 401}
    assert {either.client().get("/api/v1/requests", headers=headers).status_code for _ in range(5)} == {401}
