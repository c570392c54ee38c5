"""What a figure was measured on."""

import os
import platform
import sqlite3
import subprocess
import tempfile
import time
from importlib import metadata

PACKAGES = ("celery", "flask", "kombu", "psycopg", "redis", "sqlalchemy", "waitress")


def facts() -> dict[str, object]:
    """Cores, load, the disk's fsync rate, versions, the commit."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "cores": os.cpu_count(),
        "load": load(),
        "fsync_per_second": fsync_rate(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "commit": commit.stdout.strip() or None,
    }


def load() -> float:
    """Of the last minute."""
    return round(os.getloadavg()[0], 2)


def fsync_rate(seconds: float = 0.5) -> int:
    """Writes of 6 kB that reach the disk in a second, one at a time."""
    count, began = 0, time.monotonic()
    with tempfile.TemporaryFile() as file:
        while time.monotonic() - began < seconds:
            file.write(b"x" * 6000)
            file.flush()
            os.fsync(file.fileno())
            count += 1
    return round(count / (time.monotonic() - began))
