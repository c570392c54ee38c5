"""Logs: one JSON object a line on stderr, with a second net for secrets.

Fields are chosen where they are written; the net catches what slips through anyway: keys, tokens, signatures, the secret part of
the completion URL, mail addresses. It also covers what libraries log.
"""

import logging
import re
import sys

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

SECRETS = re.compile(
    r"tsk_[0-9A-Za-z]{8,}|whsec_[0-9A-Za-z+/=]{8,}|spr_[0-9A-Za-z_-]{20,}|Bearer\s+\S+"
    r"|(?<=/webhooks/talentsprout/)[^\s\"']+|[\w.+-]+@[\w-]+\.[\w.-]+|sha256[ =][0-9a-f]{16,}|v1,[0-9A-Za-z+/=]{16,}"
)
CONTROLS = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def named(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a room."""
    return structlog.stdlib.get_logger(name)


def to_stderr(level: int = logging.INFO) -> None:
    """Send everything, libraries included, to stderr as JSON lines."""
    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redact,
            structlog.processors.JSONRenderer(),
        ],
    )
    to_here = logging.StreamHandler(sys.stderr)
    to_here.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [to_here]
    root.setLevel(level)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # else a line for every request that waits a moment
    for chatty in (
        "httpx",
        "httpcore",
        "alembic",
        "kombu",
        "celery.worker.strategy",
        "celery.app.trace",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace whatever looks like a secret or a mail address, and control characters, in every text."""
    return {name: without_secrets(value) if isinstance(value, str) else value for name, value in event.items()}


def without_secrets(text: str) -> str:
    """`text` with *** for whatever looks like a secret or a mail address, and blanks for control characters."""
    return CONTROLS.sub(" ", SECRETS.sub("***", text))
