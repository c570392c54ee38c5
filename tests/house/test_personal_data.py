"""Nobody adds a table without saying whether people's data lies in it, and what is sealed can be sealed anew."""

import re

from worker.ledger import personal, resealing, tables
from worker.ledger.sealing import SealedBytes, SealedText

WORDS = re.compile(r"(^|_)(e?mail|phone|address|candidate|person|first_name|last_name|full_name|transcript|evaluation)")


def test_of_every_table_it_is_said_whether_peoples_data_lies_in_it() -> None:
    groups = (personal.SEALED, personal.TELLING, personal.OWN, personal.NOBODYS)
    assert sorted(name for group in groups for name in group) == sorted(tables.METADATA.tables)


def test_columns_that_are_called_like_peoples_data_are_sealed_or_digests() -> None:
    clear = {
        f"{table.name}.{column.name}"
        for table in tables.METADATA.sorted_tables
        for column in table.columns
        if WORDS.search(column.name) and not isinstance(column.type, SealedText | SealedBytes)
    }
    assert {name for name in clear if not name.endswith("_index")} == set()


def test_sealed_columns_are_in_tables_that_say_so_and_name_their_own_place() -> None:
    sealed = {table.name for table in resealing.sealed_tables()}
    assert sealed == personal.SEALED | {"blinding"}
    for table in resealing.sealed_tables():
        assert "sealed_with" in table.columns
        assert len(table.primary_key.columns) == 1
        for column in table.columns:
            if isinstance(column.type, SealedText | SealedBytes):
                assert column.type.place == f"{table.name}.{column.name}"
