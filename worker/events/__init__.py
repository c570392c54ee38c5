"""Deliveries: stored first, read after."""
