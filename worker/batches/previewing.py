"""A row as it would be sent: its text, and the body byte for byte, but for the label that only a filed request has."""

from dataclasses import dataclass
from datetime import UTC, datetime

from worker import composing, filing
from worker.batches.checking import Found
from worker.batches.judging import Wanted
from worker.domain.request import Content, GenerationRequest, State

LABEL = "spr-?????"  # of a request that is not filed yet
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Preview:
    """The description as it is sent, and the JSON body."""

    text: str
    body: bytes


def preview(found: Found) -> Preview | None:
    """Of the first attempt; None for a row that can't be sent."""
    if found.wanted is None:
        return None
    wanted = found.wanted.submission
    content = Content(wanted.text, wanted.options, wanted.about)
    request = found.request or _not_filed(found.wanted)
    return Preview(composing.text(request, content), composing.payload(request, content, request.fence + 1))


def _not_filed(one: Wanted) -> GenerationRequest:
    wanted = one.submission
    return GenerationRequest(
        id="",
        organization=wanted.organization,
        kind=wanted.kind,
        state=State.WAITING,
        dedup_id=one.identity.shown,
        label=LABEL,
        title=filing.title_of(wanted),
        source=None,
        job_id=None,
        batch=None,
        priority=wanted.priority,
        fence=0,
        failures=0,
        unknown_retries=0,
        text_limit=filing.text_limit(wanted.text),
        enriched=False,
        due_at=_EPOCH,
        failing_since=None,
        because=None,
        interview_id=None,
        created_at=_EPOCH,
        updated_at=_EPOCH,
    )
