"""A PDF from standard input, its text to standard output: `python -m worker.batches.reading.pdf_text`.

Prints one JSON object, `text` or `fault`. Whatever else goes wrong in here ends the process with another status than 0.
"""

import json
import sys
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

MOST_PAGES = 200
MOST_CHARACTERS = 5_000_000
MEMORY = 1 << 30  # bytes of address space
PROTECTED = "the file is protected by a password; save it without one."
SCANNED = "the file holds no text, only pictures: it was scanned. Put its text into the folder."


def main() -> None:
    """Read, print."""
    _take_no_more_than(MEMORY)
    print(json.dumps(_said(sys.stdin.buffer.read())))  # noqa: T201  # its answer


def _said(content: bytes) -> dict[str, str]:
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"fault": PROTECTED}
        text = _text(reader)
    except (DependencyError, FileNotDecryptedError):  # AES needs a library that nothing else here does
        return {"fault": PROTECTED}
    return {"text": text} if text.strip() else {"fault": SCANNED}


def _text(reader: PdfReader) -> str:
    pages: list[str] = []
    length = 0
    for page in reader.pages[:MOST_PAGES]:
        pages.append(page.extract_text())
        length += len(pages[-1])
        if length > MOST_CHARACTERS:
            break
    return "\n\n".join(pages)[:MOST_CHARACTERS]


def _take_no_more_than(memory: int) -> None:
    """Where the system can say so."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()
