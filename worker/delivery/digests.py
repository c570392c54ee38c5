"""The messages of a day in one: gathered until their time of the place has come, sent together."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from config.settings import Target
from worker import clock, log, steps, targets
from worker.assembly import Bridge
from worker.delivery import answers, handing, telling
from worker.domain.delivery import Delivery, DeliveryCode, DeliveryState, Ended, Trouble
from worker.domain.message import Message
from worker.ledger import deliveries, digests, recipients
from worker.ledger.connection import Tx
from worker.policy import digesting
from worker.targets import Digests, Undeliverable

MOST = 200  # messages in one mail; what is more goes out in the next one at once
_logger = log.named(__name__)
Told = tuple[Delivery, Message]


def gather(bridge: Bridge, target: Target, boot_id: str, lease: timedelta) -> Sequence[Delivery]:
    """Claim what happened before the last opening; what is newer is put off until the next one."""
    clock_time, zone = target.digest, target.timezone
    assert clock_time is not None, "only a target with a digest gathers"

    def unit(tx: Tx) -> Sequence[Delivery]:
        last, following = digesting.openings(tx.now(), clock_time, zone)
        digests.put_off(tx, target.name, last, following)
        return digests.claim(tx, target.name, boot_id, lease, MOST)

    return bridge.ledger.write(unit)


def send(bridge: Bridge, target: Target, held: Sequence[Delivery]) -> Iterator[tuple[Sequence[Delivery], Ended]]:
    """Send what was claimed in one mail, and in another what some recipients have already. Yields what was told in each and how
    that ended for all of it; nothing told, nothing sent."""
    told = _told(bridge, held)
    known = {recipients.packed(one.recipients): one.recipients for one, _ in told}
    for packed, settled in known.items():
        part = [(one, message) for one, message in told if recipients.packed(one.recipients) == packed]
        ended = _mailed(bridge, target, [message for _, message in part], settled)
        steps.reached("after_digest_sent")
        yield [one for one, _ in part], ended


def _mailed(bridge: Bridge, target: Target, messages: Sequence[Message], settled: Mapping[str, str]) -> Ended:
    kind = targets.named(target.kind)
    assert isinstance(kind, Digests), "the configuration has refused a digest for other kinds"
    try:
        mail = kind.together(messages, target, clock.wall())
    except Undeliverable as fault:
        return Ended(fault=str(fault), is_final=True)
    except Exception as bug:  # else the day's messages would be under way until their lease ends, each time again
        _logger.exception("a digest could not be written", target=target.name)
        return answers.unwritten(bug)
    return handing.mailed(bridge.ledger.read(lambda tx: recipients.left(tx, settled, mail)), target)


def _told(bridge: Bridge, held: Sequence[Delivery]) -> list[Told]:
    """What each says; what there is nothing to say of any more is cancelled."""
    found = [(one, _message(bridge, one)) for one in held]
    return [(one, message) for one, message in found if message is not None]


def _message(bridge: Bridge, one: Delivery) -> Message | None:
    try:
        return bridge.ledger.read(lambda tx: telling.message(tx, one, bridge.settings, bridge.timing))
    except telling.NothingToTell as gone:
        trouble = Trouble(DeliveryCode.NO_LONGER_THERE, {"fault": str(gone)})
        bridge.ledger.write(lambda tx: deliveries.drop(tx, one, DeliveryState.CANCELLED, trouble))
        return None
