"""The questions of `sprout doctor`: each answer is a check with its state, what was found, where it is set and what cures it.

Nothing here changes anything but the pings that it is given, which spend slots and resume what was paused.

check          what an answer is
configuration  the file, the folder, the targets
stored         the database and what it tells: schema, clock, workers, pauses, what waits for a person
network        broker, keys, public URL, clocks (`probes`: one question to a server each)
questions      all of them in order, and the short form for a probe
"""

from worker.health.check import Check, State
from worker.health.configuration import misconfigured
from worker.health.network import key
from worker.health.questions import Readiness, doctor, ready
from worker.health.stored import database_place

__all__ = ["Check", "Readiness", "State", "database_place", "doctor", "key", "misconfigured", "ready"]
