"""JSONL: an object a line, every title a key; null where a record says nothing."""

import json
from collections.abc import Iterable, Sequence
from typing import BinaryIO


def write(stream: BinaryIO, titles: Sequence[str], records: Iterable[Sequence[object]]) -> int:
    """A line a record; how many."""
    count = 0
    for record in records:
        said = {title: None if value == "" else value for title, value in zip(titles, record, strict=True)}
        line = json.dumps(said, ensure_ascii=False, allow_nan=False) + "\n"
        stream.write(line.encode("utf-8", "replace"))
        count += 1
    return count
