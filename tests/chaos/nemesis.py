"""The nemesis: carries out a plan, moment by moment, and heals everything at its end.

It works in the main thread, because a program that is started ends with the thread that started it. A deed with a span has a
beginning and an end; the deeds of others may fall between them.
"""

import heapq
import sqlite3
import time
from collections.abc import Sequence
from itertools import count

import psutil
import psycopg
import redis

from tests.chaos.deeds import BEGINNINGS, Ending, Missing, revoke, spend_nothing
from tests.chaos.plan import Deed
from tests.chaos.town import Town

TICK_SECONDS = 0.05


def rage(town: Town, deeds: Sequence[Deed], seconds: float) -> None:
    """Do all of it, then end what is still going on."""
    order = count()
    moments: list[tuple[float, int, Deed | Ending]] = [(deed.at, next(order), deed) for deed in deeds]
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        if not moments or now < moments[0][0]:
            town.look_after()
            time.sleep(TICK_SECONDS)
            continue
        _, _, thing = heapq.heappop(moments)
        if not isinstance(thing, Deed):
            thing()
        elif (ending := _begin(town, thing)) is not None:
            heapq.heappush(moments, (time.monotonic() - began + thing.span, next(order), ending))
    for _, _, thing in sorted(moments):
        if not isinstance(thing, Deed):
            thing()
    heal(town)


def heal(town: Town) -> None:
    """Every fault has ended, and everything runs: what is armed still is replaced by one that isn't."""
    town.look_after()
    for proxy in town.proxies.values():
        proxy.heal()
        proxy.up()
    revoke(town, revoked=False)
    spend_nothing(town)
    for house in town.houses.values():
        if house.program is not None:
            house.program.resume()
        if house.armed_at and house.runs() and house.program is not None:
            house.program.kill()
        if not house.runs():
            house.start()
    town.look_after()


def _begin(town: Town, deed: Deed) -> Ending | None:
    """What it takes to end it again; None where it is over at once, or could not be done."""
    beginning = BEGINNINGS[deed.what]
    try:
        ending = beginning(town, deed)
    except (Missing, OSError, psutil.Error, psycopg.Error, redis.RedisError, sqlite3.Error):
        town.done[f"missed: {deed.what}"] += 1
        return None
    town.done[deed.what] += 1
    return ending
