"""What an operator may set, read from one TOML file: `load` it, and everything wrong with it is told at once.

Which keys there are, their defaults and units, is in `settings`; examples for operators are in `examples/`.
"""

from config.faults import ConfigError, Fault
from config.kinds import Kinds
from config.reading import find, load
from config.secret import Secret
from config.settings import Settings

__all__ = ["ConfigError", "Fault", "Kinds", "Secret", "Settings", "find", "load"]
