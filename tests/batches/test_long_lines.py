"""Of a long line, too, every row of the results says why it waits and which place it has."""

from tests.batches.desk import Office, job, sheet
from worker.batches import exporting
from worker.ledger import listing, processes
from worker.scene import LINE_READ


def test_every_row_of_a_long_line_says_its_place(office: Office) -> None:
    office.stage.tell(processes.report, "boot", "here", 1)
    office.stage.file(dedup="live")  # goes before them all
    batch = office.run(sheet(*map(job, range(1, LINE_READ + 31))))

    reasons = [record[-2] for record in exporting.records(office.stage.bridge, office.batch(batch))]

    assert len(reasons) == LINE_READ + 30
    assert all(reasons)
    assert str(reasons[-1]).startswith(f"{LINE_READ + 31}st in line."), reasons[-1]
    last = office.stage.request(max(office.stage.ask(listing.places, batch)))
    assert office.stage.ask(listing.places, batch)[last.id] == office.stage.ask(listing.ahead, last)
