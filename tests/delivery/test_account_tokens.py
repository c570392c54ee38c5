"""The token of an account goes where a key goes, and nowhere else: not into what is described, kept, logged or said."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from config import Secret
from tests.delivery.pens import FIRST, PLACE, draft, pen, write
from tests.standins.notebooks import Book
from worker import notes
from worker.delivery.writing_back import Refused
from worker.domain.call import Call, Key
from worker.domain.note import Account
from worker.ledger.connection import Ledger
from worker.outbound import CallRefused, Outbound

TOKEN = "account-token-of-this-test"
ACCOUNT = Account("4012", TOKEN)


def test_the_token_reaches_the_vendor_and_stands_in_nothing_that_is_described_or_kept(
    open_book: Callable[[str], Book], ledger: Ledger, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    book = open_book("merge")
    whole = replace(pen(book, ledger), account=ACCOUNT)

    whole.write(PLACE, draft(FIRST))
    book.trouble("403")
    with pytest.raises(Refused) as refused:
        whole.write(PLACE, draft("News."))

    call = notes.kinds()["merge"].adding(PLACE, FIRST, whole.source, ACCOUNT)
    assert book.accounts == [TOKEN, TOKEN]
    assert not any(TOKEN in said for said in (repr(call), repr(whole), str(refused.value), caplog.text))
    assert not any(TOKEN.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_an_account_that_is_configured_is_told_to_nobody_who_does_not_want_it(
    open_book: Callable[[str], Book], ledger: Ledger
) -> None:
    book = open_book("lever")

    write(book, ledger)

    assert set(book.accounts) == {None}


def test_a_vendor_that_wants_an_account_is_not_called_without() -> None:
    call = Call("GET", "https://api.example.com/", Key(), account=Key("X-Account-Token", before=""))

    with pytest.raises(CallRefused, match="wants the token of an account, and none is configured"):
        Outbound(resolve=lambda *_: ["93.184.215.14"]).make(call, key=Secret("key-of-this-test"))
