"""Hints after a command has committed. Where no broker is known none is tried: the sweep finds the work."""

from worker import assembly
from worker.assembly import Bridge


def pump(bridge: Bridge, organization: str) -> None:
    """An organization may have a request that is due."""
    if assembly.broker_url(bridge.settings) is not None:
        bridge.hints.pump(organization)


def deliver(bridge: Bridge, organization: str) -> None:
    """An organization may have a delivery that is due."""
    if assembly.broker_url(bridge.settings) is not None:
        bridge.hints.deliver(organization)


def fetch(bridge: Bridge) -> None:
    """Something is to be asked of an ATS."""
    if assembly.broker_url(bridge.settings) is not None:
        bridge.hints.fetch()


def read(bridge: Bridge, event_id: str) -> None:
    """An event is to be read."""
    if assembly.broker_url(bridge.settings) is not None:
        bridge.hints.read(event_id)
