"""PDF: the text of a document, read in a process of its own, because a broken one may take all time and memory there is.

A PDF that was scanned holds pictures of text; that is said, not guessed at.
"""

import json
import subprocess
from pathlib import Path

from worker.batches.reading.untold import Untold
from worker.children import PYTHON

SECONDS = 30  # for one file


def read(path: Path) -> tuple[str, str]:
    """No heading, a PDF has none that can be told from its text; and the text. Raises Untold, OSError."""
    try:
        done = subprocess.run(  # noqa: S603  # our own module
            [*PYTHON, "worker.batches.reading.pdf_text"],
            input=path.read_bytes(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Untold(f"the file could not be read within {SECONDS} seconds; save its text in another format.") from None
    if done.returncode:
        raise Untold("the file is broken, or no PDF; save its text in another format.")
    found = json.loads(done.stdout)
    if found.get("fault"):
        raise Untold(found["fault"])
    return "", str(found["text"])
