"""What a workshop is configured with, and what it files."""

CONFIGURATION = """\
[bridge]
database_url = "{database}"
broker_url = "{broker}"
data_dir = "{folder}/data"
call_deadline = "{deadline}"
lease_margin = "{margin}"
quarantine = "{quarantine}"
sweep = "{sweep}"
probe = "1s"
[organizations.acme]
api_key = "file:{folder}/key"
base_url = "{base_url}"
limits = {{ ai = "{limit}/{window:g}s", default = "120/{window:g}s" }}
on_unknown = "{on_unknown}"
"""


def a_text(number: int) -> str:
    """A description that is long enough, and another for each number."""
    return f"Number {number}. You repair bicycles, talk with customers and keep a small workshop in order."
