"""Decisions: pure functions, `now` is an argument, and every rule has its one home here."""
