"""`sprout token`: what opens the API and the pages. A secret is shown once, when it is made."""

import click

from worker.cli import finding, opening, options, printing
from worker.cli.endings import Failure
from worker.ledger import audit, tokens
from worker.ledger.connection import Tx
from worker.shown import Shown, token


@click.command()
@click.option("--name", metavar="NAME", default="", help="Who or what it is for; decisions are noted under this name.")
@options.as_json
def create(name: str, as_json: bool) -> None:
    """\b
    sprout token create --name maria
    export SPROUT_TOKEN=$(sprout token create --name reports)

    Make a token. It is printed once; the ledger keeps a digest of it.
    """
    bridge = opening.bridge()
    person = opening.person().name

    def unit(tx: Tx) -> tuple[Shown, str]:
        made, secret = tokens.create(tx, name or person)
        audit.record(tx, person, "create token", made.id, {"name": made.name})
        return token(made), secret

    shown, secret = bridge.ledger.write(unit)
    if as_json:
        printing.as_document({**shown, "token": secret})
    else:
        printing.lines([secret])
        printing.note(f"Keep it now: nobody can show it again. To end it: sprout token revoke {shown['id']}")


@click.command()
@options.as_json
def list_tokens(as_json: bool) -> None:
    """\b
    sprout token list

    List tokens without their secrets, newest first, revoked ones too.
    """
    shown = [token(one) for one in opening.bridge().ledger.read(tokens.all_tokens)]
    if as_json:
        printing.as_list(shown)
    elif not shown:
        printing.note("There are no tokens yet. To make one: sprout token create --name NAME")
    else:
        rows = [
            (one["id"], one["name"], printing.moment(one["created_at"]), printing.moment(one["revoked_at"]) or "no")
            for one in shown
        ]
        printing.table(("Token", "Name", "Created", "Revoked"), rows)


@click.command()
@click.argument("token_id", metavar="ID")
@options.as_json
def revoke(token_id: str, as_json: bool) -> None:
    """\b
    sprout token revoke 01j2c

    End a token. Whoever uses it is refused from now on.
    """
    shown = opening.bridge().ledger.write(lambda tx: _revoked(tx, token_id.strip()))
    if as_json:
        printing.as_document(shown)
    else:
        printing.lines([f"{shown['id']} ({shown['name']}) is revoked since {printing.moment(shown['revoked_at'])}."])


def _revoked(tx: Tx, given: str) -> Shown:
    known = {one.id: one for one in tokens.all_tokens(tx)}
    begins_so = [one for one in known if given and one.startswith(given)]
    found = finding.only("token", given, begins_so, lambda one: f"{one}  {known[one].name}")
    if tokens.revoke(tx, found):
        audit.record(tx, opening.person().name, "revoke token", found, {})
    ended = tokens.get(tx, found)
    if ended is None:
        raise Failure("not_found", f'There is no token "{given}". See: sprout token list')
    return token(ended)
