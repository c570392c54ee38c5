"""What is sealed can be read here, and by nobody who has the database alone; keys are rotated, and nothing is lost by that."""

import os
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.secret import Secret
from tests.keys import KEYS
from tests.ledger.completions import a_result
from worker.ledger import blinding, resealing, results
from worker.ledger.connection import Ledger, LedgerFault
from worker.ledger.keyring import MARK, Keyring, Unsealable
from worker.ledger.tables import result

OLD, NEW = Secret("o" * 32), Secret("n" * 32)


def keep(ledger: Ledger, session: str = "s-1") -> None:
    ledger.write(lambda tx: results.keep(tx, "acme", "event-1", a_result("i-1", session=session)))


def raw(ledger: Ledger, query: str) -> list[object]:
    with ledger.engine.connect() as connection:
        return list(connection.exec_driver_sql(query).scalars())


def test_a_value_opens_only_where_it_was_sealed_for() -> None:
    sealed = KEYS.seal("result.candidate_name", b"Ada Example")
    assert b"Ada" not in sealed
    assert KEYS.open("result.candidate_name", sealed) == b"Ada Example"
    with pytest.raises(Unsealable, match="was changed since"):
        KEYS.open("result.candidate_email", sealed)
    with pytest.raises(Unsealable, match="was changed since"):
        KEYS.open("result.candidate_name", sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_the_same_text_is_never_sealed_alike() -> None:
    assert KEYS.seal("spool", b"x") != KEYS.seal("spool", b"x")


def test_what_was_never_sealed_is_read_as_it_is() -> None:
    assert KEYS.open("event_body.body", b"{}") == b"{}"
    assert KEYS.open_text("result.candidate_name", "Ada") == "Ada"


@pytest.mark.parametrize("text", ["", "Zoë \U0001f642", "\ud800", "sealed1:pretended", "x" * 100_000])
def test_any_text_comes_back(text: str) -> None:
    assert KEYS.open_text("result.transcript", KEYS.seal_text("result.transcript", text)) == text


def test_another_key_is_named_in_a_sentence_that_says_what_to_do() -> None:
    old, new = Keyring((OLD,)), Keyring((NEW,))
    sealed = old.seal("spool", b"x")
    with pytest.raises(Unsealable, match=rf"{old.newest()}.*known: {new.newest()}.*Nothing is lost: add the key"):
        new.open("spool", sealed)
    assert Keyring((NEW, OLD)).open("spool", sealed) == b"x"


def test_kept_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys"
    first = Keyring(path=path)
    with pytest.raises(Unsealable, match="There is no data key"):
        first.seal("spool", b"x")
    assert not path.exists()

    first.make()
    Keyring(path=path).make()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring(path=path).ids() == first.ids()
    assert len(first.ids()) == 1
    assert [one.name for one in path.parent.iterdir()] == ["keys"]


def test_a_key_that_another_process_added_opens_at_once(tmp_path: Path) -> None:
    here, elsewhere = Keyring(path=tmp_path / "keys"), Keyring(path=tmp_path / "keys")
    here.make()
    here.seal("spool", b"x")
    elsewhere.add()

    assert here.open("spool", elsewhere.seal("spool", b"y")) == b"y"
    assert len(here.ids()) == 2


def test_a_file_that_is_gone_takes_no_key_from_who_knows_it(tmp_path: Path) -> None:
    ring = Keyring(path=tmp_path / "keys")
    ring.make()
    sealed = ring.seal("spool", b"x")
    os.unlink(tmp_path / "keys")
    assert ring.open("spool", sealed) == b"x"
    with pytest.raises(Unsealable, match="add its line"):
        Keyring(path=tmp_path / "keys").open("spool", sealed)


def test_results_are_read_as_they_came_and_lie_sealed(ledger: Ledger) -> None:
    keep(ledger)

    row = ledger.read(lambda tx: tx.conn.execute(sa.select(result)).one())
    assert (row.candidate_name, row.candidate_email, row.session_id) == ("Ada", "ada@example.com", "s-1")
    assert row.sealed_with == KEYS.newest()
    for column in ("candidate_name", "candidate_email", "session_id", "session_index"):
        (value,) = raw(ledger, f"SELECT {column} FROM result")
        assert not any(word in str(value) for word in ("Ada", "ada@", "s-1"))


def test_digests_differ_between_ledgers_and_not_within_one(ledger: Ledger) -> None:
    blinds = ledger.write(blinding.of)
    assert blinds == ledger.read(blinding.of)
    assert blinds.email(" Ada@Example.org") == blinds.email("ada@example.org")
    assert blinds.id("7") != blinds.email("7")
    ledger.write(lambda tx: tx.conn.exec_driver_sql("DELETE FROM blinding"))
    assert ledger.write(blinding.of) != blinds


def test_rotation_seals_everything_anew_and_digests_stay(ledger: Ledger) -> None:
    for number in range(3):
        keep(ledger, f"s-{number}")
    blinds = ledger.read(blinding.of)
    rotating = Ledger(ledger.url, keys=Keyring((NEW, Secret("x" * 32))))
    try:
        assert rotating.read(resealing.left) == 4  # and the key of the digests

        while rotating.write(resealing.reseal):
            pass

        assert rotating.read(resealing.left) == 0
        assert rotating.read(blinding.of) == blinds
    finally:
        rotating.close()
    alone = Ledger(ledger.url, keys=Keyring((NEW,)))
    try:
        names = alone.read(lambda tx: tx.conn.execute(sa.select(result.c.session_id)).scalars().all())
        assert sorted(names) == ["s-0", "s-1", "s-2"]
    finally:
        alone.close()
    with pytest.raises(LedgerFault, match="sealed with the data key"):
        ledger.read(blinding.check)


def test_before_the_first_key_there_is_nothing_to_seal_again(ledger: Ledger, tmp_path: Path) -> None:
    """The key comes with the first person's data; a sweep before it must not fail over it."""
    other = Ledger(ledger.url, keys=Keyring(path=tmp_path / "keys"))
    assert other.write(resealing.reseal) == 0
    assert other.read(resealing.left) == 0
    other.close()


def test_a_ledger_without_keys_touches_nothing_that_is_sealed(ledger: Ledger) -> None:
    keyless = Ledger(ledger.url)
    try:
        with pytest.raises(Unsealable, match="without data keys"):
            keep(keyless)
    finally:
        keyless.close()
    assert MARK not in b"".join(str(one).encode() for one in raw(ledger, "SELECT id FROM result"))


def test_a_file_that_was_cut_is_no_key(tmp_path: Path) -> None:
    ring = Keyring(path=tmp_path / "keys")
    ring.make()
    whole = (tmp_path / "keys").read_text()
    (tmp_path / "keys").write_text(whole[:20])
    with pytest.raises(Unsealable, match="line 1: 20 characters"):
        Keyring(path=tmp_path / "keys").ids()


def test_an_empty_file_is_filled_for_a_new_ledger(tmp_path: Path) -> None:
    (tmp_path / "keys").touch(mode=0o600)
    ring = Keyring(path=tmp_path / "keys")
    ring.make()
    assert len(ring.ids()) == 1
