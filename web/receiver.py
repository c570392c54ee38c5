"""Receiving: a delivery is measured, proven, stored and answered; nobody reads it before the answer is given.

`Receiver` decides. It takes headers and bytes, and knows no Flask. What an answer tells a stranger is kept small: every reason
for a 401 has the same body, and a completion for an unknown organization and one with a wrong token can't be told apart.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from config import Secret, Settings
from config.settings import Source
from web import problems
from web.hinting import Hinting
from web.problems import Kind
from worker import clock, ids, metrics, sources
from worker.domain.fields import LONGEST_ID
from worker.domain.received import Handshake, Received
from worker.events.intake import CannotStore, Intake
from worker.ledger.events import Receipt
from worker.sources import ShakesHands, SignsOnce, SourceKind, talentsprout

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LARGEST_DELIVERY = 1024 * 1024  # bytes
LARGEST_COMPLETION = 8 * 1024 * 1024  # bytes; a transcript of an hour is far below
COMPLETIONS = "talentsprout"  # the source of completions, a name that no section may take
NOT_KEPT = frozenset({"authorization", "proxy-authorization", "cookie", "x-hook-secret"})
TOKENS_COMPARED = 2  # always as many, so that the time taken does not tell how many there are
PING = "A ping: the source tried whether somebody answers."
RETRY_AFTER_SETTING_UP = {"Retry-After": "60"}
UNKNOWN_LABEL = "unknown"


@dataclass(frozen=True)
class Answer:
    """What goes back to the sender."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Receiver:
    """Decides about deliveries. Nothing here raises for what a stranger sends. `named` finds the module of a kind of source."""

    def __init__(
        self,
        settings: Settings,
        intake: Intake,
        hinting: Hinting,
        named: Callable[[str], SourceKind] = sources.named,
    ) -> None:
        self._settings = settings
        self._named = named
        self._intake = intake
        self._hinting = hinting
        self._never_right = Secret(ids.new_token())
        # Found out here: to ask each delivery takes longer than to prove it.
        kinds = {name: named(source.kind) for name, source in settings.sources.items()}
        self._shaking = {name: kind for name, kind in kinds.items() if isinstance(kind, ShakesHands)}
        self._signing_once = {name: kind for name, kind in kinds.items() if isinstance(kind, SignsOnce)}

    def refuses(self, source: str, headers: Mapping[str, str]) -> Answer | None:
        """What can be said of a source's delivery before its body is read; None: read it."""
        early = Received(_lower(headers), b"", clock.wall())
        if self._handshake(source, early) is not None:
            return None  # it may come without a body, and so without a type
        return self._refuses_delivery(source, early.headers)

    def deliver(self, source: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
        """Answer a source's delivery, once it is durable if it is authentic. `headers` have names in any case."""
        received = Received(_lower(headers), body, now)
        handshake = self._handshake(source, received)
        if handshake is not None:
            return self._shake(source, handshake, received)
        refusal = self._refuses_delivery(source, received.headers) or self._measure(source, body, LARGEST_DELIVERY)
        if refusal is not None:
            return refusal
        configured = self._settings.sources[source]
        kind = self._named(configured.kind)
        try:
            if kind.is_authentic(received, configured, now):
                once = self._signing_once.get(source)
                nonce = None if once is None else once.nonce(received)
                return self._store(_receipt(received, configured, kind, nonce), kind.ACCEPTED)
            if self._intake.has_verified(source):
                return self._refuse(source, problems.BAD_SIGNATURE)
            if kind.is_test_body(received):
                return self._store(_test_receipt(received, configured), kind.ACCEPTED)
        except CannotStore:
            return self._refuse(source, problems.NOT_STORED, problems.RETRY_SOON)
        if kind.GIVES_UP_ON_4XX:
            return self._refuse(source, problems.SETTING_UP, RETRY_AFTER_SETTING_UP)
        return self._refuse(source, problems.BAD_SIGNATURE)

    def _refuses_delivery(self, source: str, headers: Mapping[str, str]) -> Answer | None:
        if source not in self._settings.sources:
            return self._refuse(UNKNOWN_LABEL, problems.NOT_FOUND)
        return self._refuses_body(source, headers, LARGEST_DELIVERY)

    def _handshake(self, source: str, received: Received) -> Handshake | None:
        """Answered also once the source has verified a delivery: a vendor that had suspended its webhook begins anew."""
        kind = self._shaking.get(source)
        return None if kind is None else kind.handshake(received)

    def _shake(self, source: str, handshake: Handshake, received: Received) -> Answer:
        try:
            stored = self._store(_test_receipt(received, self._settings.sources[source]), handshake.status)
        except CannotStore:
            return self._refuse(source, problems.NOT_STORED, problems.RETRY_SOON)
        return replace(stored, headers={**stored.headers, **handshake.headers})

    def refuses_completion(self, organization: str, token: str, headers: Mapping[str, str]) -> Answer | None:
        """What can be said of a completion before its body is read; None: read it."""
        if not self._is_secret_address(organization, token):
            return self._refuse(UNKNOWN_LABEL, problems.NOT_FOUND)
        return self._refuses_body(COMPLETIONS, _lower(headers), LARGEST_COMPLETION)

    def complete(self, organization: str, token: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
        """Answer a completion. The secret address is all that vouches for it, so the bytes themselves tell repeats."""
        refusal = self.refuses_completion(organization, token, headers)
        refusal = refusal or self._measure(COMPLETIONS, body, LARGEST_COMPLETION)
        if refusal is not None:
            return refusal
        received = Received(_kept(_lower(headers)), body, now)
        key = f"sha256:{received.digest()}:{organization}"  # the same bytes for two organizations are two events
        try:
            return self._store(Receipt(COMPLETIONS, organization, received, (key,)), talentsprout.ACCEPTED)
        except CannotStore:
            return self._refuse(COMPLETIONS, problems.NOT_STORED, problems.RETRY_SOON)

    def _store(self, receipt: Receipt, accepted: int) -> Answer:
        """Raises CannotStore."""
        stored = self._intake.store(receipt)
        if not stored.duplicate and receipt.ignored is None:
            self._hinting.read(stored.event_id)
        how = "repeated" if stored.duplicate else "stored" if receipt.ignored is None else "test"
        metrics.RECEIPTS.labels(receipt.source, how).inc()
        told = {"event_id": stored.event_id, "duplicate": stored.duplicate}
        return Answer(accepted, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def _is_secret_address(self, organization: str, token: str) -> bool:
        """Compares as often, and so takes as long, for an organization that there isn't."""
        known = self._settings.organizations.get(organization)
        tokens = () if known is None else known.webhook_tokens
        padded = [*tokens, *[self._never_right] * (TOKENS_COMPARED - len(tokens))]
        matches = [secret.matches(token) for secret in padded]  # all of them: the time taken tells nothing
        return any(matches)

    def _refuses_body(self, label: str, said: Mapping[str, str], most: int) -> Answer | None:
        if said.get("content-encoding", "").strip().lower() not in ("", "identity"):
            return self._refuse(label, problems.WRONG_TYPE)
        if not is_json(said.get("content-type", "")):
            return self._refuse(label, problems.WRONG_TYPE)
        length = said.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > most:
            return self._refuse(label, problems.TOO_LARGE)
        return None

    def _measure(self, label: str, body: bytes, most: int) -> Answer | None:
        if len(body) > most:
            return self._refuse(label, problems.TOO_LARGE)
        return None if body else self._refuse(label, problems.MALFORMED)

    def _refuse(self, label: str, kind: Kind, headers: Mapping[str, str] | None = None) -> Answer:
        metrics.RECEIPTS.labels(label, kind.slug).inc()
        told = {"Content-Type": problems.CONTENT_TYPE, **(headers or {})}
        return Answer(kind.status, problems.document(kind), told)


def is_json(content_type: str) -> bool:
    """`application/json` or `application/…+json`, whatever charset it claims: bytes are stored, and read as UTF-8."""
    media = content_type.partition(";")[0].strip().lower()
    return media == "application/json" or (media.startswith("application/") and media.endswith("+json"))


def _receipt(received: Received, source: Source, kind: SourceKind, nonce: str | None) -> Receipt:
    """A delivery id that is not signed can be changed by whoever replays, so the digest of the bytes counts too."""
    delivery = kind.delivery_id(received, source)
    keys = []
    if delivery is not None:
        keys.append(f"id:{delivery}" if len(delivery) <= LONGEST_ID else _long_id(delivery))
    if nonce is not None:
        keys.append(f"once:{nonce}")
    if delivery is None or not kind.SIGNS_TIME:
        keys.append(f"sha256:{received.digest()}")
    kept = Received(_kept(received.headers, source.token_header), received.body, received.at)
    return Receipt(source.name, source.organization, kept, tuple(keys))


def _test_receipt(received: Received, source: Source) -> Receipt:
    """Nobody vouches for it, so its key must never be that of an authentic delivery."""
    kept = Received(_kept(received.headers, source.token_header), received.body, received.at)
    return Receipt(source.name, source.organization, kept, (f"test:{received.digest()}",), ignored=PING)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _kept(headers: Mapping[str, str], token_header: str | None = None) -> dict[str, str]:
    """What is stored of the headers, whose names are lower case: all that came, but nothing that opens a door."""
    secret = NOT_KEPT | {(token_header or "").lower()}
    return {name: value for name, value in headers.items() if name not in secret}


def _long_id(delivery: str) -> str:
    """A database's index takes no key of any length."""
    return f"id:sha256:{hashlib.sha256(delivery.encode('utf-8', 'replace')).hexdigest()}"


def routes(receiver: Receiver) -> Blueprint:
    """The same in front of Flask, which knows of HTTP only."""
    blueprint = Blueprint("receiver", __name__, url_prefix="/webhooks")

    @blueprint.post("/<source>")
    def deliver(source: str) -> Response:
        headers = dict(request.headers.items())
        early = receiver.refuses(source, headers)
        if early is not None:
            return _response(early)
        body = body_of(request.environ, LARGEST_DELIVERY)
        return _response(receiver.deliver(source, headers, body, clock.wall()))

    @blueprint.post(f"/{COMPLETIONS}/<organization>/<token>")
    def complete(organization: str, token: str) -> Response:
        headers = dict(request.headers.items())
        early = receiver.refuses_completion(organization, token, headers)
        if early is not None:
            return _response(early)
        body = body_of(request.environ, LARGEST_COMPLETION)
        return _response(receiver.complete(organization, token, headers, body, clock.wall()))

    return blueprint


def body_of(environ: "WSGIEnvironment", most: int) -> bytes:
    """The body of a WSGI request, or more than `most` bytes of one that is too large. One byte more is read than is taken,
    because a body without a length is cut at the limit without a word."""
    try:
        return get_input_stream(environ, max_content_length=most + 1).read()
    except RequestEntityTooLarge:
        return bytes(most + 1)


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers))
