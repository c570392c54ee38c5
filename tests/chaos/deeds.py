"""The deeds of the nemesis: how each begins, and what ends it again."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import redis

from tests.chaos.plan import Deed, What
from tests.chaos.town import House, Town, end
from tests.proxy import Proxy, Stream
from tests.servers import Server
from worker.sandbox.settings import FAKE_KEY

HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
held.execute("BEGIN IMMEDIATE")
sys.stdin.read()
"""
Ending = Callable[[], None]
Beginning = Callable[[Town, Deed], Ending | None]


class Missing(Exception):
    """What was to be harmed isn't there now."""


# Processes


def _kill(town: Town, deed: Deed) -> Ending | None:
    house, part = town.house(deed.target)
    if part:
        end(_member(house, part))  # `up` starts it again
        return None
    _running(house).program.kill()  # type: ignore[union-attr]  # it runs
    house.absent = True
    return lambda: _call_back(house)


def _call_back(house: House) -> None:
    house.absent = False


def _crash(town: Town, deed: Deed) -> None:
    """It begins again, armed; when it dies of it, `look_after` starts it as it should be."""
    house, _ = town.house(deed.target)
    _running(house).program.kill()  # type: ignore[union-attr]  # it runs
    house.start(deed.detail)


def _roll(town: Town, deed: Deed) -> Ending:
    house, _ = town.house(deed.target)
    program = _running(house).program
    assert program is not None
    program.resume()
    program.process.send_signal(signal.SIGTERM)

    def insist() -> None:
        if program.is_running():
            program.kill()

    return insist


def _pause(town: Town, deed: Deed) -> Ending:
    house, part = town.house(deed.target)
    if part:
        frozen = [member := _member(house, part), *member.children(recursive=True)]
        for one in frozen:
            one.suspend()
        return lambda: _wake(frozen)
    program = _running(house).program
    assert program is not None
    program.pause()
    return program.resume


def _wake(frozen: Sequence[psutil.Process]) -> None:
    for one in frozen:
        with suppress(psutil.NoSuchProcess):
            one.resume()


def _running(house: House) -> House:
    if not house.runs():
        raise Missing
    return house


def _member(house: House, part: str) -> psutil.Process:
    found = house.member(part)
    if found is None:
        raise Missing
    return found


# Both servers


def _broker(town: Town) -> Server:
    assert town.broker is not None
    return town.broker


def _database(town: Town) -> Server:
    assert town.database is not None
    return town.database


def _dies(which: Callable[[Town], Server]) -> Beginning:
    def begin(town: Town, _: Deed) -> Ending:
        which(town).kill()
        return which(town).restart

    return begin


def _freezes(which: Callable[[Town], Server]) -> Beginning:
    def begin(town: Town, _: Deed) -> Ending:
        which(town).pause()
        return which(town).resume

    return begin


# The broker


def _client(town: Town) -> redis.Redis:
    socket = town.broker_socket()
    if socket is None:
        raise Missing
    return redis.Redis(unix_socket_path=str(socket), socket_timeout=1, socket_connect_timeout=1)


def _flush(town: Town, _: Deed) -> None:
    with _client(town) as client:
        client.flushall()


def _kill_clients(town: Town, _: Deed) -> None:
    with _client(town) as client:
        client.client_kill_filter(_type="normal")


def _silence(town: Town, deed: Deed) -> None:
    with _client(town) as client:
        client.client_pause(round(deed.span * 1000))


# The database


def _terminate(town: Town, _: Deed) -> None:
    assert town.database is not None
    town.database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


def _stop_database(town: Town, _: Deed) -> Ending:
    """SIGQUIT is what `pg_ctl stop -m immediate` sends: no checkpoint, recovery at the next start."""
    assert town.database is not None
    town.database.program.stop(signal.SIGQUIT)
    return town.database.restart


def _read_only(town: Town, _: Deed) -> Ending:
    _set_read_only(town, "on")
    return lambda: _set_read_only(town, "off")


def _set_read_only(town: Town, value: str) -> None:
    assert town.database is not None
    ends = time.monotonic() + 30
    while True:
        try:
            town.database.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            town.database.execute("SELECT pg_reload_conf()")
        except psycopg.OperationalError:  # another deed has stopped it
            if value == "on" or time.monotonic() > ends:
                raise
            time.sleep(0.2)
        else:
            return


def _lock(town: Town, _: Deed) -> Ending:
    path = town.bridge.ledger.engine.url.database
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(Path(str(path)).absolute())], stdin=subprocess.PIPE)

    def let_go() -> None:
        holder.communicate()

    return let_go


# The wires


def _poison(town: Town, deed: Deed) -> Ending:
    proxy = town.proxies[deed.target]
    _spoil(proxy, deed)

    def mend() -> None:
        proxy.heal()
        proxy.up()

    return mend


def _spoil(proxy: Proxy, deed: Deed) -> None:
    match deed.detail:
        case "down":
            proxy.down()
        case "latency":
            for stream in Stream:
                proxy.poison(stream, latency=0.3, jitter=0.3)
        case "slicer":
            for stream in Stream:
                proxy.poison(stream, slicer=max(20, deed.size // 4), slice_delay=0.01)
        case "limit_data_up":
            proxy.poison(Stream.UP, limit_data=deed.size)
        case "limit_data_down":
            proxy.poison(Stream.DOWN, limit_data=deed.size)
        case "reset_peer":
            proxy.poison(Stream.UP if deed.size % 2 else Stream.DOWN, reset_peer=0.0)
        case "timeout":
            proxy.poison(Stream.UP if deed.size % 2 else Stream.DOWN, timeout=deed.span + 1)


# TalentSprout


def _fault(town: Town, deed: Deed) -> None:
    more: dict[str, object] = {}
    if deed.detail == "status:429":
        more["retry_after"] = "5"  # of the vendor's seconds: one of ours
    if deed.detail == "truncate_hang":
        more["size"] = 20  # too little to be salvaged
    if deed.detail == "completes_first":
        town.tell("faults", fault="none", complete_first=True, endpoint="from-job-description", times=deed.size)
        return
    town.tell("faults", fault=deed.detail, endpoint="from-job-description", times=deed.size, **more)


def _revoke_for_a_while(town: Town, _: Deed) -> Ending:
    revoke(town, revoked=True)
    return lambda: revoke(town, revoked=False)


def revoke(town: Town, *, revoked: bool) -> None:
    """Whether TalentSprout refuses the key."""
    town.tell("settings", organizations=[{"name": "acme", "keys": [{"key": FAKE_KEY, "revoked": revoked}]}])


def _spend(town: Town, deed: Deed) -> Ending:
    spender = {"tier": "ai", "per_window": deed.size, "burst": deed.size % 2 == 0}
    town.tell("settings", organizations=[{"name": "acme", "foreign": [spender]}])

    return lambda: spend_nothing(town)


def spend_nothing(town: Town) -> None:
    """Nobody else is on the account."""
    town.tell("settings", organizations=[{"name": "acme", "foreign": []}])


BEGINNINGS: dict[What, Beginning] = {
    What.KILL: _kill,
    What.CRASH: _crash,
    What.ROLL: _roll,
    What.PAUSE: _pause,
    What.BROKER_FLUSH: _flush,
    What.BROKER_CLIENTS: _kill_clients,
    What.BROKER_SILENCE: _silence,
    What.BROKER_KILL: _dies(_broker),
    What.BROKER_PAUSE: _freezes(_broker),
    What.DATABASE_TERMINATE: _terminate,
    What.DATABASE_STOP: _stop_database,
    What.DATABASE_KILL: _dies(_database),
    What.DATABASE_PAUSE: _freezes(_database),
    What.DATABASE_READ_ONLY: _read_only,
    What.FILE_LOCK: _lock,
    What.PROXY: _poison,
    What.LOST_ANSWER: _fault,
    What.VENDOR: _fault,
    What.KEY: _revoke_for_a_while,
    What.FOREIGN: _spend,
}
