"""A truthful person: resolves what waits for one, in the storm and after it, and looks before saying anything.

Somebody who says "not there" has looked after the quarantine was over: who looks earlier may look too early.
"""

import threading
from collections import Counter
from typing import Any

from tests.chaos.town import Town
from tests.chaos.witness import BREACHES, all_of, calls, label_of
from worker import operators
from worker.domain.request import GenerationRequest, State
from worker.ledger import attempts, listing
from worker.ledger.connection import LedgerFault, Tx
from worker.operators import Changes, Person, Refusal
from worker.policy import quarantine

PERSON = Person("the person")
LOOKS_EVERY_SECONDS = 1.0


class Truthful:
    """`done` counts what was decided."""

    def __init__(self, town: Town) -> None:
        self.done: Counter[str] = Counter()
        self._town = town
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="person", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ending.wait(LOOKS_EVERY_SECONDS):
            try:
                self.look()
            except LedgerFault:
                continue  # the database is away: later

    def look(self) -> None:
        """Decide what can be decided now. Raises LedgerFault."""
        waiting = [one for one in self._town.bridge.ledger.read(_of_people) if one.state in (State.UNKNOWN, State.HELD)]
        over = {one.id for one in waiting if self._is_over(one)}  # asked before anybody looks
        made = {} if not waiting else _executed(self._town)
        for one in waiting:
            try:
                self._decide(one, made.get(one.label, []), believed=one.id in over)
            except Refusal:
                self.done["refused"] += 1

    def _is_over(self, one: GenerationRequest) -> bool:
        wait = self._town.bridge.settings.bridge.quarantine

        def unit(tx: Tx) -> bool:
            past = attempts.past(tx, one.id)
            return not past or quarantine.ends_at(past[0].lease_until, wait) <= tx.now()

        return self._town.bridge.ledger.read(unit)

    def _decide(self, one: GenerationRequest, made: list[dict[str, Any]], *, believed: bool) -> None:
        bridge = self._town.bridge
        base_url, wait = bridge.settings.organizations["acme"].base_url, bridge.settings.bridge.quarantine
        if one.state is State.UNKNOWN and made:
            link = base_url.replace("/api/v1", f"/interview/{made[-1]['interview_id']}")
            bridge.ledger.write(lambda tx: operators.adopt(tx, PERSON, one.id, link, base_url))
            self.done["adopted"] += 1
        elif believed:
            not_there = one.state is State.UNKNOWN
            bridge.ledger.write(
                lambda tx: operators.retry(tx, PERSON, one.id, not_there=not_there, changes=Changes(), wait=wait)
            )
            self.done["sent again: not there" if not_there else "sent again: held"] += 1


def _of_people(tx: Tx) -> list[GenerationRequest]:
    return all_of(tx, listing.requests_page)


def _executed(town: Town) -> dict[str, list[dict[str, Any]]]:
    """What a person finds in TalentSprout, by the label of its request."""
    found: dict[str, list[dict[str, Any]]] = {}
    for call in calls(town):
        if call["executed"] and call["fault"] not in BREACHES:
            found.setdefault(label_of(call), []).append(call)
    return found
