"""Forged, replayed and misaddressed deliveries, over HTTP and through the receiver itself."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import Secret
from config.settings import Source
from tests.faults.receiving.completions import result_of, told
from tests.faults.receiving.houses_on import receiver_of
from tests.faults.receiving.webs import JSON, Web, web_on
from tests.sources import test_signatures as signatures
from tests.sources.deliveries import NOW, source
from tests.web.houses import HOOK_TOKEN, SECRET, TWO_ORGANIZATIONS, House, sign
from web.receiver import Receiver
from worker import clock, sources
from worker.ledger.tables import METADATA

BODY = b'{"action": "job_post_created", "payload": {"id": 7}}'
ONE_SECOND, TOLERANCE, A_YEAR = timedelta(seconds=1), timedelta(minutes=5), timedelta(days=365)


def receiver_for(house: House, one: Source) -> Receiver:
    """One that knows this source too."""
    known = {**house.bridge.settings.sources, one.name: one}
    return receiver_of(house, house.bridge.settings.model_copy(update={"sources": known}))


def as_sent(headers: Mapping[str, str]) -> dict[str, str]:
    return {**headers, "Content-Type": "application/json"}


def whole_table() -> Iterator[tuple[str, Source, Mapping[str, str], bool]]:
    """Every row of the signature tables, as a source that is configured so and a delivery to it."""
    for name, secrets, signature, right in signatures.GREENHOUSE:
        yield name, source("greenhouse", *secrets), {} if signature is None else {"signature": signature}, right
    for name, keys, headers, right in signatures.STANDARD:
        yield name, source("standard", *map(signatures.whsec, keys)), headers, right
    for name, settings, secrets, headers, right in signatures.GENERIC:
        yield name, source("generic", *secrets, **settings), headers, right


def test_f16_of_all_forgeries_none_is_stored_and_every_right_signature_is(house: House) -> None:
    """More than 60 signatures through the receiver: the right ones are stored, the others leave a 401 and nothing else."""
    rows = list(whole_table())
    assert len(rows) >= 60
    refusals = set()
    for number, (name, configured, headers, right) in enumerate(rows):
        own = configured.model_copy(update={"name": f"source-{number}"})
        before = house.count("event")
        answer = receiver_for(house, own).deliver(own.name, as_sent(headers), signatures.BODY, NOW)
        if right:
            assert answer.status in (200, 202), name
        elif answer.status != 401:  # a vendor's known test body, while its source is set up
            assert b'"event_id"' in answer.body, name
            assert "greenhouse" in own.kind, name
        else:
            refusals.add(answer.body)
            assert house.count("event") == before, name
    assert len(refusals) == 1


HMAC_TOO = """
[sources.hashed]
kind = "generic"
organization = "acme"
secret = "{secret}"
signature_header = "X-Signature"
"""
FIRST, OTHER = b'{"first": 1}', b'{"other": 1}'


def forgeries(web: Web, name: str, header: str, scheme: str) -> Iterator[tuple[str, dict[str, str]]]:
    """What a stranger may try in place of one source's own headers, which are right for another body."""
    right = web.signed(name, OTHER, "another")
    signature = right[header].removeprefix(scheme)
    yield "none", {}
    yield "empty", right | {header: ""}
    yield "only the scheme", right | {header: scheme}
    yield "of another body", right if scheme else {}
    yield "truncated", right | {header: scheme + signature[:-2]}
    yield "longer", right | {header: f"{scheme}{signature}x"}
    yield "upper case", right | {header: scheme + signature.upper()}
    yield "lower case", right | {header: scheme + signature.lower() + "x"}
    yield "doubled", right | {header: scheme + signature * 2}
    yield "twice", right | {header: f"{scheme}{signature}, {scheme}{signature}"}
    yield "sha1", right | {header: f"sha1={signature[:40]}"}
    yield "another scheme", right | {header: f"v1a,{signature}"}
    yield "the secret itself", right | {header: f"{scheme}{SECRET}"} if scheme else {}
    for other in ("careers", "forms", "hashed", "signed"):
        yield f"the headers of {other}", web.signed(other, FIRST, "another") if other != name else {}


SCHEMES = {
    "careers": ("Signature", "sha256 "),
    "forms": ("X-Bridge-Token", ""),
    "hashed": ("X-Signature", "sha256="),
    "signed": ("webhook-signature", "v1,"),
}


@pytest.mark.slow
def test_f16_a_forgery_over_http_leaves_a_401_and_nothing_else(tmp_path: Path, database_url: str) -> None:
    """More than 60 over HTTP, for every kind: none, cut, doubled, downgraded, another's: one body, nothing stored."""
    text = TWO_ORGANIZATIONS + HMAC_TOO.format(secret=SECRET + "-of-its-own")
    with web_on(tmp_path / "web", database_url, text=text) as web:
        web.start()
        replies = []
        for name, (header, scheme) in SCHEMES.items():
            assert web.deliver(name, FIRST).accepted
            for number, (what, headers) in enumerate(forgeries(web, name, header, scheme)):
                reply = web.post(f"/webhooks/{name}", b'{"forged": %d}' % number, {**headers, **JSON})
                assert reply.status == 401, (name, what)
                replies.append(reply)
        assert len(replies) >= 60
        assert len({reply.body for reply in replies}) == 1
        assert list(web.stored().values()) == [FIRST] * len(SCHEMES)


def test_f14_a_signed_time_holds_for_five_minutes_and_not_a_second_longer(house: House) -> None:
    """Captured bytes at ± 5 min ± 1 s: 401 outside the tolerance, `duplicate: true` inside."""
    now = datetime.fromtimestamp(int(clock.wall().timestamp()), UTC)
    configured = house.source("signed")
    headers = sources.named("standard").sign(BODY, configured, delivery_id="one", now=now)
    receiver = receiver_of(house)

    def at(moment: datetime) -> int:
        return receiver.deliver("signed", headers, BODY, moment).status

    assert [at(now + TOLERANCE + ONE_SECOND), at(now - TOLERANCE - ONE_SECOND)] == [401, 401]
    first = json.loads(receiver.deliver("signed", headers, BODY, now).body)
    inside = [receiver.deliver("signed", headers, BODY, now + way * (TOLERANCE - ONE_SECOND)) for way in (1, -1)]
    assert [json.loads(one.body) for one in inside] == [{"event_id": first["event_id"], "duplicate": True}] * 2
    assert [at(now + TOLERANCE + ONE_SECOND), at(now - TOLERANCE - ONE_SECOND)] == [401, 401]
    assert house.count("event") == 1


@pytest.mark.parametrize("changed_id", ["delivery-1", "another", None])
def test_f14_what_signs_no_time_is_known_again_for_ever_under_any_delivery_id(
    house: House, changed_id: str | None
) -> None:
    """Greenhouse's bytes captured and sent again a year later, also under another delivery id: a repeat."""
    receiver, now = receiver_of(house), clock.wall()
    headers = sign(house.source("careers"), BODY)
    first = json.loads(receiver.deliver("careers", headers, BODY, now).body)
    replayed = {name: value for name, value in headers.items() if name != "Greenhouse-Event-ID"}
    if changed_id is not None:
        replayed["Greenhouse-Event-ID"] = changed_id

    again = receiver.deliver("careers", replayed, BODY, now + A_YEAR)

    assert json.loads(again.body) == {"event_id": first["event_id"], "duplicate": True}
    assert house.count("event") == 1


ELSEWHERE = [
    ("GET", "/webhooks/careers", 405),
    ("PUT", "/webhooks/careers", 405),
    ("HEAD", "/webhooks/careers", 405),
    ("OPTIONS", "/webhooks/careers", 405),
    ("POST", "/webhooks/careers/", 404),
    ("POST", "//webhooks/careers", 404),
    ("POST", "/webhooks//careers", 404),
    ("POST", "/webhooks/careers%2f", 404),
    ("POST", "/webhooks/nobody", 404),
    ("POST", "/webhooks/talentsprout/acme/wrong", 404),
    ("POST", f"/webhooks/talentsprout/nobody/{HOOK_TOKEN}", 404),
    ("POST", f"/webhooks/talentsprout/silent/{HOOK_TOKEN}", 404),
    ("GET", f"/webhooks/talentsprout/acme/{HOOK_TOKEN}", 405),
    ("GET", "/webhooks/talentsprout/acme/wrong", 405),
]


@pytest.mark.slow
def test_f26_a_wrong_address_method_or_type_learns_nothing_of_what_exists(tmp_path: Path, database_url: str) -> None:
    """405, 415 or 404, each with one body, whatever exists behind the address; nothing is stored."""
    with web_on(tmp_path / "web", database_url) as web:
        web.start()
        signed = web.signed("careers", BODY)
        bodies: dict[int, set[bytes]] = {}
        for method, path, status in ELSEWHERE:
            reply = web.ask(method, path, BODY if method == "POST" else None, signed, 20)
            assert reply.status == status, (method, path)
            if method != "HEAD":
                bodies.setdefault(status, set()).add(reply.body)
            assert "Access-Control-Allow-Origin" not in reply.headers
        for content_type in ("text/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
            reply = web.post("/webhooks/careers", BODY, {**signed, "Content-Type": content_type})
            bodies.setdefault(reply.status, set()).add(reply.body)

        assert {status: len(different) for status, different in bodies.items()} == {404: 1, 405: 1, 415: 1}
        assert web.stored() == {}


def test_f31_who_has_the_secret_address_can_neither_overwrite_nor_hide(house: House) -> None:
    """A forged result under the leaked address contradicts: flagged, the first one stays; both tokens of a rotation work."""
    first = told(house, result_of("session-1", score=81))
    forged = told(house, result_of("session-1", score=3))

    assert "stored" in str(first.reason)
    assert "flagged" in str(forged.reason)
    (kept,) = house.api().get("/results").json["items"]
    assert (kept["score"], kept["contradicted"]) == (81, True)
    assert house.count("result") == 1


def test_f31_the_secret_address_is_in_no_database_and_in_no_answer(house: House) -> None:
    """The token that opens it is kept in the configuration alone, and a wrong one is not repeated."""
    answers = [
        house.client().post(f"/webhooks/talentsprout/acme/{token}", data=b"{}", headers=JSON)
        for token in (HOOK_TOKEN, HOOK_TOKEN + "-wrong")
    ]

    assert [answer.status_code for answer in answers] == [202, 404]
    assert not [answer for answer in answers if HOOK_TOKEN in answer.text]
    assert HOOK_TOKEN.encode() not in b"".join(everything_in(house))


def everything_in(house: House) -> Iterator[bytes]:
    """Every value of every table."""
    with house.bridge.ledger.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(table.select()):
                yield from (value if isinstance(value, bytes) else str(value).encode() for value in row)


@pytest.mark.slow
def test_f31_the_secret_address_is_in_no_log(tmp_path: Path, database_url: str) -> None:
    """Right and wrong tokens are posted to: neither is in the log of the process."""
    with web_on(tmp_path / "web", database_url) as web:
        program = web.start()
        assert web.complete(b'{"event": "x"}').status == 202
        assert web.complete(b'{"event": "x"}', token=f"{HOOK_TOKEN}-wrong").status == 404
        program.stop()
        assert HOOK_TOKEN not in program.last_words(1_000_000)


def test_f31_the_old_and_the_new_address_hold_while_it_is_changed(house: House) -> None:
    """Two tokens at once: either opens, a third does not, and a repeat under the other is a repeat."""
    organizations = dict(house.bridge.settings.organizations)
    new = Secret("b" * 43)
    acme = organizations["acme"]
    organizations["acme"] = acme.model_copy(update={"webhook_tokens": (*acme.webhook_tokens, new)})
    settings = house.bridge.settings.model_copy(update={"organizations": organizations})
    receiver = receiver_of(house, settings)

    answers = [
        receiver.complete("acme", token, JSON, b"{}", clock.wall()) for token in (HOOK_TOKEN, new.reveal(), "c" * 43)
    ]

    assert [answer.status for answer in answers] == [202, 202, 404]
    assert json.loads(answers[1].body)["duplicate"] is True
