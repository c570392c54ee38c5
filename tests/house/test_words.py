"""What no file of the repository says: where it was written, where its packages came from, a key that could be real."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

# Each is written so that this file doesn't match itself.
NEVER = {
    "the host of a package registry": r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|npmjs[.]org|deb[.]debian|crates[.]io",
    "a folder of somebody's machine": r"(?<![\w.*)-])/(?:[w]ork|[r]oot|[h]ome/\w+|[U]sers/\w+)/",
    "an address inside of a lock file's line": r"(?:--|\b)(?:extra-)?index-url\s*[= ]\s*http",
    "a key that could be real": r"\btsk_(?!x{32}\b)[A-Za-z0-9]{32}\b",
    "a conflict that was not resolved": r"^(?:<{7}|>{7}) ",
}
GENERATED = {Path("LICENSE")}


@pytest.mark.parametrize("what", NEVER)
def test_no_file_names(what: str, texts: Mapping[Path, str]) -> None:
    wrong = [
        f"{path}:{number} {line.strip()[:120]}"
        for path, text in texts.items()
        if path not in GENERATED and re.search(NEVER[what], text, re.MULTILINE)
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(NEVER[what], line)
    ]
    assert wrong == [], f"{what} is named"


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("the host of a package registry", "see https://py" + "pi.org/project/flask"),
        ("a folder of somebody's machine", 'open("/wo' + 'rk/main/x")'),
        ("a folder of somebody's machine", "/ho" + "me/ada/bridge"),
        ("a key that could be real", "tsk_" + "0a" * 16),
    ],
)
def test_what_is_never_said_would_be_found(what: str, line: str) -> None:
    assert re.search(NEVER[what], line)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a folder of somebody's machine", "https://example.com/work/1 and /var/lib/sprout and config/home/x"),
        ("a key that could be real", "tsk_" + 32 * "x"),
    ],
)
def test_what_may_be_said_is_not_found(what: str, line: str) -> None:
    assert not re.search(NEVER[what], line)
