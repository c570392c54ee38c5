"""Data keys for tests that assemble no bridge. They protect nothing."""

from config.secret import Secret
from worker.ledger.keyring import Keyring

KEYS = Keyring((Secret("x" * 32),))
