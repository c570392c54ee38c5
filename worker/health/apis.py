"""The ATSs' own APIs and their lists, as the last calls found them."""

from collections.abc import Iterator

from worker.assembly import Bridge
from worker.health.check import Check, State, place
from worker.ledger import fetch_standings, source_apis
from worker.policy import reasons


def source_apis_in_trouble(bridge: Bridge) -> Iterator[Check]:
    """A source whose API refuses or does not answer, what fails there where all else is answered, and what was given up."""
    yield from _left_over(bridge)
    for name in bridge.settings.sources:
        api = bridge.ledger.read(lambda tx, name=name: source_apis.get(tx, name))  # type: ignore[misc]  # a default binds it
        where = place(bridge.settings, f"sources.{name}", "api_key")
        if api is not None and api.trouble is not None and api.trouble_at is not None:
            state = State.FAIL if api.refused else State.WARN
            again = "It is tried again by itself." if not api.refused else "Correct it and restart the bridge."
            sentence = f"{name}, at {reasons.clock(api.trouble_at)}: {api.trouble}"
            yield Check(f"API of {name}", state, sentence, again, where)
        for trouble in bridge.ledger.read(lambda tx, name=name: fetch_standings.failing_lists(tx, name)):  # type: ignore[misc]  # likewise
            if api is None or trouble != api.trouble:
                again = "It is asked for again by itself; what its pages said was read."
                yield Check(f"list of {name}", State.WARN, f"{name}: {trouble}", again, where)
        yield from _applications(bridge, name, None if api is None else api.trouble)
        failed = bridge.ledger.read(lambda tx, name=name: fetch_standings.count_failed(tx, name))  # type: ignore[misc]  # likewise
        if failed:
            remedy = f"See why: sprout events list --source {name} --state unreadable; then: sprout events replay ID"
            yield Check(f"texts of {name}", State.WARN, f"{name}: what could not be fetched: {failed}.", remedy)


def _applications(bridge: Bridge, source: str, told: str | None) -> Iterator[Check]:
    """Candidates who are not asked for; what was `told` of the whole API is not said again."""
    where = place(bridge.settings, f"sources.{source}", "api_key")
    for trouble in bridge.ledger.read(lambda tx: fetch_standings.failing_applications(tx, source)):
        if trouble != told:
            again = "They are asked for again by themselves, and at once after a restart; nobody is invited before."
            yield Check(f"candidates of {source}", State.WARN, f"{source}: {trouble}", again, where)


def _left_over(bridge: Bridge) -> Iterator[Check]:
    """What nobody fetches any more."""
    found = bridge.ledger.read(lambda tx: fetch_standings.left_over(tx, bridge.settings.sources))
    for name, count in found.items():
        sentence = f"{name} is not in the configuration any more; postings and candidates it was to ask for: {count}."
        remedy = f"Configure [sources.{name}] again. Under another name its list, or its next events, bring them anew."
        yield Check(f"texts of {name}", State.WARN, sentence, remedy)
