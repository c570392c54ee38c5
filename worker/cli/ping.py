"""`sprout ping`: does TalentSprout accept the API key?"""

import click

from worker import operators
from worker.cli import opening, options, printing
from worker.cli.endings import Failure
from worker.health import network
from worker.health.check import State
from worker.sending import pinging
from worker.talentsprout.verdict import Accepted, OtherAccount


@click.command()
@options.organization
@options.as_json
@click.option("--trust", is_flag=True, help="The key may belong to another organization of TalentSprout's than before.")
def ping(organization: str | None, as_json: bool, trust: bool) -> None:
    """\b
    sprout ping
    sprout ping --organization acme --json

    Call GET /ping with an organization's key, in a slot of its budget. An organization that was paused because its key was
    refused resumes if the key is accepted; one that a person paused does not. A key that belongs to another organization of
    TalentSprout's than the one before pauses it; --trust says that it is meant.
    """
    bridge, chosen = opening.for_filing(organization)
    answer = pinging.ping(bridge, chosen.name)
    if trust and isinstance(answer, OtherAccount):
        account, who = answer.account, opening.person()
        bridge.ledger.write(lambda tx: operators.trust_account(tx, who, chosen.name, account))
        answer = pinging.ping(bridge, chosen.name)
    found = network.key(bridge.settings, chosen, answer)
    if found.state is not State.OK or not isinstance(answer, Accepted):
        raise Failure("not_accepted", f"{found.sentence} {found.remedy}".strip(), organization=chosen.name)
    if as_json:
        scopes = None if answer.scopes is None else list(answer.scopes)
        told = {"organization": chosen.name, "accepted": True, "scopes": scopes}
        printing.as_document({**told, "organization_id": answer.organization_id})
    else:
        printing.lines([found.sentence])
