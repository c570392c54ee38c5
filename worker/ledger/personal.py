"""Where people's data lies, table by table. A new table must be named here, one way or the other; a house test insists on it.

In `SEALED` it is sealed, found by `candidates`, and ends by erasure and retention. In `TELLING` nobody is named, but what a
stranger wrote there may repeat something: it goes with what it is about.
"""

SEALED = frozenset({"application", "event_body", "result"})
TELLING = frozenset({"delivery", "delivery_try"})  # a target's words
OWN = frozenset({"blinding", "erased"})  # keyed digests, and their key
NOBODYS = frozenset(
    {
        "alias",
        "attempt",
        "attribution",
        "audit",
        "batch",
        "batch_mark",
        "batch_row",
        "budget",
        "duty",
        "event",
        "event_key",
        "fetch",
        "interview",
        "organization",
        "posting",
        "process",
        "request",
        "request_content",
        "requisition",
        "result_name",
        "source_api",
        "source_state",
        "target",
        "target_event",
        "token",
        "written_note",
    }
)
