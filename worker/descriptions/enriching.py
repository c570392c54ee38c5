"""Enriching: a description that is too short, or says too little, gets what else the posting knows."""

from worker.descriptions.checking import length
from worker.descriptions.plain_text import readable

MOST_OF_A_VALUE = 200  # UTF-16 units; a longer title is not one


def enrich(text: str, title: str | None, location: str | None, department: str | None, company: str | None) -> str:
    """The text behind labelled lines ("Title: …"), each added once; the same text if nothing can be added.

    Values may hold HTML, line breaks or nothing; what doesn't read as one short line is left out. The result is longer
    than the text and may need condensing.
    """
    known = {"Title": title, "Location": location, "Department": department, "Company": company}
    there = set(text.split("\n"))
    labelled = [
        f"{label}: {value}" for label, value in ((label, _one_line(value)) for label, value in known.items()) if value
    ]
    added = [line for line in labelled if line not in there]
    if not added:
        return text
    return "\n".join(added) + (f"\n\n{text}" if text else "")


def _one_line(value: str | None) -> str:
    line = " ".join(readable(value or "").split())
    return line if length(line) <= MOST_OF_A_VALUE else ""
