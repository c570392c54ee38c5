"""Live before batch, then age: what a person is waiting for goes first."""

LIVE = 0
BATCH = 10
