"""What texts may speak of: the facts of a message without what there isn't, and a few that are made of several.

Made here: `job_title`, `candidate_name`, `score`, `mark`, `reached`, `categories` (name and score each), `id` (the one to
quote). Nothing that opens without a login is among them but the share link: recording, session token and a candidate's
public page are taken out, so that no template can say them.
"""

from collections.abc import Iterator, Mapping

from worker.domain.message import Message

SECRET = frozenset({"recording_url", "transcript", "share_url", "thumbnail_url", "resume_url", "token"})
MOST_CATEGORIES = 12
LINKS = ("interview.share_link", "request.share_link", "application.personal_link", "job.url", "source.address", "page")


def of(message: Message) -> dict[str, object]:
    """The facts by the nouns that templates use."""
    told = _told(message.facts)
    known: dict[str, object] = dict(told) if isinstance(told, dict) else {}
    known["message"] = {"id": message.id, "event": str(message.event), "at": message.at}
    known.setdefault("organization", {"name": message.organization})
    result = _object(known, "result")
    score, mark = result.get("score"), _object(known, "interview").get("passing_score")
    made = {
        "page": message.page,
        "job_title": _first(known, "job.title", "request.title", "interview.title"),
        "candidate_name": _first(
            known,
            "result.candidate.name",
            "application.candidate.name",
            "result.candidate.email",
            "application.candidate.email",
        ),
        "score": score,
        "mark": mark,
        "reached": score >= mark if isinstance(score, int | float) and isinstance(mark, int | float) else None,
        "categories": list(categories(result.get("evaluation"))),
        "id": _first(known, "request.label") or message.id,
    }
    return known | {name: value for name, value in made.items() if value not in (None, "", [])}


def links(known: Mapping[str, object]) -> frozenset[str]:
    """The addresses that a reader may follow. A title or a name that reads like one is none of them."""
    found = {str(_first(known, path)) for path in LINKS}
    return frozenset(link for link in found if link.startswith("https://") and " " not in link)


def categories(evaluation: object) -> Iterator[dict[str, object]]:
    """Each category with a name and a score, whatever its key: TalentSprout adds to them without notice."""
    performance = evaluation.get("performance") if isinstance(evaluation, Mapping) else None
    found = performance.values() if isinstance(performance, Mapping) else ()
    for one in list(found)[:MOST_CATEGORIES]:
        name, score = (one.get("name"), one.get("score")) if isinstance(one, Mapping) else (None, None)
        if isinstance(name, str) and isinstance(score, int | float) and not isinstance(score, bool):
            yield {"name": name, "score": score}


def _told(value: object) -> object:
    """`value` without what is empty and without what is secret, so that both are undefined for a template."""
    if isinstance(value, Mapping):
        found = {str(key): _told(item) for key, item in value.items() if str(key) not in SECRET}
        return {key: item for key, item in found.items() if item not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_told(item) for item in value]
    return value


def _object(known: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = known.get(name)
    return found if isinstance(found, Mapping) else {}


def _first(known: Mapping[str, object], *paths: str) -> object:
    """What the first path that leads to something leads to."""
    for path in paths:
        found: object = known
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        if found:
            return found
    return None
