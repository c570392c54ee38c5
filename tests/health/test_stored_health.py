"""What the doctor sees in the database and around it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from worker import clock, filing
from worker.assembly import Bridge
from worker.domain.received import Received
from worker.domain.result import Candidate, CandidateResult
from worker.health import questions, stored
from worker.health.check import State
from worker.ledger import events, organizations, processes, results
from worker.ledger.connection import Ledger, database_clock
from worker.ledger.events import EventState, Receipt

TEXT = "Night nurse at Harbour House. You walk the corridors, notice changes early and write the handover."
MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
filer:/vol/jobs /srv nfs4 rw,vers=4.2 0 0
/dev/sdb1 /srv/local\\040disk xfs rw 0 0
"""


def file(bridge: Bridge, text: str = TEXT) -> None:
    bridge.ledger.write(lambda tx: filing.file(tx, filing.Submission("acme", text)))


def later(bridge: Bridge, by: timedelta) -> Bridge:
    """The same ledger, seen later."""

    def clock(connection: sa.Connection) -> datetime:
        return database_clock(connection) + by

    return replace(bridge, ledger=Ledger(bridge.ledger.url, clock, keys=bridge.ledger.keys))


def test_a_database_with_the_right_schema_is_in_order(bridge: Bridge) -> None:
    found = stored.database(bridge)
    assert found.state is State.OK
    assert str(bridge.settings.bridge.data_dir.parent / "bridge.db") in found.sentence


def test_a_database_without_the_schema_says_what_brings_it(made: Callable[..., Bridge]) -> None:
    found = stored.database(made())
    assert (found.state, found.remedy) == (State.FAIL, "Bring it up to date: sprout db upgrade")
    assert found.place.endswith("bridge.toml, [bridge] database_url")


def test_a_database_that_is_away_is_named_without_its_password(made: Callable[..., Bridge]) -> None:
    found = stored.database(made(database_url="postgresql://sprout:pass-of-nobody@127.0.0.1:9/jobs"))
    assert found.state is State.FAIL
    assert "jobs at 127.0.0.1 can't be reached" in found.sentence
    assert "pass-of-nobody" not in found.sentence


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/bridge.db", "nfs4"),
        ("/srv/local disk/var/bridge.db", "xfs"),
        ("/var/bridge.db", "ext4"),
        ("/srvx/b", "ext4"),
    ],
)
def test_the_disk_under_a_file_is_the_nearest_mount(tmp_path: Path, path: str, kind: str) -> None:
    table = tmp_path / "mounts"
    table.write_text(MOUNTS)
    assert stored.mounted(Path(path), table) == kind
    assert stored.mounted(Path(path), tmp_path / "no-such-table") is None


def test_a_database_on_a_network_disk_is_pointed_out(
    bridge: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"filer:/vol {tmp_path} nfs rw 0 0\n")
    monkeypatch.setattr(stored, "MOUNTS", table)
    assert stored.database_disk(bridge).state is State.WARN
    table.write_text(f"/dev/sda1 {tmp_path} ext4 rw 0 0\n")
    assert stored.database_disk(bridge).state is State.OK


def test_no_worker_is_a_fault_as_soon_as_something_waits(bridge: Bridge) -> None:
    assert stored.worker(bridge).state is State.WARN
    file(bridge)
    found = stored.worker(bridge)
    assert (found.state, found.sentence) == (State.FAIL, "No worker has reported yet; 1 request waits.")


def test_a_worker_that_has_fallen_silent_counts_as_gone(bridge: Bridge) -> None:
    bridge.ledger.write(lambda tx: processes.report(tx, "boot", "host", 1))
    assert stored.worker(bridge).state is State.OK
    silent = later(bridge, bridge.timing.silence + timedelta(seconds=1))
    found = stored.worker(silent)
    silent.ledger.close()
    assert found.state is State.WARN
    assert "No worker has reported since" in found.sentence


def test_a_pause_is_a_fault_with_the_sentence_that_every_page_shows(bridge: Bridge) -> None:
    assert list(stored.pauses(bridge)) == []
    bridge.ledger.write(lambda tx: organizations.pause(tx, "acme", {"status": 403}, timedelta(minutes=1)))
    (found,) = stored.pauses(bridge)
    assert found.state is State.FAIL
    assert "says that the API key lacks a scope" in found.sentence


def test_what_waits_for_a_person_is_counted(bridge: Bridge) -> None:
    assert [(one.name, one.state) for one in stored.decisions(bridge)] == [("unknown", State.OK), ("held", State.OK)]
    file(bridge, "Too short.")
    _, held = stored.decisions(bridge)
    assert (held.state, held.sentence) == (State.WARN, "1 request is held.")
    assert held.remedy == "Decide: sprout requests list --state held"


@pytest.mark.parametrize(("off", "state"), [(2, State.OK), (90, State.WARN), (-600, State.FAIL)])
def test_clocks_that_differ_are_told_by_how_much(bridge: Bridge, off: int, state: State) -> None:
    moved = later(bridge, timedelta(seconds=off))
    found = stored.database_clock(moved)
    moved.ledger.close()
    assert found.state is state
    assert (f"{abs(off)} s apart" in found.sentence) is (state is not State.OK)
    assert stored.clock_check("clock", datetime.now(UTC), "that of a host").state is State.OK


def test_readiness_tells_database_schema_and_broker_apart(made: Callable[..., Bridge], bridge: Bridge) -> None:
    ready = questions.ready(bridge)
    assert (ready.database, ready.schema) == ("ok", "ok")
    assert "sprout up" in ready.broker
    away = questions.ready(made(database_url="postgresql://127.0.0.1:9/jobs"))
    assert (away.database, away.schema) == ("can't be reached (OperationalError)", "not known")


def _finished(session: str, score: int) -> CandidateResult:
    return CandidateResult("interview.completed", session, ("nobody-knows",), Candidate(id="c-1"), score=score)


def test_results_that_somebody_should_look_at_are_counted(bridge: Bridge) -> None:
    for session, score in (("s-1", 80), ("s-2", 70), ("s-2", 99)):
        bridge.ledger.write(lambda tx, told=_finished(session, score): results.keep(tx, "acme", "event", told))
    found = [one.sentence for one in stored.decisions(bridge) if one.name == "results"]
    assert found[0].startswith("Results whose interview is not known: 2.")
    assert found[1].startswith("Sessions for which two deliveries say different things: 1.")


def test_deliveries_that_nobody_could_read_are_counted(bridge: Bridge) -> None:
    receipt = Receipt("careers", "acme", Received({}, b"[", clock.wall()), ("id:1",), event_id="event-1")
    bridge.ledger.write(lambda tx: events.store(tx, [receipt]))
    assert [one for one in stored.decisions(bridge) if one.name == "events"] == []
    bridge.ledger.write(lambda tx: events.settle(tx, "event-1", EventState.UNREADABLE, "It can't be read."))
    (found,) = [one for one in stored.decisions(bridge) if one.name == "events"]
    assert (found.state, found.sentence) == (State.WARN, "Deliveries that can't be read: 1.")
