"""`sprout sources`: the doors through which ATSs come, and whether their locks work."""

import base64
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click

from config import Secret
from config.settings import Source
from worker import assembly, clock, ids, sources
from worker.cli import opening, options, printing, settings, source_api
from worker.domain.received import Received
from worker.ledger import events, fetch_standings, listing, source_apis
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.moments import instant
from worker.shown import Shown, event
from worker.sources import Fetches, Polls, SignsInside

SAMPLE = b'{"action":"ping","event":"ping","type":"ping","data":{}}'


@dataclass(frozen=True)
class Tried:
    """One thing that a source's lock has to do."""

    name: str
    ok: bool
    sentence: str


@click.command()
@options.as_json
def list_sources(as_json: bool) -> None:
    """\b
    sprout sources list

    List the sources of the configuration: the address that each ATS posts to, whether it has ever signed rightly, its last event.
    """
    bridge = opening.bridge()
    configured = list(bridge.settings.sources.values())
    public_url = bridge.settings.bridge.public_url
    shown = bridge.ledger.read(lambda tx: [_shown(tx, one, public_url) for one in configured])
    if as_json:
        printing.as_list(shown)
    elif not shown:
        printing.note("There are no sources yet. Write a [sources.NAME] for each ATS into the configuration.")
    else:
        printing.table(("Source", "Kind", "Organization", "State", "Last event", "API", "Address"), map(_row, shown))


@click.command()
@click.argument("name", metavar="SOURCE")
@options.as_json
@click.pass_context
def try_source(context: click.Context, name: str, as_json: bool) -> None:
    """\b
    sprout sources test careers

    Sign a sample with each secret of SOURCE and have it verified, and one with a secret that it has not and have it refused.
    Where an api_key is configured, the ATS's API is asked for its first page of postings. Nothing is stored or filed; whether the
    ATS has the same secret, its own test button tells.
    """
    in_force = assembly.settings_in_force(settings.of(context))
    configured = settings.named("source", name, in_force.sources)
    tried = list(_trials(configured))
    is_ok = all(one.ok for one in tried)
    if as_json:
        printing.as_document({"source": name, "kind": configured.kind, "ok": is_ok, "checks": [*map(asdict, tried)]})
    else:
        printing.lines(printing.state("ok" if one.ok else "fail").append(f"  {one.sentence}") for one in tried)
        printing.note(f"Now the ATS's own test, to {_address(in_force.bridge.public_url, name)}; see docs/sources/.")
    if not is_ok:
        context.exit(1)


def _trials(configured: Source) -> Iterator[Tried]:
    for number, secret in enumerate(configured.secrets, 1):
        which = f"secret {number}" if len(configured.secrets) > 1 else "the secret"
        is_verified = _is_verified(configured, secret)
        told = "is verified" if is_verified else "is not verified: check the secret, as the ATS shows it"
        yield Tried(f"secret_{number}", is_verified, f"What is signed with {which} {told}.")
    is_refused = not _is_verified(configured, _strange())
    told = "refused" if is_refused else "taken: this source can't tell who sends"
    yield Tried("strange_secret", is_refused, f"What is signed with another secret is {told}.")
    page = sources.first_page(configured)
    if page is not None:
        trouble = source_api.trouble(configured, page)
        yield Tried("api", trouble is None, trouble or "The ATS's API answers, and lists postings.")


def _is_verified(configured: Source, secret: Secret) -> bool:
    """Whether the source takes what is signed with `secret`."""
    kind, now, delivery = sources.named(configured.kind), clock.wall(), ids.new_id()
    signer, body = configured.model_copy(update={"secrets": (secret,)}), SAMPLE
    try:
        if isinstance(kind, SignsInside):
            body = kind.signed_body(body, signer, delivery_id=delivery, now=now)
        headers = kind.sign(body, signer, delivery_id=delivery, now=now)
    except ValueError:  # a secret that is no key of this kind
        return False
    return kind.is_authentic(Received({key.lower(): told for key, told in headers.items()}, body, now), configured, now)


def _strange() -> Secret:
    """One that nobody has, in the form of a Standard Webhooks key, which every kind can sign with."""
    return Secret("whsec_" + base64.b64encode(ids.new_token().encode()).decode())


def _shown(tx: Tx, configured: Source, public_url: str) -> Shown:
    """A source is connected once a delivery of it was verified."""
    newest = next(iter(listing.events_page(tx, Filters(source=configured.name), 1, None).items), None)
    return {
        "name": configured.name,
        "kind": configured.kind,
        "organization": configured.organization,
        "address": _address(public_url, configured.name),
        "state": "connected" if configured.name in events.verified_sources(tx) else "setting_up",
        "last_event": None if newest is None else event(newest),
        "api": _api(tx, configured),
    }


def _api(tx: Tx, configured: Source) -> Shown | None:
    """How the ATS's own API answered last, lists and applications that fail included; None for a kind that has none."""
    if not isinstance(sources.named(configured.kind), Fetches | Polls):
        return None
    found = source_apis.get(tx, configured.name)
    if found is None:
        return {"state": "not_asked", "trouble": None, "asked_again_at": None, "answered_at": None}
    failing = fetch_standings.failing_lists(tx, configured.name) + fetch_standings.failing_applications(
        tx, configured.name
    )
    trouble = found.trouble or next(iter(failing), None)
    state = "refused" if found.refused else "answers" if trouble is None else "in_trouble"
    again, answered = instant(found.closed_until), instant(found.succeeded_at)
    return {"state": state, "trouble": trouble, "asked_again_at": again, "answered_at": answered}


def _address(public_url: str, name: str) -> str:
    return f"{public_url}/webhooks/{name}"


def _row(shown: Shown) -> tuple[printing.Cell, ...]:
    last = shown["last_event"]
    told = None if last is None else f"{printing.moment(last['received_at'])}, {last['state']}"
    state = printing.state(str(shown["state"]).replace("_", " "))
    api = "none" if shown["api"] is None else str(shown["api"]["state"]).replace("_", " ")
    return shown["name"], shown["kind"], shown["organization"], state, told or "none yet", api, shown["address"]
