"""The plan of a storm: decided by its seed before it starts, and with everything in it that can be harmed."""

import pytest

from tests.chaos.deeds import BEGINNINGS
from tests.chaos.plan import EMBEDDED, LOSES_THE_ANSWER, OF, PRODUCTION, STEPS, TROUBLES, What, plan
from tests.chaos.report import LEAST_A_MINUTE
from worker.sandbox.faults import CREATES_NOTHING, Kind

MINUTES = 10
BOTH = pytest.mark.parametrize("on", [PRODUCTION, EMBEDDED])


@BOTH
def test_the_same_seed_is_the_same_plan_and_another_seed_another(on: str) -> None:
    assert plan(7, 60, on) == plan(7, 60, on)
    assert plan(7, 60, on) != plan(8, 60, on)


@BOTH
def test_a_plan_is_in_order_and_within_its_time(on: str) -> None:
    moments = [deed.at for deed in plan(7, 60, on)]

    assert moments == sorted(moments)
    assert 0 <= moments[0] <= moments[-1] <= 60


@BOTH
def test_a_long_storm_has_everything_that_can_be_done_there(on: str) -> None:
    deeds = plan(7, MINUTES * 60, on)

    assert {deed.what for deed in deeds} == set(OF[on])
    assert {deed.target for deed in deeds} == {target for kind in OF[on].values() for target in kind.targets}


def test_the_plan_of_ten_minutes_asks_for_more_than_it_takes() -> None:
    deeds = plan(7, MINUTES * 60, PRODUCTION)

    kills = sum(deed.what in (What.KILL, What.CRASH) for deed in deeds)
    lost = sum(deed.size for deed in deeds if deed.what is What.LOST_ANSWER)
    assert kills >= 1.5 * LEAST_A_MINUTE[PRODUCTION]["kills"] * MINUTES >= 30
    assert lost >= 1.5 * LEAST_A_MINUTE[PRODUCTION]["lost_answers"] * MINUTES >= 100


def test_every_kind_of_harm_has_its_deed() -> None:
    assert set(BEGINNINGS) == set(What) == set().union(*OF.values())


def test_every_fault_of_the_sandbox_is_in_some_storm() -> None:
    named = {name.partition(":")[0] for name in (*LOSES_THE_ANSWER, *TROUBLES)} - {"completes_first"}

    assert named == {kind.value for kind in Kind} - {Kind.NONE.value}


def test_what_loses_an_answer_has_executed_the_call() -> None:
    assert not {Kind(name) for name in LOSES_THE_ANSWER} & CREATES_NOTHING


def test_a_process_can_die_at_every_step_that_it_reaches() -> None:
    drawn = {deed.detail for seed in range(20) for deed in plan(seed, 600, PRODUCTION) if deed.what is What.CRASH}

    assert drawn == set(STEPS)
