"""Whether the API of a source's ATS answers with the key that is configured: one page of its list is asked for, and forgotten."""

from config.settings import Source
from worker import clock, sources
from worker.domain.asking import Asking
from worker.domain.fields import Unreadable
from worker.events import calling
from worker.events.calling import Failed
from worker.outbound import Outbound
from worker.sources import Polls


def is_tried(configured: Source) -> bool:
    """Whether there is something to try: a list that needs no account, and a key or an address for it."""
    kind = sources.named(configured.kind)
    has_way = configured.api_key is not None or configured.api_url is not None
    return isinstance(kind, Polls) and not kind.BY_ACCOUNT and has_way


def trouble(configured: Source) -> str | None:
    """Why the API gives no list, in a sentence; None where it gives one. Needs `is_tried`."""
    kind = sources.named(configured.kind)
    assert isinstance(kind, Polls), "is_tried says so"
    try:
        answer = calling.ask(Outbound(), configured, kind.page(Asking(), configured), clock.wall())
        if isinstance(answer, Failed):
            return answer.sentence
        kind.listed(answer.status, answer.body, Asking(), configured)
    except Unreadable as fault:
        return f"The API of {configured.name} gives no list of postings: {fault}."
    return None
