"""Writing back: one note at one place of an ATS, once, whatever breaks in between, and never over what a person wrote.

    look      list the notes and find ours by its marker           (no list: by what the ledger remembers)
    decide    the same words: done. Ours, unchanged since: change it. Changed by a person: leave it; where there is something
              new to say, a second note says it. Taken away by a person: it stays away until there is something new to say
    remember  that a note is about to be added
    write     add or change
    remember  its id and its words
    check     read it back, and say where it reads otherwise

A place may have one text instead of notes (`desks`): then all this is said of our part of it.

Each step may be repeated. A process that dies after the note was made finds it by its marker. Only where the vendor lists no
notes can that not be seen: then a lost answer is a question for a person, and no second note.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from config.settings import Source
from worker import notes, steps
from worker.delivery import asked
from worker.delivery.asked import Line, Refused
from worker.delivery.desks import Desk, desk, signed
from worker.domain.note import Account, Draft, Place, digest, marker
from worker.ledger import written_notes
from worker.ledger.connection import Ledger
from worker.ledger.written_notes import Memory, Spot
from worker.outbound import Outbound, OutboundFault

PATIENCE = timedelta(seconds=40)  # for all calls of one note; whoever is to write it has a lease that ends after that


class Became(StrEnum):
    """What became of a note."""

    ADDED = "added"
    CHANGED = "changed"
    THERE_ALREADY = "there already"
    LEFT_TO_A_PERSON = "left to a person"


@dataclass(frozen=True)
class Written:
    """`remark` is a sentence where something is worth saying."""

    became: Became
    remark: str | None = None


class MayBeThere(Exception):
    """A note may have been made, and there is no way to ask; the text says what a person does."""


@dataclass(frozen=True)
class Pen:
    """What writing needs: where it is remembered, by which door it goes out, for which source, as whom."""

    ledger: Ledger
    outbound: Outbound
    source: Source
    account: Account
    target: str
    patience: timedelta = PATIENCE

    def write(self, place: Place, draft: Draft) -> Written:
        """Write a note at `place` under the marker of its name. Raises NoPlace, OutboundFault, Refused, MayBeThere."""
        kind = notes.of(self.source, place, self.account)  # first: what is missing is said
        line = Line(
            self.outbound,
            self.source,
            self.account,
            self.patience,
            time.monotonic() + self.patience.total_seconds(),
        )
        line = replace(line, token=asked.token(line, kind))
        spot = Spot(self.target, place, marker(draft.name), draft.about)
        session = _Session(self.ledger, desk(line, kind, place), spot, draft)
        return session.write() if kind.LISTS else session.unseen()


@dataclass(frozen=True)
class _Session:
    """One note."""

    ledger: Ledger
    desk: Desk
    spot: Spot
    draft: Draft

    @property
    def wanted(self) -> str:
        return digest(signed(self.draft.text, self.draft.name))

    def write(self) -> Written:
        place, name = self.spot.place, self.draft.name
        found = self.desk.ours(place, name)
        memory = self._recall([self.wanted, *(note.digest for note in found)])
        same = next((note for note in found if note.digest == self.wanted), None)
        if same is not None:
            self._remember(same.id)
            return Written(Became.THERE_ALREADY)
        last = None if memory is None else memory.digest
        if last == self.wanted and memory is not None and memory.is_done:
            what = "changed" if found else "taken away"
            return Written(Became.LEFT_TO_A_PERSON, f"The note was {what} in the ATS since, and was left so.")
        own = next((note for note in found if note.digest == last), None)
        if own is not None and self.desk.change(own, place, name, self.draft.text):
            self._remember(own.id)
            return Written(Became.CHANGED, self._check())
        self._add()
        return Written(Became.ADDED, self._check())

    def unseen(self) -> Written:
        """At a vendor that lists nothing: what the ledger remembers has to do, and so it is told before the note is sent."""
        memory = self._recall([self.wanted])
        if memory is not None and memory.digest == self.wanted and memory.is_done:
            return Written(Became.THERE_ALREADY)
        if memory is not None and memory.digest == self.wanted:
            raise MayBeThere(
                "The note may have been written, and the ATS can't be asked. Look for it there; it is not sent again by itself."
            )
        self.ledger.write(lambda tx: written_notes.keep(tx, self.spot, self.wanted, None, is_done=False))
        steps.reached("before_note_added")
        try:
            self._add()
        except (OutboundFault, Refused) as fault:
            if _was_not_made(fault):
                self.ledger.write(lambda tx: written_notes.take_back(tx, self.spot))
            raise
        return Written(Became.ADDED)

    def _add(self) -> None:
        remote_id = self.desk.add(self.spot.place, self.draft.name, self.draft.text)
        steps.reached("after_note_added")
        self._remember(remote_id)

    def _check(self) -> str | None:
        """Read back. A fault of the reading is none of the writing."""
        try:
            found = self.desk.ours(self.spot.place, self.draft.name)
        except (OutboundFault, Refused):
            return "The note was written and could not be read back."
        if not found:
            return "The note was written, and is not among the notes that the ATS lists."
        if all(note.digest != self.wanted for note in found):
            return "The note was written, and reads otherwise in the ATS."
        return None

    def _recall(self, among: Sequence[str]) -> Memory | None:
        return self.ledger.write(lambda tx: written_notes.recall(tx, self.spot, among))

    def _remember(self, remote_id: str | None) -> None:
        self.ledger.write(lambda tx: written_notes.keep(tx, self.spot, self.wanted, remote_id, is_done=True))


def _was_not_made(fault: OutboundFault | Refused) -> bool:
    """Whether it is certain that nothing came of it."""
    return 400 <= fault.status < 500 if isinstance(fault, Refused) else not fault.sent
