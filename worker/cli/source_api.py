"""Whether the API of a source's ATS answers with the key that is configured: one page of its list is asked for, and forgotten."""

from config.settings import Source
from worker import clock, sources
from worker.domain.asking import Asking
from worker.domain.call import Call
from worker.domain.fields import Unreadable
from worker.events import calling
from worker.events.calling import Failed
from worker.outbound import Outbound


def trouble(configured: Source, page: Call) -> str | None:
    """Why the API does not give `page`, in a sentence; None where it does."""
    try:
        answer = calling.ask(Outbound(), configured, page, clock.wall())
        if isinstance(answer, Failed):
            return answer.sentence
        sources.listing(configured).listed(answer.status, answer.body, Asking(), configured)
    except Unreadable as fault:
        return f"The API of {configured.name} gives no list of postings: {fault}."
    return None
