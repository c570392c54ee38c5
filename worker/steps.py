"""Named moments between two writes. Nothing happens at them; tests end or stop the process there, to see what holds then.

Each is named by what has just been done, or is about to be: tests/faults replaces `reached` in the processes that it starts.
"""


def reached(_name: str) -> None:
    """The process is at this moment."""
