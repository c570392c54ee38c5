"""What a storm has done, counted from both sides' books, and whether that was enough to prove anything."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from tests.chaos.plan import EMBEDDED, PRODUCTION, What
from tests.chaos.senders import Ats
from tests.chaos.town import Town
from tests.chaos.witness import BREACHES, Books

USUAL = {"events": 30, "generations": 25, "lost_answers": 10, "vendor_faults": 10}
LEAST_A_MINUTE = {  # a storm that did too little proves nothing
    PRODUCTION: USUAL | {"kills": 3, "proxy_faults": 4},
    EMBEDDED: USUAL | {"kills": 2, "proxy_faults": 2},  # a part of `up` that has just died can't be killed
}
LEAST = {"pauses": 1, "broker_losses": 1, "database_stops": 1}  # in any storm
PROXIED = frozenset({What.PROXY})
KILLS = frozenset({What.KILL, What.CRASH})
BROKER = frozenset({What.BROKER_FLUSH, What.BROKER_KILL, What.BROKER_CLIENTS, What.BROKER_SILENCE, What.BROKER_PAUSE})
DATABASE = frozenset(
    {
        What.DATABASE_TERMINATE,
        What.DATABASE_STOP,
        What.DATABASE_KILL,
        What.DATABASE_PAUSE,
        What.DATABASE_READ_ONLY,
        What.FILE_LOCK,
    }
)


@dataclass(frozen=True)
class Counts:
    """`lost_answers` are interviews that came into being while their call learned nothing of it."""

    events: int  # acknowledged deliveries
    acknowledgements: int  # of them and their repeats
    requests: int
    calls: int
    generations: int
    kills: int  # -9, whoever did it
    crash_points: int  # of the kills: at a named step
    rolls: int
    pauses: int
    broker_losses: int
    database_stops: int
    proxy_faults: int
    vendor_faults: int
    lost_answers: int
    unknowns: int  # attempts after which nobody knew
    adopted: int
    sent_again: int  # by a person
    limited: int  # answers 429 that no fault ordered
    breaches: int  # of the vendor's word that an error was not executed
    results: int
    missed: int  # deeds whose victim wasn't there


def counted(town: Town, ats: Ats, held: Books, person: Mapping[str, int]) -> Counts:
    """The counts of one storm."""
    done: Counter[str] = town.done
    outcomes = {one.label: one.outcome for one in held.attempts}
    return Counts(
        events=len(ats.acked),
        acknowledgements=ats.acknowledgements,
        requests=len(held.requests),
        calls=len(held.calls),
        generations=len(held.executed),
        kills=_sum(done, KILLS) + done["died at a step"],
        crash_points=done["died at a step"],
        rolls=done[What.ROLL],
        pauses=done[What.PAUSE],
        broker_losses=_sum(done, BROKER),
        database_stops=_sum(done, DATABASE),
        proxy_faults=_sum(done, PROXIED),
        vendor_faults=sum(bool(one["fault"]) for one in held.calls),
        lost_answers=sum(
            outcomes.get(one["label"]) != "Created" and one["fault"] not in BREACHES for one in held.executed
        ),
        unknowns=sum(one in ("Unknown", "lease ended") for one in outcomes.values()),
        adopted=person.get("adopted", 0),
        sent_again=sum(number for what, number in person.items() if what.startswith("sent again")),
        limited=sum(one["status"] == 429 and not one["fault"] for one in held.calls),
        breaches=sum(one["fault"] in BREACHES for one in held.executed),
        results=len(held.results),
        missed=sum(number for what, number in done.items() if what.startswith("missed")),
    )


def too_little(counts: Counts, minutes: float, on: str) -> list[str]:
    """What happened too seldom to prove anything, in words."""
    least = {name: number * minutes for name, number in LEAST_A_MINUTE[on].items()} | LEAST
    did = asdict(counts)
    return [f"{name}: {did[name]}, at least {number:g} wanted" for name, number in least.items() if did[name] < number]


def _sum(done: Mapping[str, int], kinds: frozenset[What]) -> int:
    return sum(done.get(kind, 0) for kind in kinds)
