"""Nouns: what the bridge talks about. Frozen dataclasses and enums, standard library only."""
