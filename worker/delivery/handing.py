"""One message handed to one target: written by its kind, then posted or mailed. No ledger is asked."""

import time
from datetime import timedelta

from config.settings import Target
from worker import clock, targets
from worker.delivery import answers, post
from worker.domain.call import Call
from worker.domain.delivery import Ended
from worker.domain.message import Mail, Message
from worker.domain.note import Draft
from worker.outbound import Outbound, OutboundFault

DEADLINE = timedelta(seconds=20)  # one call, absolute; Standard Webhooks advises 15 to 30 seconds
MOST_BYTES = 64 * 1024  # of an answer, of which only the beginning is looked at


def written(message: Message, target: Target) -> Call | Mail | Draft:
    """As the target's kind writes it. Raises Undeliverable."""
    return targets.named(target.kind).compose(message, target, clock.wall())


def handed_over(packed: Call | Mail, target: Target, outbound: Outbound) -> Ended:
    """How it went; there is no second try here."""
    if isinstance(packed, Mail):
        return mailed(packed, target)
    began = time.monotonic()
    try:
        answer = outbound.make(packed, configured=target.url, most=MOST_BYTES, deadline=DEADLINE)
    except OutboundFault as fault:
        return answers.unanswered(fault, answers.since(began))
    return answers.answered(answer, targets.named(target.kind), answers.since(began), clock.wall())


def mailed(mail: Mail, target: Target) -> Ended:
    """The same for a letter alone. Where nobody is left who lacks it, it is delivered."""
    if not mail.recipients:
        return Ended(status=200)
    began = time.monotonic()
    return answers.posted(post.send(mail, target, clock.wall(), DEADLINE), mail, answers.since(began))
