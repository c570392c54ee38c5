"""An interview that was found for an unknown is adopted by its link, once and by one request."""

import pytest

from tests.ledger.deciding import LINK, a_held, an_unknown, refusal
from tests.ledger.stage import NO_ANSWER, Stage, an_interview, created
from worker.domain.interview import Interview, Origin
from worker.domain.outcome import Created
from worker.domain.request import State
from worker.ledger import interviews
from worker.operators import Why


def test_an_unknown_is_adopted_by_its_link(bridge: Stage) -> None:
    request, _ = an_unknown(bridge)

    found = bridge.adopt(request, LINK + "?utm=1")

    assert (found.state, found.interview_id) == (State.CREATED, LINK.rpartition("/")[2])
    stored = bridge.ask(interviews.of_request, request)
    assert [(one.interview, one.origin) for one in stored] == [
        (Interview(LINK.rpartition("/")[2], LINK, {}), Origin.ADOPTED)
    ]


def test_an_unknown_may_be_adopted_at_once_without_waiting_for_the_quarantine(bridge: Stage) -> None:
    request = bridge.file()
    bridge.settle(bridge.send(), NO_ANSWER)

    assert bridge.adopt(request, LINK).state is State.CREATED


@pytest.mark.parametrize("link", ["", "no link", "https://example.com/interview/abcd", LINK.replace("https", "http")])
def test_what_is_no_share_link_is_refused(bridge: Stage, link: str) -> None:
    request, _ = an_unknown(bridge)

    assert refusal(lambda: bridge.adopt(request, link)).why is Why.UNUSABLE

    assert bridge.state_of(request) is State.UNKNOWN


def test_an_interview_that_another_request_has_is_not_adopted_and_its_owner_is_named(bridge: Stage) -> None:
    owner = bridge.file(title="Night shift")
    made = created()
    bridge.settle(bridge.send(), made)
    request, _ = an_unknown(bridge)

    refused = refusal(lambda: bridge.adopt(request, made.interview.share_link))

    assert refused.why is Why.TOO_LATE
    assert bridge.request(owner).label in str(refused)
    assert "Night shift" in str(refused)
    assert bridge.state_of(request) is State.UNKNOWN
    assert bridge.interviews_of(owner) == [made.interview]


def test_a_link_that_another_requests_interview_goes_by_is_not_adopted(bridge: Stage) -> None:
    """Its share link names it by a short code, its id is a UUID: the code is its name all the same."""
    owner = bridge.file()
    link = "https://www.talentsprout.ai/interview/c8d41f07"
    bridge.settle(bridge.send(), Created(Interview(an_interview().id, link, {})))
    request, _ = an_unknown(bridge)

    refused = refusal(lambda: bridge.adopt(request, link))

    assert refused.why is Why.TOO_LATE
    assert bridge.request(owner).label in str(refused)


@pytest.mark.parametrize("state", ["waiting", "sending", "created", "held", "cancelled"])
def test_only_an_unknown_is_adopted(bridge: Stage, state: str) -> None:
    request = {
        "waiting": bridge.file,
        "sending": lambda: (bridge.file(), bridge.send())[0],
        "created": lambda: (bridge.file(), bridge.settle(bridge.send(), created()))[0],
        "held": lambda: a_held(bridge),
        "cancelled": lambda: bridge.cancel(bridge.file()).id,
    }[state]()
    before = bridge.request(request)
    assert before.state == state

    assert refusal(lambda: bridge.adopt(request, LINK)).why is Why.TOO_LATE

    assert bridge.request(request) == before
    assert bridge.ask(interviews.get, LINK.rpartition("/")[2]) is None
