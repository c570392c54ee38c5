"""A pen that writes notes into the notebook on this machine, whatever vendor's it is."""

import httpx

from config import Secret
from config.settings import Source
from tests.standins.notebooks import KEY, Book
from worker import notes
from worker.delivery.writing_back import Pen, Written
from worker.domain.note import Account, Draft, Place, Subject
from worker.ledger.connection import Ledger
from worker.outbound import Outbound

PLACE = Place(Subject.CANDIDATE, "j-1", "55", "c-7", "a-9")
NUMBERED = Place(Subject.CANDIDATE, "88", "55", "7", "9")
NAME = "spr-7K2QX r1"
MARKER = f"[talentsprout-bridge {NAME}]"
FIRST, SECOND = "Score: 81 of 100.\nCommunication 84.", "Score: 83 of 100."
LISTING = sorted(kind for kind, module in notes.kinds().items() if module.LISTS)
JOB = Place(Subject.JOB, "j-1", "55")
SHEETS = sorted(kind for kind, module in notes.kinds().items() if module.ON_JOBS in ("text", "field"))
CHANGING = sorted(kind for kind, module in notes.kinds().items() if module.CHANGES and kind != "greenhouse")


class ToTheBook(httpx.HTTPTransport):
    """What is meant for a vendor's fixed address goes to the notebook on this machine."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self.root = httpx.URL(book.root)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.root.port)
        return super().handle_request(request)


def pen(book: Book, ledger: Ledger) -> Pen:
    is_fixed = book.kind == "greenhouse"
    api_url = None if is_fixed else book.root
    source = Source(
        name="careers",
        kind=book.kind,
        organization="acme",
        secrets=(Secret("secret-of-this-test"),),
        api_key=Secret(KEY),
        api_url=api_url,
    )
    outbound = (
        Outbound(resolve=lambda *_: ["93.184.215.14"], transport=lambda: ToTheBook(book)) if is_fixed else Outbound()
    )
    account = Account(author="4012", account="20418", field="f-7")
    return Pen(ledger, outbound, source, account, "ats")


def write(book: Book, ledger: Ledger, text: str = FIRST) -> Written:
    return pen(book, ledger).write(NUMBERED if book.kind == "greenhouse" else PLACE, draft(text))


def draft(text: str, name: str = NAME) -> Draft:
    return Draft(Subject.CANDIDATE, name, text, about="r1")
