"""Writing back: one note at one place of an ATS, once, whatever breaks in between, and never over what a person wrote.

    look      list the notes and find ours by its marker           (no list: by what the ledger remembers)
    decide    the same words: done. Ours, unchanged since: change it. Changed by a person: leave it; where there is something
              new to say, a second note says it. Taken away by a person: it stays away until there is something new to say
    remember  that a note is about to be added
    write     add or change
    remember  its id and its words
    check     read it back, and say where it reads otherwise

Each step may be repeated. A process that dies after the note was made finds it by its marker. Only where the vendor lists no
notes can that not be seen: then a lost answer is a question for a person, and no second note.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from config import Secret
from config.settings import Source
from worker import notes, steps
from worker.domain.call import Call
from worker.domain.fields import Unreadable
from worker.domain.note import Account, Draft, Note, Place, digest, marker
from worker.ledger import written_notes
from worker.ledger.connection import Ledger
from worker.ledger.written_notes import Memory, Spot
from worker.notes import Listed, NoPlace, TakesTokens
from worker.outbound import Answer, Outbound, OutboundFault, TooSlow

PATIENCE = timedelta(seconds=40)  # for all calls of one note; whoever is to write it has a lease that ends after that
MOST_PAGES = 20  # of notes at one place; further back nothing is looked for
T = TypeVar("T")


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


class Refused(Exception):
    """The ATS answered, and not with success: the status, and what it said in words."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


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
        kind = notes.kinds().get(self.source.kind)
        if kind is None:
            raise NoPlace(f'Notes can\'t be written to a source of the kind "{self.source.kind}".')
        until = time.monotonic() + self.patience.total_seconds()
        session = _Session(self, kind, _token(self, kind, until), until)
        spot = Spot(self.target, place, marker(draft.name), draft.about)
        return session.write(spot, f"{draft.text}\n\n{spot.marker}")


@dataclass(frozen=True)
class _Session:
    """One note's calls, with one token, until a moment of the monotonic clock."""

    pen: Pen
    kind: notes.NoteKind
    token: Secret | None
    until: float

    def write(self, spot: Spot, text: str) -> Written:
        adding = self.kind.adding(spot.place, text, self.pen.source, self.pen.account)  # first: what is missing is said
        wanted = digest(text)
        if not self.kind.LISTS:
            return self._unseen(spot, adding, wanted)
        found = self._ours(spot)
        memory = self._recall(spot, [wanted, *(note.digest for note in found)])
        same = next((note for note in found if note.digest == wanted), None)
        if same is not None:
            self._remember(spot, wanted, same.id)
            return Written(Became.THERE_ALREADY)
        last = None if memory is None else memory.digest
        if last == wanted and memory is not None and memory.is_done:
            what = "changed" if found else "taken away"
            return Written(Became.LEFT_TO_A_PERSON, f"The note was {what} in the ATS since, and was left so.")
        own = next((note for note in found if note.digest == last), None)
        if own is not None and (change := self._change(own, spot, text)) is not None:
            _made(self.pen, change, self.token, self.until)
            self._remember(spot, wanted, own.id)
            return Written(Became.CHANGED, self._check(spot, wanted))
        return self._add(spot, adding, wanted)

    def _recall(self, spot: Spot, among: Sequence[str]) -> Memory | None:
        return self.pen.ledger.write(lambda tx: written_notes.recall(tx, spot, among))

    def _unseen(self, spot: Spot, adding: Call, wanted: str) -> Written:
        """At a vendor that lists nothing: what the ledger remembers has to do, and so it is told before the note is sent."""
        memory = self._recall(spot, [wanted])
        if memory is not None and memory.digest == wanted and memory.is_done:
            return Written(Became.THERE_ALREADY)
        if memory is not None and memory.digest == wanted:
            raise MayBeThere(
                "The note may have been written, and the ATS can't be asked. Look for it there; it is not sent again by itself."
            )
        self.pen.ledger.write(lambda tx: written_notes.keep(tx, spot, wanted, None, is_done=False))
        steps.reached("before_note_added")
        try:
            return self._add(spot, adding, wanted)
        except (OutboundFault, Refused) as fault:
            if _was_not_made(fault):
                self.pen.ledger.write(lambda tx: written_notes.take_back(tx, spot))
            raise

    def _add(self, spot: Spot, adding: Call, wanted: str) -> Written:
        answer = _made(self.pen, adding, self.token, self.until)
        steps.reached("after_note_added")
        remote_id = _read(lambda: self.kind.added(answer.status, answer.body), answer)
        self._remember(spot, wanted, remote_id)
        return Written(Became.ADDED, self._check(spot, wanted) if self.kind.LISTS else None)

    def _ours(self, spot: Spot) -> list[Note]:
        """The notes at the place that bear the marker, newest last as the vendor lists them."""
        found: list[Note] = []
        page: str | None = None
        for _ in range(MOST_PAGES):
            answer = self._asked(spot.place, page)
            listed = self._listed(answer, spot.place)
            found += [note for note in listed.notes if spot.marker in note.text]
            page = listed.next
            if page is None:
                break
        return found

    def _asked(self, place: Place, page: str | None) -> Answer:
        call = self.kind.listing(place, self.pen.source, self.pen.account, page)
        return _made(self.pen, call, self.token, self.until)

    def _listed(self, answer: Answer, place: Place) -> Listed:
        return _read(lambda: self.kind.listed(answer.status, answer.body, place), answer)

    def _change(self, own: Note, spot: Spot, text: str) -> Call | None:
        """The call that changes it; None where the vendor changes none of these."""
        if not self.kind.CHANGES:
            return None
        try:
            return self.kind.changing(own, spot.place, text, self.pen.source, self.pen.account)
        except NoPlace:
            return None

    def _check(self, spot: Spot, wanted: str) -> str | None:
        """Read back. A fault of the reading is none of the writing."""
        try:
            found = self._ours(spot)
        except (OutboundFault, Refused):
            return "The note was written and could not be read back."
        if not found:
            return "The note was written, and is not among the notes that the ATS lists."
        if all(note.digest != wanted for note in found):
            return "The note was written, and reads otherwise in the ATS."
        return None

    def _remember(self, spot: Spot, wanted: str, remote_id: str | None) -> None:
        self.pen.ledger.write(lambda tx: written_notes.keep(tx, spot, wanted, remote_id, is_done=True))


def _token(pen: Pen, kind: notes.NoteKind, until: float) -> Secret | None:
    """What goes with every call: the source's key, or what it buys."""
    if not isinstance(kind, TakesTokens):
        return pen.source.api_key
    answer = _made(pen, kind.token_call(pen.source), pen.source.api_key, until)
    return Secret(_read(lambda: kind.token(answer.status, answer.body), answer))


def _made(pen: Pen, call: Call, key: Secret | None, until: float) -> Answer:
    """Make a call. Raises OutboundFault, and Refused for a status that is no success."""
    left = timedelta(seconds=until - time.monotonic())
    if left <= timedelta(0):
        raise TooSlow(f"The ATS was not done within {pen.patience.total_seconds():g} s.")
    own = pen.source.api_url
    goes_there = own is not None and call.url.startswith(own)
    token = None if pen.account.account is None else Secret(pen.account.account)
    answer = pen.outbound.make(call, key=key, account=token, configured=own if goes_there else None, deadline=left)
    if not 200 <= answer.status < 300:
        raise Refused(answer.status, f"The ATS answered {answer.status}.")
    return answer


def _was_not_made(fault: OutboundFault | Refused) -> bool:
    """Whether it is certain that nothing came of it."""
    return 400 <= fault.status < 500 if isinstance(fault, Refused) else not fault.sent


def _read(read: Callable[[], T], answer: Answer) -> T:
    """What an answer says. Raises Refused for one that can't be understood."""
    try:
        return read()
    except Unreadable as fault:
        raise Refused(answer.status, f"{fault}.") from None
