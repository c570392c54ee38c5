"""A request, for rules that look at one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from worker.domain.request import GenerationRequest, Kind, State
from worker.policy.aftermath import TEXT_LIMITS

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def a_request(**changes: object) -> GenerationRequest:
    usual = GenerationRequest(
        id="01",
        organization="acme",
        kind=Kind.GENERATE,
        state=State.SENDING,
        dedup_id="4711",
        label="spr-7K2QX",
        title="Night shift",
        source=None,
        job_id=None,
        batch=None,
        priority=0,
        fence=1,
        failures=0,
        unknown_retries=0,
        text_limit=TEXT_LIMITS[0],
        enriched=False,
        due_at=NOW - timedelta(minutes=1),
        failing_since=None,
        because=None,
        interview_id=None,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(usual, **changes)
