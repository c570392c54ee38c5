"""API tokens: shown once, kept as a digest, dead when revoked."""

import sqlalchemy as sa

from tests.ledger.stage import ONE_SECOND, Stage, everything
from worker.ledger import tables, tokens


def test_a_secret_opens_its_token_and_nothing_else_does(bridge: Stage) -> None:
    made, secret = bridge.tell(tokens.create, "dashboard")
    bridge.tell(tokens.create, "other")

    assert bridge.ask(tokens.find, secret) == made
    for wrong in ("", secret[:-1], secret + "x", secret.swapcase(), made.id):
        assert bridge.ask(tokens.find, wrong) is None


def test_the_ledger_does_not_hold_the_secret(bridge: Stage) -> None:
    _, secret = bridge.tell(tokens.create, "dashboard")

    assert len(secret) > 40
    assert secret not in repr(bridge.ask(everything, tables.token))
    assert secret.partition("_")[2] not in repr(bridge.ask(everything, tables.token))


def test_a_revoked_token_opens_nothing_and_stays_in_the_list(bridge: Stage) -> None:
    made, secret = bridge.tell(tokens.create, "dashboard")
    bridge.pass_time(ONE_SECOND)

    assert bridge.tell(tokens.revoke, made.id)

    assert bridge.ask(tokens.find, secret) is None
    assert bridge.ask(tokens.get, made.id).revoked_at == bridge.clock.now
    assert [one.id for one in bridge.ask(tokens.all_tokens)] == [made.id]


def test_a_token_is_revoked_once(bridge: Stage) -> None:
    made, _ = bridge.tell(tokens.create, "dashboard")
    bridge.tell(tokens.revoke, made.id)
    bridge.pass_time(ONE_SECOND)

    assert not bridge.tell(tokens.revoke, made.id)
    assert not bridge.tell(tokens.revoke, "nothing")
    assert bridge.ask(tokens.get, made.id).revoked_at == bridge.clock.now - ONE_SECOND


def test_tokens_are_listed_newest_first(bridge: Stage) -> None:
    made = [bridge.tell(tokens.create, f"t{number}")[0] for number in range(3)]

    assert bridge.ask(tokens.all_tokens) == made[::-1]
    assert (
        bridge.ask(lambda tx: tx.conn.execute(sa.select(sa.func.count(tables.token.c.digest.distinct()))).scalar()) == 3
    )
