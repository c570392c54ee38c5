"""Serving: waitress with its poll loop, which keeps answering while a thousand slow connections drip.

Errors that waitress finds before the application sees a request are problem documents too.
"""

import contextlib
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import ErrorTask

from worker import log
from worker.assembly import Bridge
from web import problems
from web.app import SECURITY_HEADERS, create_app
from web.receiver import LARGEST_COMPLETION

THREADS = 8
MOST_CONNECTIONS = 4000
OPEN_FILES = 8192
IDLE_SECONDS = 30
LARGEST_HEADERS = 16 * 1024  # bytes
HEADROOM = 2  # of the largest body: waitress counts the framing of chunks, the application measures exactly
LOOP_SECONDS = 1.0
LAST_ANSWERS = timedelta(seconds=5)
_logger = log.named(__name__)
