"""An SQLite file that is removed or replaced under a running process takes no more writes into nowhere."""

from pathlib import Path

import pytest

from worker.ledger import schema, tokens
from worker.ledger.connection import Ledger, LedgerFault


@pytest.mark.parametrize("what", ["removed", "renamed"])
def test_a_database_file_that_is_gone_is_a_fault_and_not_a_place_to_write(tmp_path: Path, what: str) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/bridge.db")
    schema.upgrade(ledger)
    ledger.write(lambda tx: tokens.create(tx, "before"))
    for file in tmp_path.glob("bridge.db*"):
        if what == "removed":
            file.unlink()
        else:
            file.rename(file.with_name(f"old-{file.name}"))

    with pytest.raises(LedgerFault):
        ledger.write(lambda tx: tokens.create(tx, "after"))
