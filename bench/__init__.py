"""Speed is measured here, as ratios, and never asserted in a test. `python -m bench` prints one JSON line for each row."""
