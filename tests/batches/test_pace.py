"""A file's rows are filed in transactions that keep other writers waiting for a moment, whatever the machine."""

import time
from collections.abc import Sequence

from tests.batches.desk import Office, job, sheet
from worker.batches import pace
from worker.domain.request import State
from worker.ledger import batches
from worker.ledger.connection import Tx


def test_where_rows_take_long_fewer_are_filed_at_once_and_where_they_do_not_more_again(office: Office) -> None:
    now = pace.Pace(office.stage.ledger)
    first = now.rows

    def slow(_: Tx) -> Sequence[int]:
        time.sleep(2 * pace.AIM)
        return range(first)

    now.file(slow)
    after_a_slow_one = now.rows
    for _ in range(6):
        now.file(lambda _: range(1000))

    if office.stage.ledger.is_sqlite:
        assert pace.FEWEST <= after_a_slow_one <= first / 2
    else:
        assert after_a_slow_one == pace.MOST, "there nobody waits for the whole"
    assert now.rows == pace.MOST
    assert [len(chunk) for chunk in now.chunks(range(250))] == [100, 100, 50]


def test_each_row_is_filed_once_however_the_chunks_fall(office: Office) -> None:
    rows = [job(number) for number in range(1, 451)]
    batch = office.run(sheet(*rows), chunks=3)
    begun = len(office.found)
    assert 0 < begun < 450
    office.run(sheet(*rows))
    assert office.stage.ask(batches.counts, batch) == {State.WAITING: 450}
