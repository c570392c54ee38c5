"""A file as people have them: five hundred rows, forty of them wrong in every way that is known. Check and run agree on each."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from tests.batches.desk import Office, told
from worker.batches.reading import open_sheet
from worker.domain.request import State
from worker.ledger import batches
from worker.policy.verdicts import Verdict

GOOD = (
    "Pflegekraft im Haus {}. Sie gehen nachts über die Flure, bemerken Veränderungen früh und schreiben die Übergabe."
)
LONG = "\n\n".join(
    f"Aufgabe {{}}-{number}. Sie schreiben die Übergabe für den Morgen, Zeile für Zeile." for number in range(400)
)
HEADER = ["Req ID", "Job title", "Description", "voice", "duration", "Hiring manager"]


def rows() -> list[list[str]]:
    """460 good ones, of which 10 are HTML and 5 far too long; 40 that are not filed as they stand."""
    good = [[str(number), f"Haus {number}", GOOD.format(number), "sage", "15", "Ada"] for number in range(445)]
    html = [
        [f"h{number}", "", f"<p>{GOOD.format(f'H{number}')}</p><ul><li>Ruhe</li></ul>", "", "", ""]
        for number in range(10)
    ]
    long = [[f"l{number}", "", LONG.replace("{}", str(number)), "", "", ""] for number in range(5)]
    wrong = [
        *[[f"e{number}", "leer", "", "", "", ""] for number in range(8)],
        *[[f"s{number}", "", "Zu kurz.", "", "", ""] for number in range(8)],
        *[[f"v{number}", "", GOOD.format(f"V{number}"), "aloy", "", ""] for number in range(6)],
        *[[f"d{number}", "", GOOD.format(f"D{number}"), "", "lang", ""] for number in range(4)],
        *[[str(number), "", GOOD.format(f"anders {number}"), "", "", ""] for number in range(7)],  # ids that are taken
        *[list(good[number]) for number in range(7)],  # the same once more
    ]
    whole = [*good, *html, *long]
    for place, one in enumerate(wrong):
        whole.insert(100 + place * 10, one)
    return whole


@pytest.fixture(params=["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = io.StringIO()
    writer = csv.writer(made, delimiter=";")
    writer.writerows([HEADER, *rows()])
    path = tmp_path / "jobs.csv"
    path.write_bytes(made.getvalue().encode(request.param))
    return path


def test_check_and_run_agree_on_each_of_five_hundred_rows(office: Office, file: Path) -> None:
    sheet = open_sheet(file)
    checked = office.check(sheet)
    batch = office.run(sheet, origin=str(file))

    assert told(office.found) == told(checked)
    assert [one.text for one in office.found] == [one.text for one in checked]
    assert Counter(verdict for _, verdict in told(checked)) == {
        Verdict.NEW: 460,
        Verdict.TOO_SHORT: 16,
        Verdict.BAD: 10,
        Verdict.CONFLICT: 7,
        Verdict.SAME: 7,
    }
    assert sum(one.condensing is not None for one in checked) == 5
    assert office.stage.ask(batches.counts, batch) == {State.WAITING: 460}

    office.run(sheet, origin=str(file))
    again = Counter(one.verdict for one in office.found)
    assert (again[Verdict.NEW], again[Verdict.KNOWN]) == (0, 460)
    assert office.stage.ask(batches.counts, batch) == {State.WAITING: 460}
