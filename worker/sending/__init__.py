"""A due request becomes one attempt: claim, connect, mark, write, journal, settle."""
