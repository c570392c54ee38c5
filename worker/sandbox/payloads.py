"""The webhook's body, in both published versions.

Links lead to the sandbox itself, so that nobody who clicks one ends at the real dashboard with an invented id.
"""

from worker.sandbox.candidates import OLD_VERSION, Ending, Session
from worker.sandbox.clock import iso
from worker.sandbox.settings import AbandonedBody, Switches

CATEGORIES = {
    "communicationSkills": "Communication Skills",
    "domainExpertise": "Domain Expertise",
    "problemSolving": "Problem Solving",
    "culturalFit": "Cultural Fit",
    "professionalism": "Professionalism",
}
REPLIES = (
    "I have done this for about three years, mostly in small teams.",
    "I would first ask who is affected, and then write down what I know.",
    "That went wrong once; since then I check twice and tell the others early.",
    "I can give an example from last spring, when we were two people short.",
    "I am not sure yet, and I would ask for help with that part.",
)


def payload(session: Session, switches: Switches, public_url: str) -> dict[str, object]:
    """The body of the webhook that tells of `session`."""
    finish = session.finish
    abandoned = finish.kind is Ending.ABANDONED
    data: dict[str, object] = {
        "interview": _interview(session, switches, public_url),
        "candidate": _candidate(session, switches, public_url),
        "session": _session(session, public_url),
        "validation": {
            "passed": not abandoned,
            "reason": "abandoned" if abandoned else "completed",
            "checkedAt": iso(session.ended_at),
        },
        **_judgement(session, switches),
        "transcript": _transcript(session, switches),
    }
    head: dict[str, object] = {
        "event": f"interview.{'abandoned' if abandoned else 'completed'}",
        "apiVersion": finish.api_version,
        "timestamp": iso(session.ended_at),
    }
    if finish.kind is Ending.PREVIEW:
        head["test"] = True
    return head | {"data": _aged(data) if finish.api_version == OLD_VERSION else data}


def _aged(data: dict[str, object]) -> dict[str, object]:
    """Without what the first version did not have."""
    absent = {"candidate": ("externalUserId", "shareUrl"), "session": ("type", "thumbnailUrl")}
    aged = {name: part for name, part in data.items() if name != "validation"}
    for name, gone in absent.items():
        part = aged[name]
        assert isinstance(part, dict)
        aged[name] = {key: value for key, value in part.items() if key not in gone}
    return aged


def _link_id(session: Session, switches: Switches) -> str:
    form = session.finish.dashboard_id_form or switches.dashboard_id
    return session.interview.named(form or session.finish.id_form or switches.webhook_id)


def _interview(session: Session, switches: Switches, public_url: str) -> dict[str, object]:
    document = session.interview.document
    return {
        "id": session.interview.named(session.finish.id_form or switches.webhook_id),
        "title": document["title"],
        "companyName": document["company_name"],
        "dashboardUrl": f"{public_url}/dashboard/interviews/{_link_id(session, switches)}",
    }


def _candidate(session: Session, switches: Switches, public_url: str) -> dict[str, object]:
    who, told = session.person, session.finish.prefilled
    path = f"interviews/{_link_id(session, switches)}/candidates/{who.id}"
    first, last = told.get("firstName", who.first_name), told.get("lastName", who.last_name)
    return {
        "id": who.id,
        "firstName": first,
        "lastName": last,
        "fullName": f"{first} {last}",
        "email": told.get("email", who.email),
        "phone": told.get("phoneNumber", who.phone),
        "externalUserId": session.finish.external_user_id,
        "profileUrl": f"{public_url}/dashboard/{path}",
        "shareUrl": f"{public_url}/share/{path}",
    }


def _session(session: Session, public_url: str) -> dict[str, object]:
    abandoned = session.finish.kind is Ending.ABANDONED
    return {
        "id": session.id,
        "token": session.token,
        "type": "preview" if session.finish.kind is Ending.PREVIEW else "candidate",
        "status": "abandoned" if abandoned else "completed",
        "startedAt": iso(session.interview.created_at),
        "completedAt": None if abandoned else iso(session.ended_at),
        "durationMinutes": session.minutes,
        "recordingUrl": None if abandoned else f"{public_url}/media/recording/{session.token}",
        "thumbnailUrl": None if abandoned else f"{public_url}/media/thumbnail/{session.token}",
        "resumeUrl": None,
    }


def _judgement(session: Session, switches: Switches) -> dict[str, object]:
    if session.finish.kind is not Ending.ABANDONED:
        return {
            "scores": {"overall": session.overall, "interview": session.overall, "resume": None},
            "evaluation": _evaluation(session),
        }
    if switches.abandoned_body is AbandonedBody.ABSENT:
        return {}
    return {"scores": {"overall": None, "interview": None, "resume": None}, "evaluation": None}


def _evaluation(session: Session) -> dict[str, object]:
    strong = session.overall >= 70
    return {
        "performanceSummary": "Calm and concrete." if strong else "Friendly, but short on examples.",
        "performance": {
            key: {
                "name": name,
                "score": min(100, max(0, session.overall + (sum(session.id.encode()) + 5 * position) % 13 - 6)),
                "notes": "Gave an example without being asked." if strong else "Stayed general.",
            }
            for position, (key, name) in enumerate(CATEGORIES.items())
        },
        "summary": {
            "overview": f"{session.person.full_name} is an invented candidate of the sandbox.",
            "strengths": ["Asks early", "Explains clearly"] if strong else ["Polite"],
            "concerns": ["Little experience with the tools"]
            if strong
            else ["No concrete examples", "Unsure about shifts"],
            "tags": ["sandbox"],
        },
    }


def _transcript(session: Session, switches: Switches) -> list[dict[str, object]]:
    asked = session.interview.document["questions"]
    assert isinstance(asked, list)
    lines = [("agent", f"Hello {session.person.first_name}.")]
    for position, item in enumerate(asked[:1] if session.finish.kind is Ending.ABANDONED else asked):
        lines += [
            ("agent", item["question"]),
            (switches.candidate_speaker, REPLIES[(position + session.nth) % len(REPLIES)]),
        ]
    begun = session.interview.created_at
    step = max(0.0, session.ended_at - begun) / (len(lines) + 1)
    return [
        {"timestamp": iso(begun + step * (place + 1)), "speaker": speaker, "text": text}
        for place, (speaker, text) in enumerate(lines)
    ]
