"""`sprout requests retry`, `adopt`, `approve` and `cancel`: what a person decides. Of two, the second hears of the first."""

from collections.abc import Callable

import click

from worker import operators
from worker.assembly import Bridge
from worker.cli import files, finding, hinting, opening, options, printing
from worker.cli.interview_options import any_option, of_pairs
from worker.cli.requests import facts_of
from worker.domain.request import Content, GenerationRequest, State
from worker.ledger import requests
from worker.ledger.connection import Tx
from worker.shown import evidence, one_request


@click.command()
@click.argument("request_id", metavar="ID")
@click.option("--not-there", is_flag=True, help="You looked: TalentSprout has no interview of it.")
@click.option("--text", "file", metavar="FILE|-", help="Another job description.")
@any_option
@options.as_json
def retry(request_id: str, not_there: bool, file: str | None, pairs: tuple[str, ...], as_json: bool) -> None:
    """\b
    sprout requests retry spr-7K2QX --text longer.txt
    sprout requests retry spr-7K2QX --not-there

    Send a request again: a held or cancelled one, with another text or other options if need be; an unknown one only on
    your word that its interview is not there. A text that is sent as it is, is shown.
    """
    interview = of_pairs(pairs)
    bridge = opening.bridge()
    known, content = _looked_at(bridge, request_id)
    text = files.text(file) if file else None  # after the look: it may be typed for minutes
    changes = operators.Changes(text, interview or None)
    if known.state in operators.AT_REST and text is None and not as_json:
        _show(f"Sending {known.title or known.label} again", content)
    wait, seen = bridge.timing.quarantine, operators.Seen(updated_at=known.updated_at)

    def decide(tx: Tx, found: GenerationRequest) -> GenerationRequest:
        who = opening.person()
        return operators.retry(tx, who, found.id, not_there=not_there, changes=changes, wait=wait, seen=seen)

    _carry_out(bridge, known.id, decide, as_json=as_json)


@click.command()
@click.argument("request_id", metavar="ID")
@click.argument("link", metavar="LINK")
@options.as_json
def adopt(request_id: str, link: str, as_json: bool) -> None:
    """\b
    sprout requests adopt spr-7K2QX https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8

    Give an unknown request the interview that you found in TalentSprout under its label. LINK is its share link; it is read,
    never fetched.
    """
    bridge = opening.bridge()

    def decide(tx: Tx, found: GenerationRequest) -> GenerationRequest:
        organization = bridge.settings.organizations.get(found.organization)
        base_url = "" if organization is None else organization.base_url
        return operators.adopt(tx, opening.person(), found.id, link, base_url)

    _carry_out(bridge, request_id, decide, as_json=as_json)


@click.command()
@click.argument("request_id", metavar="ID")
@options.as_json
def approve(request_id: str, as_json: bool) -> None:
    """\b
    sprout requests approve spr-7K2QX

    Say that an interview is wanted that is held for a person's approval, and show the text that this is said about. Whoever does
    not want it: sprout requests cancel.
    """
    bridge = opening.bridge()
    seen, content = _looked_at(bridge, request_id)
    if seen.awaits_approval and not as_json:
        _show(f"Approving {seen.title or seen.label}", content)

    def decide(tx: Tx, found: GenerationRequest) -> GenerationRequest:
        return operators.approve(tx, opening.person(), found.id, operators.Seen(updated_at=seen.updated_at))

    _carry_out(bridge, seen.id, decide, as_json=as_json)


@click.command()
@click.argument("request_id", metavar="ID")
@click.option("--not-there", is_flag=True, help="You looked: TalentSprout has no interview of it.")
@options.as_json
def cancel(request_id: str, not_there: bool, as_json: bool) -> None:
    """\b
    sprout requests cancel spr-7K2QX

    Say that nobody wants a request any more; an unknown one only on your word that its interview is not there.
    """
    bridge = opening.bridge()
    wait = bridge.timing.quarantine

    def decide(tx: Tx, found: GenerationRequest) -> GenerationRequest:
        return operators.cancel(tx, opening.person(), found.id, not_there=not_there, wait=wait)

    _carry_out(bridge, request_id, decide, as_json=as_json)


def _looked_at(bridge: Bridge, request_id: str) -> tuple[GenerationRequest, Content]:
    """What is decided about, as the person sees it. Raises Failure."""

    def read(tx: Tx) -> tuple[GenerationRequest, Content]:
        found = finding.request(tx, request_id)
        return found, requests.content(tx, found.id)

    return bridge.ledger.read(read)


def _show(heading: str, content: Content) -> None:
    printing.heading(heading)
    printing.lines([content.text, *printing.tree(dict(content.options)), ""])


def _carry_out(
    bridge: Bridge, request_id: str, decide: Callable[[Tx, GenerationRequest], GenerationRequest], *, as_json: bool
) -> None:
    """Find, decide and commit; then hint, then show what it became."""
    decided = bridge.ledger.write(lambda tx: decide(tx, finding.request(tx, request_id)))
    if decided.state is State.WAITING:
        hinting.pump(bridge, decided.organization)
    shown, seen = bridge.ledger.read(
        lambda tx: (one_request(tx, decided, bridge.timing), evidence(tx, decided, bridge.timing))
    )
    if as_json:
        printing.as_document(shown)
    else:
        printing.facts(facts_of(shown, seen["action"]))
