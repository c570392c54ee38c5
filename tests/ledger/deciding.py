"""What a person decides about, and the link of the interview that is adopted."""

from collections.abc import Callable

import pytest

from tests.ledger.stage import NO_ANSWER, QUARANTINE, REJECTED, Stage
from worker.domain.outcome import Attempt
from worker.operators import Refusal

LINK = "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"


def an_unknown(bridge: Stage) -> tuple[str, Attempt]:
    request = bridge.file()
    held = bridge.send()
    bridge.settle(held, NO_ANSWER)
    return request, held


def after_quarantine(bridge: Stage, held: Attempt) -> None:
    bridge.clock.now = held.lease_until + QUARANTINE


def refusal(decide: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        decide()
    return refused.value


def a_held(bridge: Stage) -> str:
    request = bridge.file()
    bridge.settle(bridge.send(), REJECTED)
    return request
