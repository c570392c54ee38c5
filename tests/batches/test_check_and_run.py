"""A check says of every row what a run then does with it, and a run does nothing twice."""

import pytest

from tests.batches.desk import WARD, Office, job, sheet, told
from tests.ledger.stage import ACME, ADA, BOLT, REJECTED, created
from worker.batches import running
from worker.domain.request import State, Tier
from worker.ledger import batch_rows, batches, requests
from worker.policy import priority
from worker.policy.verdicts import Verdict

LONG = "\n\n".join(f"Task {number}. You write the handover for the morning, line by line." for number in range(500))
MIXED = (
    job(1),
    {"job_description": "Too short"},
    job(2, voice="aloy"),
    job(1),  # the same again
    job(1, job_description=WARD.format("another")),  # the same id, another text
    {"job_description": WARD.format("no id")},
    {"job_description": f"<p>{WARD.format('no id')}</p>"},  # the same text in HTML
    {"job_description": LONG},
    {"job_description": WARD.format("x"), "organization": "nobody"},
    {"job_description": WARD.format("x"), "organization": BOLT},
    {"kind": "create", "title": "Barista", "questions": "Why coffee?\nWhich shifts?"},
    {"kind": "create", "title": "Barista"},
    {"kind": "creat", "title": "Barista", "questions": "Why coffee?"},
    {"job_description": WARD.format("y"), "duration": "soon"},
    {"job_description": WARD.format("z"), "id": "x" * 300},
)
EXPECTED = [
    Verdict.NEW,
    Verdict.TOO_SHORT,
    Verdict.BAD,
    Verdict.SAME,
    Verdict.CONFLICT,
    Verdict.NEW,
    Verdict.SAME,
    Verdict.NEW,
    Verdict.BAD,
    Verdict.NEW,
    Verdict.NEW,
    Verdict.BAD,
    Verdict.BAD,
    Verdict.BAD,
    Verdict.BAD,
]


def test_a_check_says_of_every_row_what_the_run_does_with_it(office: Office) -> None:
    checked = office.check(sheet(*MIXED))
    assert [one.verdict for one in checked] == EXPECTED
    assert office.requests() == [], "a check files nothing"

    batch = office.run(sheet(*MIXED))

    assert told(office.found) == told(checked)
    assert [one.text for one in office.found] == [one.text for one in checked]
    assert list(office.verdicts(batch).values()) == EXPECTED
    assert len(office.requests()) == EXPECTED.count(Verdict.NEW)


def test_a_check_after_a_run_agrees_with_the_run_after_it(office: Office) -> None:
    office.run(sheet(*MIXED))
    changed = (job(9), *MIXED[:3], job(1, job_description=WARD.format("changed")), *MIXED[3:])
    checked = office.check(sheet(*changed))
    office.run(sheet(*changed))
    assert told(office.found) == told(checked)
    assert checked[0].verdict is Verdict.NEW
    assert checked[1].verdict is Verdict.KNOWN
    assert checked[4].verdict is Verdict.CONFLICT


def test_verdicts_say_what_is_wrong_and_what_was_probably_meant(office: Office) -> None:
    texts = [one.text for one in office.check(sheet(*MIXED))]
    assert texts[1] == "The description has 9 characters; TalentSprout needs 50."
    assert 'Did you mean "alloy"?' in texts[2]
    assert texts[3] == "Same as row 2."
    assert texts[4] == 'The id "1" stands in row 2 with another description or other options; give each its own.'
    assert "Will be condensed 32,388 → 19," in texts[7]
    assert 'expected "acme" or "bolt"' in texts[8]
    assert texts[12].endswith('Did you mean "create"?')


def test_rows_wait_behind_live_jobs_and_each_in_its_own_budget(office: Office) -> None:
    batch = office.run(sheet(*MIXED))
    found = office.requests()
    assert {(one.batch, one.priority) for one in found} == {(batch, priority.BATCH)}
    assert {(one.organization, one.kind.tier) for one in found} == {
        (ACME, Tier.AI),
        (BOLT, Tier.AI),
        (ACME, Tier.DEFAULT),
    }


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_run_that_dies_is_gone_on_with(office: Office, chunks: int) -> None:
    whole = sheet(*map(job, range(1, 211)))
    first = office.run(whole, chunks=chunks)
    assert office.batch(first).read_at is None
    again = office.run(whole)
    assert again == first
    assert office.batch(first).read_at is not None
    assert office.stage.ask(batches.counts, first) == {State.WAITING: 210}
    assert len(office.verdicts(first)) == 210
    assert {one.batch for one in office.requests()} == {first}


def test_a_file_with_other_rows_is_another_batch_and_one_with_more_rows_is_not(office: Office) -> None:
    first = office.run(sheet(job(1), job(2)))
    more = office.run(sheet(job(0), job(1), job(2), job(3)))
    assert more == first
    assert list(office.verdicts(first)) == [2, 3, 4, 5]
    fewer = office.run(sheet(job(3)))
    assert fewer == first
    assert list(office.verdicts(first)) == [2], "the results are those of the file as it is now"
    assert office.run(sheet(job(7), job(8))) != first
    assert office.run(sheet(job(1)), origin=None) != first


def test_a_changed_text_is_taken_by_a_held_request_and_by_no_other(office: Office) -> None:
    batch = office.run(sheet(job(1), job(2)))
    office.stage.settle(office.stage.send(), REJECTED)
    held, waiting = office.requests()
    assert held.state is State.HELD
    changed = sheet(job(1, job_description=WARD.format("A")), job(2, job_description=WARD.format("B")))
    checked = office.check(changed)

    office.run(changed)

    assert told(office.found) == told(checked) == [(2, Verdict.MENDS), (3, Verdict.CONFLICT)]
    assert office.stage.state_of(held.id) is State.WAITING
    assert office.stage.ask(requests.content, held.id).text == WARD.format("A")
    assert office.stage.ask(requests.content, waiting.id).text == WARD.format(2)
    assert office.verdicts(batch) == {2: Verdict.MENDS, 3: Verdict.CONFLICT}


def test_a_row_that_has_its_interview_says_its_link(office: Office) -> None:
    office.run(sheet(job(1)))
    made = created()
    office.stage.settle(office.stage.send(), made)
    (found,) = office.check(sheet(job(1)))
    assert found.share_link == made.interview.share_link
    assert found.text.endswith(made.interview.share_link)


def test_rows_that_were_only_noted_are_filed_by_whoever_comes(office: Office) -> None:
    of = sheet(*MIXED)
    checked = office.check(of)
    bridge = office.stage.bridge
    now = running.begin(bridge, of, office.judge, ADA, None)
    running.keep_unfiled(bridge, of, now)
    assert office.requests() == []
    assert office.stage.ask(batch_rows.batches_to_file) == [now.batch]

    found = [one for chunk in running.file_kept(bridge, now.batch) for one in chunk]

    assert told(found) == told(checked)
    assert office.stage.ask(batch_rows.batches_to_file) == []


def test_of_two_runs_of_a_file_at_once_the_newer_one_keeps_every_row(office: Office) -> None:
    of, bridge = sheet(*map(job, range(1, 251))), office.stage.bridge
    batch = office.run(sheet(job(1)))
    older, newer = (running.begin(bridge, of, office.judge, ADA, "/srv/jobs.csv") for _ in range(2))
    slow, fast = (running.run(bridge, of, office.judge, now) for now in (older, newer))
    next(fast)
    next(slow)
    next(slow)
    list(fast)
    assert len(office.verdicts(batch)) == 250
    list(slow)
    assert len(office.verdicts(batch)) == 250
    assert office.stage.ask(batches.counts, batch) == {State.WAITING: 250}
