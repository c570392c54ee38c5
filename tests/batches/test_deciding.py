"""Paused, resumed, cancelled, retried: of two decisions the second is told, and nothing that was stopped is sent."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.batches.desk import Office, job, sheet
from tests.ledger.stage import ACME, BEN, QUARANTINE, REJECTED, UNAVAILABLE, WINDOW, created
from worker import operators
from worker.batches import deciding, running
from worker.domain.request import Code, State, Tier
from worker.ledger import attempts, audit, batch_rows, batches, listing, requests
from worker.ledger.batches import BatchState
from worker.ledger.connection import Ledger, Tx
from worker.operators import Changes, Refusal
from worker.policy import priority
from worker.policy.verdicts import Verdict
from worker.shown import one_request


def sentence(office: Office, request_id: str) -> tuple[str, str]:
    found = office.stage.request(request_id)
    told = office.stage.ask(one_request, found, office.stage.bridge.timing)
    return told["reason_code"], told["reason"]


def test_nothing_of_a_paused_batch_is_claimed_and_others_go_on(office: Office) -> None:
    batch = office.run(sheet(job(1), job(2)))
    office.pause(batch)
    assert office.stage.try_claim() == attempts.NothingDue(None)
    assert office.stage.ask(requests.due) == []
    assert office.stage.ask(listing.waiting_counts) == {}

    live = office.stage.file()

    assert office.stage.claim().request_id == live


def test_a_pause_holds_from_its_commit_on_before_the_rows_follow(office: Office) -> None:
    batch = office.run(sheet(job(1), job(2)))
    office.stage.tell(deciding.pause, BEN, batch)
    assert office.stage.try_claim() == attempts.NothingDue(None)
    assert office.stage.ask(batches.lagging) == [batch]
    office.stage.tell(deciding.resume, BEN, batch)
    deciding.follow(office.stage.ledger, batch)
    assert office.stage.claim().request_id == office.requests()[0].id


def test_a_paused_request_says_who_paused_it_and_when(office: Office) -> None:
    batch = office.run(sheet(job(1)))
    office.pause(batch, BEN)
    code, text = sentence(office, office.requests()[0].id)
    assert (code, text) == (Code.BATCH_PAUSED, "The batch was paused by ben at 09:00 UTC.")


def test_a_resumed_batch_goes_on_where_it_was(office: Office) -> None:
    batch = office.run(sheet(job(1), job(2)))
    office.pause(batch)
    office.resume(batch)
    assert office.stage.claim().request_id == office.requests()[0].id
    assert sentence(office, office.requests()[1].id)[0] != Code.BATCH_PAUSED


def test_what_flies_when_the_batch_is_paused_lands_and_what_comes_back_waits(office: Office) -> None:
    batch = office.run(sheet(job(1), job(2)))
    landing, returning = office.stage.send(), office.stage.send()
    office.pause(batch)
    office.stage.settle(landing, created())
    office.stage.settle(returning, UNAVAILABLE)
    office.stage.pass_time(WINDOW)
    assert office.stage.state_of(landing.request_id) is State.CREATED
    assert office.stage.try_claim() == attempts.NothingDue(None)


def test_rows_that_are_filed_into_a_paused_batch_wait_with_it(office: Office) -> None:
    batch = office.run(sheet(job(1)))
    office.pause(batch)
    assert office.run(sheet(job(1), job(2))) == batch
    assert office.stage.try_claim() == attempts.NothingDue(None)
    for one in office.stage.ask(batches.lagging):
        deciding.follow(office.stage.ledger, one)
    assert office.stage.ask(batches.lagging) == []
    office.resume(batch)
    assert office.stage.claim().request_id == office.requests()[0].id


def test_cancelling_ends_what_waits_or_is_held_and_leaves_what_exists(office: Office) -> None:
    batch = office.run(sheet(*map(job, range(1, 6))))
    office.stage.settle(office.stage.send(), created())
    office.stage.settle(office.stage.send(), REJECTED)
    office.cancel(batch)
    assert [one.state for one in office.requests()] == [State.CREATED, *[State.CANCELLED] * 4]
    assert sentence(office, office.requests()[2].id)[1] == "Cancelled by ada."
    assert office.batch(batch).following is False


def test_what_flies_when_the_batch_is_cancelled_is_cancelled_if_it_comes_back(office: Office) -> None:
    batch = office.run(sheet(job(1)))
    flying = office.stage.send()
    office.cancel(batch)
    assert office.stage.ask(batches.lagging) == [batch]
    office.stage.settle(flying, UNAVAILABLE)
    deciding.follow(office.stage.ledger, batch)
    assert office.stage.state_of(flying.request_id) is State.CANCELLED
    assert office.stage.ask(batches.lagging) == []


def test_a_cancelled_row_stays_cancelled_until_it_is_retried(office: Office) -> None:
    of = sheet(job(1), job(2))
    batch = office.run(of)
    office.cancel(batch)
    assert office.run(of) == batch
    assert {one.state for one in office.requests()} == {State.CANCELLED}
    assert office.found[0].text.endswith(f"which is cancelled. To revive it: sprout batch retry {batch}.")

    done = office.retry(batch)

    assert (done.count, done.refusals) == (2, [])
    assert {one.state for one in office.requests()} == {State.WAITING}
    assert office.stage.claim().request_id == office.requests()[0].id


def test_a_retry_opens_a_cancelled_batch_and_may_change_options(office: Office) -> None:
    batch = office.run(sheet(job(1), job(2, voice="ash")))
    office.cancel(batch)
    office.retry(batch, options={"voice": "sage"})
    assert office.batch(batch).state is BatchState.OPEN
    options = [office.stage.ask(requests.content, one.id).options for one in office.requests()]
    assert [one["voice"] for one in options] == ["sage", "sage"]


def test_a_run_ends_where_its_batch_is_cancelled_meanwhile(office: Office) -> None:
    of = sheet(*map(job, range(1, 150)))
    bridge = office.stage.bridge
    now = running.begin(bridge, of, office.judge, BEN, None)
    chunks = running.run(bridge, of, office.judge, now)
    next(chunks)
    office.cancel(now.batch)
    with pytest.raises(running.Stopped, match="ada"):
        next(chunks)
    assert {one.state for one in office.requests()} == {State.CANCELLED}


def test_rows_that_were_noted_and_not_filed_are_never_filed_once_the_batch_is_cancelled(office: Office) -> None:
    of = sheet(job(1), job(2))
    bridge = office.stage.bridge
    now = running.begin(bridge, of, office.judge, BEN, None)
    running.keep_unfiled(bridge, of, now)
    office.cancel(now.batch)
    assert list(running.file_kept(bridge, now.batch)) == []
    assert office.requests() == []


def test_of_two_decisions_the_second_is_told_what_the_first_did(office: Office) -> None:
    batch = office.run(sheet(job(1)))
    office.pause(batch, BEN)
    for decide, said in (
        (office.pause, "The batch is paused, decided by ben at 09:00 UTC. Nothing has changed."),
        (lambda one: office.stage.tell(deciding.pause, BEN, "nothing"), "There is no batch 'nothing'."),
    ):
        with pytest.raises(Refusal) as refusal:
            decide(batch)
        assert str(refusal.value) == said
    office.cancel(batch)
    with pytest.raises(Refusal, match="The batch is cancelled, decided by ada"):
        office.resume(batch)


def test_every_decision_is_audited(office: Office) -> None:
    batch = office.run(sheet(job(1)))
    office.pause(batch)
    office.resume(batch, BEN)
    office.cancel(batch)
    found = [(one.actor, one.action) for one in office.stage.ask(audit.of, batch)]
    assert found == [("ada", "cancel batch"), ("ben", "resume batch"), ("ada", "pause batch")]


def test_a_live_job_goes_before_a_batch(office: Office) -> None:
    office.run(sheet(*map(job, range(1, 30))))
    live = office.stage.file(urgency=priority.LIVE)
    assert office.stage.claim().request_id == live


def test_two_organizations_of_one_file_are_sent_in_parallel(office: Office) -> None:
    office.run(sheet(job(1), job(2, organization="bolt")))
    first, second = office.requests()
    now = office.stage.clock.now
    assert office.stage.claim(ACME).request_id == first.id
    assert office.stage.claim("bolt").request_id == second.id
    assert office.stage.clock.now == now, "neither waited for the other"


def test_the_sentence_of_a_cancellation_that_is_on_its_way(office: Office) -> None:
    batch = office.run(sheet(job(1)))
    office.stage.tell(deciding.cancel, BEN, batch)
    assert sentence(office, office.requests()[0].id) == (Code.CANCELLED_BY_PERSON, "Being cancelled by ben.")


def test_a_row_that_is_cancelled_while_its_batch_is_paused_can_be_revived_alone(office: Office) -> None:
    batch = office.run(sheet(job(1), job(2)))
    office.pause(batch)
    one = office.requests()[0].id
    office.stage.tell(operators.cancel, BEN, one, not_there=False, wait=QUARANTINE)
    office.cancel(batch)
    office.stage.tell(operators.retry, BEN, one, not_there=False, changes=Changes(), wait=QUARANTINE)
    assert office.stage.claim().request_id == one


def test_who_is_slow_to_follow_a_decision_does_not_undo_the_next_one(office: Office) -> None:
    """A pause whose rows are still being parked when somebody resumes the batch, and the same with a cancellation."""
    batch = office.run(sheet(*map(job, range(1, deciding.AT_ONCE + 10))))
    ledger = office.stage.ledger
    for decide, undo in ((deciding.pause, office.resume), (deciding.cancel, office.retry)):
        office.stage.tell(decide, BEN, batch)
        interrupted = _BetweenSteps(ledger, _following(ledger, batch, undo))
        deciding.follow(interrupted, batch)  # type: ignore[arg-type]  # a ledger in which something happens
        assert office.stage.ask(listing.waiting_counts) == {(ACME, Tier.AI): deciding.AT_ONCE + 9}


def test_rows_that_are_handed_in_after_a_cancellation_are_not_wanted_either(office: Office) -> None:
    of = sheet(job(1), job(2))
    bridge = office.stage.bridge
    now = running.begin(bridge, of, office.judge, BEN, None)
    office.cancel(now.batch)
    running.keep_unfiled(bridge, of, now)
    for one in office.stage.ask(batches.lagging):
        deciding.follow(bridge.ledger, one)
    assert set(office.verdicts(now.batch).values()) == {Verdict.BAD}
    assert office.stage.ask(batch_rows.batches_to_file) == []


def _following(ledger: Ledger, batch: str, undo: Callable[[str], object]) -> Callable[[], object]:
    def happens() -> None:
        deciding.follow(ledger, batch)
        undo(batch)

    return happens


@dataclass
class _BetweenSteps:
    """A ledger in which something happens once, after the first write."""

    ledger: Ledger
    happens: Callable[[], object] | None

    def read(self, unit: Callable[[Tx], object]) -> object:
        return self.ledger.read(unit)

    def write(self, unit: Callable[[Tx], object]) -> object:
        done = self.ledger.write(unit)
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return done
