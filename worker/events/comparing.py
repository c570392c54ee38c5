"""How a rehearsal ends for a posting, beside what happened: made, held, skipped or nothing, for whom, and with which options.

What only people and TalentSprout decide is no difference: an approval, a cancellation, an answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.request import TO_APPROVE, Code, Content, GenerationRequest, State
from worker.ledger import rehearsals
from worker.ledger.connection import Ledger
from worker.ledger.rehearsals import Followed
from worker.policy import reasons

NOT_SAID = object()


class Ending(StrEnum):
    """What becomes of a posting."""

    MADE = "made"
    HELD = "held"
    SKIPPED = "skipped"
    NOTHING = "nothing"


NO_INTERVIEW = frozenset({Ending.SKIPPED, Ending.NOTHING})


@dataclass(frozen=True)
class Outcome:
    """`interviews` counts what is made. `label` is None in a rehearsal."""

    what: Ending
    why: str | None = None
    rule: str | None = None
    organization: str | None = None
    interviews: int = 0
    label: str | None = None
    options: Mapping[str, object] | None = None
    waits: bool = False  # for a person's word


@dataclass(frozen=True)
class Difference:
    """A posting that would end in another way; `sentences` say in which."""

    posting: Followed
    happened: Outcome
    would: Outcome
    sentences: tuple[str, ...]


def outcomes(real: Ledger, scratch: Ledger) -> Iterator[Difference]:
    """Of every posting that was rehearsed; without sentences where it would end as it did."""
    for one in rehearsals.all_followed(scratch):
        key = (one.source, one.job_id)
        happened = outcome(real.look(lambda tx, key=key: rehearsals.requests_of(tx, *key)))  # type: ignore[misc]  # a default binds it
        would = outcome(scratch.read(lambda tx, key=key: rehearsals.requests_of(tx, *key)))  # type: ignore[misc]  # likewise
        if one.skipped_by is not None and would.what is Ending.NOTHING:
            would = Outcome(Ending.SKIPPED, one.skipped_why, one.skipped_by)
        yield Difference(one, happened, would, tuple(_sentences(happened, would)))


def outcome(found: Sequence[tuple[GenerationRequest, Content]]) -> Outcome:
    """By the newest request that was not overtaken by a text that had its interview."""
    wanted = [(one, content) for one, content in found if _code(one) is not Code.SUPERSEDED]
    if not wanted:
        return Outcome(Ending.NOTHING)
    request, content = wanted[0]
    because, code = request.because, _code(request)
    if request.state is State.CANCELLED and code is Code.SKIPPED and because is not None:
        return Outcome(
            Ending.SKIPPED, str(because.facts.get("why")), str(because.facts.get("rule")), label=request.label
        )
    is_held = request.state is State.HELD and because is not None and (code in TO_APPROVE or "length" in because.facts)
    return Outcome(
        what=Ending.HELD if is_held else Ending.MADE,
        why=reasons.resting(because) if is_held and because is not None else None,
        rule=request.rule,
        organization=request.organization,
        interviews=sum(not one.awaits_approval for one, _ in wanted) - (1 if is_held and code not in TO_APPROVE else 0),
        label=request.label,
        options=content.options,
        waits=request.awaits_approval,
    )


def _code(request: GenerationRequest) -> Code | None:
    return None if request.because is None else request.because.code


def _sentences(happened: Outcome, would: Outcome) -> Iterator[str]:
    if {happened.what, would.what} <= NO_INTERVIEW:
        return  # what was skipped when it came has left no request
    was_approved = would.waits and happened.what is Ending.MADE and happened.rule == would.rule
    if happened.what != would.what and not was_approved:
        yield f"would be {_words(would)}; was {_words(happened)}"
        return
    if happened.organization != would.organization:
        yield f"would be for {would.organization}; was for {happened.organization}"
    if happened.interviews != would.interviews and not was_approved:
        yield f"would have {_count(would.interviews)}; has {_count(happened.interviews)}"
    yield from _options(happened.options or {}, would.options or {})


def _words(one: Outcome) -> str:
    by = "" if one.rule is None else f" by the rule {one.rule}"
    match one.what:
        case Ending.NOTHING:
            return "left without an interview"
        case Ending.SKIPPED:
            return f"skipped{by}"
        case Ending.HELD:
            return f"held{by}: {(one.why or '').rstrip('.')}"
        case Ending.MADE:
            return f"made{by}" if one.label is None else f"made{by} ({one.label})"


def _count(number: int) -> str:
    return "1 interview" if number == 1 else f"{number} interviews"


def _options(happened: Mapping[str, object], would: Mapping[str, object]) -> Iterator[str]:
    for name in sorted({*happened, *would}):
        old, new = happened.get(name, NOT_SAID), would.get(name, NOT_SAID)
        if old != new:
            yield f"{name} would be {_shown(new)}; was {_shown(old)}"


def _shown(value: object) -> str:
    if value is NOT_SAID:
        return "left to TalentSprout"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
