"""Names that strangers put into addresses."""

LONGEST = 255  # characters; TalentSprout's ids may be of any form, ours have 20


def is_id(text: str) -> bool:
    """Whether it may be an id of anything: a database refuses to look for some characters."""
    return 0 < len(text) <= LONGEST and text.isprintable() and "\ufffd" not in text
