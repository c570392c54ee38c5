"""A post office with one target, whose wire and answers a test decides."""

from tests.delivery.offices import office, open_office, receiver

__all__ = ["office", "open_office", "receiver"]
