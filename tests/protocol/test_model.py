"""The protocol on paper: every state that it can reach is visited, and every rule that is taken away is missed."""

import pytest

from tests.protocol.model import MUTANTS, Limits, explore

SMALLER = Limits(workers=2, attempts=3, retries=2)  # of the same kind as the default, in a fraction of its time


def test_the_protocol_holds() -> None:
    found = explore(("split", "wire"), SMALLER)

    assert (found.problem, found.most_executed) == (None, 1)
    assert found.states > 10_000, "a run in which nothing happens holds, too"


@pytest.mark.parametrize("rule", MUTANTS)
def test_every_rule_is_needed(rule: str) -> None:
    assert explore((rule,)).problem is not None


def test_the_guard_is_needed_where_an_unsent_attempt_goes_back_in_line() -> None:
    assert explore(("split", "noguard")).problem is not None


def test_a_claim_may_be_forgotten_as_long_as_its_mark_is_not() -> None:
    found = explore(("power", "split", "wire"), SMALLER)

    assert (found.problem, found.most_executed) == (None, 1)


def test_what_a_known_death_ends_is_settled_without_any_lease() -> None:
    found = explore(("deadonly", "split", "wire"), SMALLER)

    assert (found.problem, found.most_executed) == (None, 1)


def test_a_death_is_proof_enough_without_the_guard_and_a_wrong_one_makes_a_second_interview() -> None:
    assert explore(("deadonly", "split", "wire", "noguard"), SMALLER).problem is None

    mistaken = explore(("liveends", "split", "noguard"), SMALLER)

    assert mistaken.problem == "eligible to send although an interview exists"


@pytest.mark.slow
@pytest.mark.parametrize("rules", [(), ("wire",), ("split", "wire"), ("deadonly", "split", "wire")])
def test_the_protocol_holds_with_more_attempts(rules: tuple[str, ...]) -> None:
    found = explore(rules)

    assert (found.problem, found.most_executed) == (None, 1)


@pytest.mark.slow
def test_a_person_who_retries_blindly_makes_at_most_one_more_for_each_retry() -> None:
    found = explore(("blindop",))

    assert (found.problem, found.most_executed) == (None, 1 + Limits().retries)
