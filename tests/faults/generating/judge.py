"""The judge: what the sandbox recorded against what the ledger says. It asks neither of them itself."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.domain.request import GenerationRequest, State

Call = dict[str, Any]  # an entry of the sandbox's record


@dataclass(frozen=True)
class Allowed:
    """`retries` by people or policy, `breaches`: errors after executing, `unheard`: successes that nobody lived to write down."""

    retries: int = 0
    breaches: int = 0
    unheard: int = 0


def requests(
    found: Sequence[GenerationRequest],
    known: Mapping[str, Collection[str]],
    executed: Sequence[Call],
    there: Collection[str],
    allowed: Allowed,
) -> None:
    """I2, I4, I5, I6. `known`: the interviews of each request in the ledger; `there`: those that exist."""
    ran_for = _by_request(executed)
    lost: list[Call] = []
    for request in found:
        ran, ours = ran_for.get(request.label, []), set(known[request.id])
        assert request.state is not State.SENDING, f"{request.label} is still on its way"
        assert len(ran) <= 1 + allowed.retries + allowed.breaches, f"{request.label} ran {len(ran)} times"
        if request.state in (State.WAITING, State.HELD) and not allowed.breaches:
            assert ran == [], f"{request.label} is {request.state}, but it ran"
        assert ours <= {one["interview_id"] for one in ran} & set(there), f"{request.label} has a ghost"
        assert (request.state is State.CREATED) == (request.interview_id is not None)
        assert request.interview_id in {None, *ours}
        lost += [one for one in ran if one["status"] == 201 and not one["fault"] and one["interview_id"] not in ours]
    assert len(lost) == allowed.unheard, f"successes that were lost: {[one['label'] for one in lost]}"


def most_in_a_window(moments: Sequence[float], window: float) -> int:
    """The largest number of moments within any span shorter than a window."""
    ordered = sorted(moments)
    return max(
        (sum(start <= one < start + window for one in ordered[place:]) for place, start in enumerate(ordered)),
        default=0,
    )


def pace(moments: Sequence[float], limit: int, window: float) -> float:
    """Calls per time, from the first to the last, as a share of what the limit allows."""
    return (len(moments) - 1) / (max(moments) - min(moments)) / (limit / window)


def _by_request(calls: Sequence[Call]) -> dict[str, list[Call]]:
    """Labels of attempts without their number."""
    found: dict[str, list[Call]] = defaultdict(list)
    for one in calls:
        found[one["label"].rpartition("-")[0]].append(one)
    return found
