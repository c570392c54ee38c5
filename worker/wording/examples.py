"""An invented message of every event: for previews, for a test of a target, and to check templates against.

The facts have the keys that the API gives; the people, companies and ids are nobody's.
"""

from datetime import UTC, datetime

from worker.domain.message import Happened, Message

AT = datetime(2026, 11, 21, 18, 42, 7, tzinfo=UTC)
PAGE = "https://bridge.example.com/requests/01example0request0000"
REQUEST = {
    "id": "01example0request0000",
    "dedup_id": "3f9a",
    "organization": "acme",
    "source": "careers",
    "batch": "01example0batch000000",
    "job_id": "4281",
    "title": "Night-shift Care Assistant",
    "state": "created",
    "reason": None,
    "reason_code": None,
    "attempts": 1,
    "label": "spr-7K2QX",
    "interview_id": "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8",
    "share_link": "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8",
    "created_at": "2026-11-21T18:12:00.000Z",
    "updated_at": "2026-11-21T18:42:07.000Z",
}
NO_INTERVIEW = {"interview_id": None, "share_link": None}
JOB = {
    "id": "4281",
    "title": "Night-shift Care Assistant",
    "location": "Brighton",
    "department": "Care",
    "url": "https://careers.example.com/jobs/4281",
    "source": "careers",
}
INTERVIEW = {
    "id": "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8",
    "object": "interview",
    "title": "Night-shift Care Assistant",
    "status": "active",
    "passing_score": 75,
    "share_link": "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8",
    "created_at": "2026-11-21T18:12:31.000Z",
    "origin": "generated",
    "request_id": "01example0request0000",
}
CANDIDATE = {
    "id": "65f0aa11bb22cc33dd44ee55",
    "name": "Ines Moreau",
    "email": "ines@example.org",
    "phone": "+33155501234",
    "external_id": "gh:app:884213",
}
RESULT = {
    "id": "01example0result00000",
    "event": "interview.completed",
    "organization": "acme",
    "interview_id": "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8",
    "share_link": "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8",
    "candidate": CANDIDATE,
    "score": 81,
    "passed": True,
    "completed_at": "2026-11-21T18:41:58.900Z",
    "test": False,
    "state": "matched",
    "evaluation": {
        "performanceSummary": "Calm and concrete.",
        "performance": {
            "communicationSkills": {"name": "Communication", "score": 84, "notes": "Clear."},
            "professionalism": {"name": "Professionalism", "score": 79, "notes": "Prepared."},
        },
        "summary": {
            "overview": "Six years of night work.",
            "strengths": ["Escalates early"],
            "concerns": ["No hoist training"],
            "tags": ["care"],
        },
    },
}
ORGANIZATION = {
    "name": "acme",
    "paused": True,
    "paused_at": "2026-11-21T13:50:00.000Z",
    "paused_by": "maria",
    "reason": "Paused by maria at 13:50 UTC. Nothing is lost; sending resumes when somebody says so.",
    "action": "To go on: sprout organizations resume acme.",
    "waiting": 12,
    "held": 1,
    "unknown": 1,
}
SOURCE = {
    "name": "careers",
    "kind": "greenhouse",
    "organization": "acme",
    "address": "https://bridge.example.com/webhooks/careers",
    "state": "connected",
    "last_event": {"id": "01example0event000000", "received_at": "2026-11-14T09:05:00.000Z"},
}
BATCH = {
    "id": "01example0batch000000",
    "name": "autumn.csv",
    "organization": "acme",
    "state": "done",
    "rows": 120,
    "counts": {"created": 118, "held": 1, "unknown": 1, "waiting": 0, "sending": 0, "cancelled": 0},
    "created_by": "maria",
    "created_at": "2026-11-21T18:12:00.000Z",
}
TARGET = {
    "name": "recruiting",
    "kind": "slack",
    "reason": "Slack answered 404 channel_not_found. Not retried until the channel is changed.",
    "action": "Cure what is said above; then: sprout deliveries recover recruiting",
    "failing_since": "2026-11-21T17:30:00.000Z",
    "waiting": 4,
}
APPLICATION = {
    "id": "01example0application",
    "organization": "acme",
    "source": "careers",
    "application_id": "884213",
    "candidate_id": "771004",
    "job_id": "4281",
    "requisition_id": "144371",
    "candidate": {"name": "Ines Moreau", "email": "ines@example.org"},
    "stage": "Interview",
    "state": "invited",
    "interview_id": "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8",
    "invited_at": "2026-11-21T18:42:07.000Z",
    "sent": 1,
    "personal_link": "https://www.talentsprout.ai/interview/3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8?externalUserId=example",
}
FACTS: dict[Happened, dict[str, object]] = {
    Happened.INTERVIEW_CREATED: {"request": REQUEST, "interview": INTERVIEW, "job": JOB},
    Happened.RESULT_COMPLETED: {"result": RESULT, "interview": INTERVIEW, "request": REQUEST, "job": JOB},
    Happened.RESULT_ABANDONED: {
        "result": {**RESULT, "event": "interview.abandoned", "score": None, "passed": None, "evaluation": None},
        "interview": INTERVIEW,
        "request": REQUEST,
        "job": JOB,
    },
    Happened.REQUEST_HELD: {
        "request": {
            **REQUEST,
            **NO_INTERVIEW,
            "state": "held",
            "reason": "The description has 31 characters; TalentSprout needs 50.",
            "reason_code": "too_short",
            "action": "Add text in the ATS (it is read by itself), or: sprout requests retry spr-7K2QX --text FILE",
        },
        "job": JOB,
    },
    Happened.REQUEST_UNKNOWN: {
        "request": {
            **REQUEST,
            **NO_INTERVIEW,
            "state": "unknown",
            "reason": "Sent at 18:41:04 UTC and no answer came. The interview may exist. "
            "Look for the label spr-7K2QX-1 in TalentSprout.",
            "reason_code": "no_answer",
            "action": "If it is there: sprout requests adopt spr-7K2QX LINK. "
            "If it is not: sprout requests retry spr-7K2QX --not-there.",
        },
        "job": JOB,
    },
    Happened.ORGANIZATION_PAUSED: {"organization": ORGANIZATION},
    Happened.ORGANIZATION_RESUMED: {
        "organization": {
            **ORGANIZATION,
            "paused": False,
            "paused_at": None,
            "paused_by": None,
            "reason": None,
            "action": None,
        }
    },
    Happened.SOURCE_QUIET: {"source": SOURCE},
    Happened.POSTING_CLOSED: {"job": JOB, "request": REQUEST, "interview": INTERVIEW},
    Happened.BATCH_FINISHED: {"batch": BATCH},
    Happened.DELIVERY_FAILING: {"target": TARGET},
    Happened.CANDIDATE_INVITED: {"application": APPLICATION, "job": JOB, "interview": INTERVIEW},
    Happened.CANDIDATE_REMINDED: {"application": APPLICATION, "job": JOB, "interview": INTERVIEW},
}


def message(event: Happened, organization: str = "acme") -> Message:
    """An invented message of this event."""
    return Message("dlv_example", event, AT, organization, FACTS[event], PAGE)
