"""Candidates: what is stored about one person, and its end."""

from flask import Response, jsonify
from pydantic import Field

from web import problems
from web.api.reading import Strict
from web.api.resource import resource, success
from web.context import context, person
from worker.privacy import erasing, exporting, finding
from worker.privacy.finding import Found

RESOURCE = resource("candidates", "candidates")
LONGEST = 400  # characters


class Who(Strict):
    """A person, by any name that is known of them. In the body, because addresses of requests are logged by proxies."""

    who: str = Field(
        max_length=LONGEST,
        description="an e-mail address, an external id, a session's id or TalentSprout's id of the candidate",
    )


@RESOURCE.post("/export", summary="What is stored about a person", responses=success(200, "One document."))
def export(body: Who) -> Response:
    """Everything: results, deliveries as they came, whom it was told to, who exported it. Empty lists where nobody is known."""
    who = _named(body)
    bridge = context().bridge
    return jsonify(exporting.document(bridge, person().name, _found(who), who))


@RESOURCE.post("/erase", summary="Erase a person, for good", responses=success(200, "What is left to do elsewhere."))
def erase(body: Who) -> Response:
    """Without a further question. What comes later about the person is refused. It may be asked for again."""
    who = _named(body)
    bridge = context().bridge
    done = erasing.erase(bridge, person().name, _found(who), who)
    return jsonify(exporting.receipt(done, who))


def _found(who: str) -> Found:
    try:
        return finding.find(context().bridge, who)
    except finding.Everybodys as fault:
        raise problems.invalid([problems.Fault("who", str(fault), "an e-mail address or an id")]) from None


def _named(body: Who) -> str:
    who = body.who.strip()
    if not who:
        raise problems.invalid([problems.Fault("who", "it is empty", "an e-mail address or an id")])
    return who
