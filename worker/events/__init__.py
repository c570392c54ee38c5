"""Deliveries: stored first, read after. What they leave out, and what was never delivered, is asked of the ATS."""
