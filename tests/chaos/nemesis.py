"""The nemesis: harms one thing after the other, by a schedule that its seed decides alone."""

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from tests.chaos.town import Town
from tests.proxy import Stream

PAUSE_SECONDS = (0.5, 4.0)  # between two deeds
SANDBOX_FAULTS = (
    "hang",
    "half_close",
    "reset_after",
    "truncate",
    "garbage_200",
    "200_no_share_link",
    "created_hang",
    "html_502",
    "html_504_after",
    "status:500",
    "status:502",
    "status:429",
    "wrong_content_length",
)

Deed = Callable[[Town, random.Random], None]


def kill(town: Town, chance: random.Random) -> None:
    """kill -9 of one process with its children, started again after a moment."""
    name = chance.choice(sorted(town.programs))
    town.programs[name].kill()
    time.sleep(chance.uniform(0, 1))
    town.programs[name] = town.start[name]()


def pause(town: Town, chance: random.Random) -> None:
    """A process freezes and wakes up later, sometimes after its leases have ended."""
    program = town.programs[chance.choice(sorted(town.programs))]
    program.pause()
    time.sleep(chance.choice((0.5, 2.0, 10.0)))
    program.resume()


def lose_messages(town: Town, _chance: random.Random) -> None:
    """The broker forgets everything."""
    broker = town.servers.get("broker")
    if broker is not None:
        with suppress(OSError):
            broker.client().flushall()  # type: ignore[attr-defined]  # a broker has a client


def stop_a_server(town: Town, chance: random.Random) -> None:
    """The database or the broker dies, or freezes, for a while."""
    if not town.servers:
        return
    server = town.servers[chance.choice(sorted(town.servers))]
    if chance.random() < 0.5:
        server.kill()
        time.sleep(chance.uniform(0.2, 3))
        server.restart()
    else:
        server.pause()
        time.sleep(chance.uniform(0.2, 3))
        server.resume()


def cut_the_line(town: Town, chance: random.Random) -> None:
    """The way to TalentSprout: gone, resetting, or cut in the middle of an answer."""
    match chance.choice(("down", "reset", "limit", "silence")):
        case "down":
            town.api.down()
            time.sleep(chance.uniform(0.5, 3))
            town.api.up()
        case "reset":
            town.api.poison(chance.choice(list(Stream)), reset_peer=0.0)
        case "limit":
            town.api.poison(Stream.DOWN, limit_data=chance.randrange(1, 900))
        case "silence":
            town.api.poison(chance.choice(list(Stream)), timeout=6.0)
    time.sleep(chance.uniform(0.5, 2))
    town.api.heal()


def confuse_the_vendor(town: Town, chance: random.Random) -> None:
    """TalentSprout itself answers badly a few times."""
    town.sandbox.tell(
        "faults", fault=chance.choice(SANDBOX_FAULTS), endpoint="from-job-description", times=chance.randrange(1, 4)
    )


DEEDS: tuple[Deed, ...] = (kill, kill, pause, lose_messages, stop_a_server, cut_the_line, confuse_the_vendor)


def rage(town: Town, seed: int, seconds: float) -> Counter[str]:
    """Harm for so long. Returns how often each deed was done."""
    chance = random.Random(seed)
    done: Counter[str] = Counter()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        deed = chance.choice(DEEDS)
        deed(town, chance)
        done[deed.__name__] += 1
        time.sleep(chance.uniform(*PAUSE_SECONDS))
    return done
