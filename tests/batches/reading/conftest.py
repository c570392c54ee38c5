"""Batch files, written into a folder of the test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from worker.batches.reading import open_sheet
from worker.batches.rows import NotABatch

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A file with that content, as text (UTF-8) or bytes."""

    def write(content: str | bytes, name: str = "jobs.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def refused() -> Callable[..., str]:
    """What is said of a file that is no batch."""

    def refuse(path: Path, *args: object, **options: object) -> str:
        with pytest.raises(NotABatch) as refusal:
            open_sheet(path, *args, **options)
        return str(refusal.value)

    return refuse


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a workbook that is not there yet."""
    return tmp_path / "jobs.xlsx"
