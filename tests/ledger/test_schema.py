"""The schema: from nothing, once, by one process at a time, and exactly what the tables say."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.servers import PostgresServer
from worker.ledger import schema
from worker.ledger.connection import Ledger, Tx
from worker.ledger.tables import METADATA

AT_ONCE = 5


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'deep' / 'er' / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    made = server.create_database()
    yield made
    server.drop_database(made)


@pytest.fixture
def empty(empty_url: str) -> Iterator[Ledger]:
    ledger = Ledger(empty_url)
    yield ledger
    ledger.close()


def shape(tx: Tx) -> set[str]:
    """Every table and index in the database's own words: also what Alembic does not compare, such as a partial index's WHERE."""
    if tx.is_sqlite:
        found = "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE type = 'index'"
    else:
        found = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    indexes = {" ".join(row[0].split()) for row in tx.conn.exec_driver_sql(found)}
    seen = sa.inspect(tx.conn)
    columns = {
        f"{table}.{column['name']} {column['type']!r} {column['nullable']}"
        for table in seen.get_table_names()
        for column in seen.get_columns(table)
    }
    keys = {
        f"{table} {key['constrained_columns']} {key['referred_table']}"
        for table in seen.get_table_names()
        for key in seen.get_foreign_keys(table)
    }
    once = {
        f"{table} {one['name']} {one['column_names']}"
        for table in seen.get_table_names()
        for one in seen.get_unique_constraints(table)
    }
    return {line for line in indexes | columns | keys | once if "alembic" not in line}


def test_an_empty_database_is_brought_up_to_date(empty: Ledger) -> None:
    assert not schema.is_current(empty)

    assert schema.upgrade(empty) == (None, schema.head())

    assert schema.is_current(empty)


def test_migrations_stand_in_one_line_which_ends_with_the_highest_number() -> None:
    assert ScriptDirectory.from_config(schema._config()).get_heads() == [schema.head()]


def test_a_second_upgrade_changes_nothing(empty: Ledger) -> None:
    schema.upgrade(empty)
    before = empty.read(shape)

    assert schema.upgrade(empty) == (schema.head(), schema.head())

    assert empty.read(shape) == before


def test_of_several_that_start_at_once_one_migrates(empty_url: str) -> None:
    ledgers = [Ledger(empty_url) for _ in range(AT_ONCE)]
    barrier = Barrier(AT_ONCE)

    def upgraded(ledger: Ledger) -> tuple[str | None, str]:
        barrier.wait()
        return schema.upgrade(ledger)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(upgraded, ledgers))

    assert sorted(before or "" for before, _ in found) == ["", *[schema.head()] * (AT_ONCE - 1)]
    assert all(schema.is_current(ledger) for ledger in ledgers)
    for ledger in ledgers:
        ledger.close()


def test_the_migrations_make_what_the_tables_say(empty: Ledger) -> None:
    schema.upgrade(empty)

    def differences(tx: Tx) -> list[object]:
        return compare_metadata(MigrationContext.configure(tx.conn, opts={"compare_type": True}), METADATA)

    assert empty.read(differences) == []


def test_the_migrations_make_the_same_indexes_and_constraints_as_the_tables(empty: Ledger) -> None:
    def declared(tx: Tx) -> set[str]:
        METADATA.create_all(tx.conn)
        found = shape(tx)
        METADATA.drop_all(tx.conn)
        return found

    wanted = empty.write(declared)
    schema.upgrade(empty)

    assert empty.read(shape) == wanted


def test_a_failed_migration_leaves_nothing_behind(empty: Ledger) -> None:
    class Broken(Exception):
        pass

    @sa.event.listens_for(empty.engine, "before_cursor_execute")
    def break_off(_conn, _cursor, statement: str, *_: object) -> None:
        if "CREATE TABLE token" in statement:
            raise Broken

    with pytest.raises(Broken):
        schema.upgrade(empty)
    sa.event.remove(empty.engine, "before_cursor_execute", break_off)

    assert empty.read(lambda tx: sa.inspect(tx.conn).get_table_names()) == []
    assert schema.upgrade(empty) == (None, schema.head())
