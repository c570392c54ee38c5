"""Completions before their interview, of foreign interviews, and under other names: kept, never across, linked once."""

import json
from pathlib import Path

import pytest

from tests.faults.receiving.completions import SHORT_CODE, result_of, told
from tests.faults.receiving.houses_on import house_on
from tests.web.houses import AN_ID, HOOK_TOKEN, TWO_ORGANIZATIONS, House
from worker.domain.interview import Interview, Origin
from worker.ledger import interviews
from worker.ledger.events import EventState

UNKNOWN_ID = "11111111-2222-4333-8444-555555555555"
OTHER_TOKEN = "another-webhook-token-for-tests-that-is-long-enough"
TARGET = """
[targets.crm]
kind = "webhook"
organization = "acme"
url = "http://127.0.0.1:9/hook"
secret = "whsec_eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
events = ["result.completed"]
"""
BOTH = TWO_ORGANIZATIONS.replace("[organizations.silent]", f'[organizations.silent]\nwebhook_token = "{OTHER_TOKEN}"')


def results(house: House) -> list[dict[str, object]]:
    return list(house.api().get("/results").json["items"])


def states(house: House) -> list[tuple[object, object]]:
    return [(one["interview_id"], one["state"]) for one in results(house)]


def test_f28_a_completion_before_its_interview_is_kept_and_linked_with_it(house: House) -> None:
    """The candidate is faster than the answer: `unmatched`, linked in the transaction that stores the interview."""
    assert told(house, result_of("session-1")).state is EventState.READ
    assert states(house) == [(None, "unmatched")]

    house.interview()

    assert states(house) == [(AN_ID, "matched")]
    assert told(house, result_of("session-2")).state is EventState.READ
    assert states(house) == [(AN_ID, "matched")] * 2


def test_f28_a_completion_while_its_request_is_unknown_waits_for_the_person(house: House) -> None:
    """The call's answer was lost: the result is kept, and linked when a person adopts the interview."""
    api = house.api()
    request_id = api.file()
    house.unknown(request_id)
    told(house, result_of("session-1"))
    assert states(house) == [(None, "unmatched")]

    link = {"share_link": f"https://www.talentsprout.ai/interview/{AN_ID}"}
    assert api.post(f"/requests/{request_id}/adopt", link).status_code == 200

    assert states(house) == [(AN_ID, "matched")]


def told_to_targets(house: House) -> list[str]:
    return [one["event"] for one in house.api().get("/deliveries").json["items"]]


def test_f28_a_completion_is_delivered_once_its_interview_is_known_and_not_before(
    tmp_path: Path, database_url: str
) -> None:
    """While it is unmatched nobody is told of it; the person's word that links it has it told, once."""
    with house_on(tmp_path, database_url, TWO_ORGANIZATIONS + TARGET) as house:
        api = house.api()
        request_id = api.file()
        house.unknown(request_id)
        told(house, result_of("session-1"))
        assert told_to_targets(house) == []

        link = {"share_link": f"https://www.talentsprout.ai/interview/{AN_ID}"}
        assert api.post(f"/requests/{request_id}/adopt", link).status_code == 200
        assert told_to_targets(house) == ["result.completed"]
        told(house, json.dumps(json.loads(result_of("session-1")) | {"again": True}).encode())
        assert told_to_targets(house) == ["result.completed"]


def test_f31_what_a_stranger_with_the_secret_address_posts_is_told_to_nobody(tmp_path: Path, database_url: str) -> None:
    """A result of no interview of ours stays here; one that contradicts is flagged and not told of a second time."""
    with house_on(tmp_path, database_url, TWO_ORGANIZATIONS + TARGET) as house:
        told(house, result_of("forged", interview=UNKNOWN_ID))
        assert told_to_targets(house) == []
        house.interview()
        told(house, result_of("session-1", score=81))
        told(house, result_of("session-1", score=3))
        assert told_to_targets(house) == ["result.completed"]


def test_f29_a_completion_of_an_interview_that_nobody_here_made_is_kept_apart(house: House) -> None:
    """An unknown interview: kept under the organization of its address, linked to nothing."""
    house.interview()
    told(house, result_of("session-1", interview=UNKNOWN_ID))
    (kept,) = results(house)
    assert (kept["organization"], kept["interview_id"], kept["state"]) == ("acme", None, "unmatched")


@pytest.mark.parametrize(("policy", "kept"), [("keep", 1), ("drop", 0)])
def test_f29_the_policy_says_whether_a_strangers_completion_is_kept(house: House, policy: str, kept: int) -> None:
    """foreign = "drop": an interview that nobody here made leaves no result; one of ours does."""
    dropping = {"acme"} if policy == "drop" else set()
    event = told(house, result_of("session-1", interview=UNKNOWN_ID), dropping=dropping)
    assert len(results(house)) == kept
    assert ("drop" in str(event.reason)) is (policy == "drop")
    house.interview()

    told(house, result_of("session-2"), dropping=dropping)

    assert (AN_ID, "matched") in states(house)


def test_f29_nothing_is_dropped_while_it_may_belong_to_an_unknown(house: House) -> None:
    """foreign = "drop", and one request may or may not exist: its completion waits for the person."""
    house.unknown(house.api().file())

    told(house, result_of("session-1"), dropping={"acme"})

    assert states(house) == [(None, "unmatched")]


def test_f29_a_result_is_never_attached_across_organizations(tmp_path: Path, database_url: str) -> None:
    """Another organization's address names our interview: kept under theirs, not linked, also when it comes first."""
    with house_on(tmp_path, database_url, BOTH) as house:
        told(house, result_of("early"), organization="silent", token=OTHER_TOKEN)
        house.interview()  # acme's
        told(house, result_of("late"), organization="silent", token=OTHER_TOKEN)
        told(house, result_of("ours"), token=HOOK_TOKEN)

        found = {(one["organization"], one["interview_id"], one["state"]) for one in results(house)}
        assert found == {("silent", None, "unmatched"), ("acme", AN_ID, "matched")}


def test_f30_a_short_code_is_known_by_the_link_beside_it(house: House) -> None:
    """The webhook says a short code, its dashboard link the UUID: matched by the link."""
    house.interview()
    told(house, result_of("session-1", interview=SHORT_CODE, linked=AN_ID))
    assert states(house) == [(AN_ID, "matched")]


def test_f30_a_short_code_of_the_share_link_is_known_from_the_start(house: House) -> None:
    """The share link ends in the short code: that is a name of the interview, exactly."""
    made = Interview(AN_ID, f"https://www.talentsprout.ai/interview/{SHORT_CODE}", {"id": AN_ID})
    told(house, result_of("early", interview=SHORT_CODE))
    house.write(lambda tx: interviews.store(tx, "acme", made, Origin.CREATED, None))
    told(house, result_of("late", interview=SHORT_CODE))
    told(house, result_of("another", interview=SHORT_CODE[:-1] + "x"))
    assert sorted(states(house), key=str) == [(AN_ID, "matched"), (AN_ID, "matched"), (None, "unmatched")]


def test_f30_a_short_code_that_a_link_explained_once_is_known_from_then_on(house: House) -> None:
    """One result carried both names: the next one needs only the short code."""
    house.interview()
    told(house, result_of("session-1", interview=SHORT_CODE, linked=AN_ID))
    told(house, result_of("session-2", interview=SHORT_CODE))
    assert states(house) == [(AN_ID, "matched")] * 2


@pytest.mark.parametrize("first", ["completed", "abandoned"])
def test_f15_results_of_one_session_do_not_depend_on_their_order(house: House, first: str) -> None:
    """`completed` and `abandoned` of one session in either order: both are kept, once each."""
    bodies = {
        kind: json.loads(result_of("session-1")) | {"event": f"interview.{kind}"} for kind in ("completed", "abandoned")
    }
    order = [first, *[kind for kind in bodies if kind != first]]
    for kind in [*order, *order]:
        told(house, json.dumps(bodies[kind]).encode())
    house.interview()
    assert sorted(one["event"] for one in results(house)) == ["interview.abandoned", "interview.completed"]
    assert states(house) == [(AN_ID, "matched")] * 2
