"""What the links lead to: plain text, so that a title with markup in it stays text."""

from worker.sandbox.interviews import Interview
from worker.sandbox.settings import Recording
from worker.sandbox.wire import Answer, Head, text_answer
from worker.sandbox.world import World

WELCOME = """This is a sandbox: TalentSprout, as far as it is documented, on this machine.

API            {url}/api/v1
Control plane  {url}/_sandbox/record, interviews, webhooks (GET); faults, settings, complete, reset (POST)
"""
INTERVIEW = """This is a sandbox interview. Nobody is interviewed here.

{title}
{company}

{questions}

To let an invented candidate finish it now:
  curl -X POST {url}/_sandbox/complete -d '{{"interview_id": "{id}"}}'
"""
NOTHING = "The sandbox has nothing here. After a restart or a reset it no longer knows the interviews it made before.\n"


def page(world: World, head: Head) -> Answer:
    """Whatever is neither API nor control plane."""
    if head.method not in ("GET", "HEAD"):
        return Answer(405, headers=(("Allow", "GET"),))
    room, _, rest = head.path.lstrip("/").partition("/")
    match room:
        case "":
            return text_answer(200, WELCOME.format(url=world.public_url))
        case "interview" if interview := world.interviews.find(rest):
            return text_answer(200, _interview(interview, world.public_url))
        case "dashboard" | "share":
            return text_answer(
                200, "This is a sandbox: there is no dashboard and no candidate's page behind this link.\n"
            )
        case "media":
            return _recording(world.settings.switches.recording)
        case _:
            return text_answer(404, NOTHING)


def _interview(interview: Interview, url: str) -> str:
    document = interview.document
    asked = document["questions"]
    assert isinstance(asked, list)
    questions = "\n".join(f"{place}. {item['question']}" for place, item in enumerate(asked, 1))
    return INTERVIEW.format(
        title=document["title"], company=document["company_name"], questions=questions, url=url, id=interview.id
    )


def _recording(recording: Recording) -> Answer:
    match recording:
        case Recording.OPEN:
            return text_answer(200, "This stands in for a recording.\n")
        case Recording.LOGIN:
            return text_answer(401, "This recording needs a login.\n")
        case Recording.EXPIRED:
            return text_answer(410, "This recording's link has expired.\n")
