"""What is wrong in an organization's folder of templates, said before anything starts.

Every text is rendered with the invented message of its event: a name that no such message has, a filter that there isn't
and a slip in the syntax come to light here, and not in the first message of its kind.
"""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import TemplateError

from worker.domain.message import Happened
from worker.wording import catalogue, examples, facts, letter
from worker.wording.catalogue import Catalogue, Faulty
from worker.wording.rendering import NOT_SAID, environment
from worker.wording.speaking import Voice, words

UTC = ZoneInfo("UTC")
LABELS = {"count": 2, "now": examples.AT}  # what a label may have beside the facts of a message


def faults(folder: Path) -> Iterator[str]:
    """Sentences, each naming the file and the place in it."""
    if not folder.is_dir():
        yield f"{folder} is not a folder"
        return
    for path in sorted(folder.glob("*.toml")):
        try:
            texts = catalogue.load(path.stem, folder)
        except (Faulty, OSError) as error:
            yield str(error)
        else:
            yield from (f"{path.name}, {fault}" for fault in _untrue(texts))
    if (folder / catalogue.LETTER).exists():
        voice = Voice(catalogue.DEFAULT_LANGUAGE, UTC, folder)
        try:
            letter.filled("", [words(examples.message(event), voice) for event in Happened], voice)
        except (*NOT_SAID, OSError) as error:
            yield f"{catalogue.LETTER}: {error}"


def _untrue(texts: Catalogue) -> Iterator[str]:
    """Of a whole catalogue: ours are true, so that what is found is the folder's."""
    where = environment(texts, UTC)
    told = {event: facts.of(examples.message(event)) for event in Happened}
    of_no_event = {**told[Happened.RESULT_COMPLETED], **told[Happened.CANDIDATE_INVITED], **LABELS}
    for place, event, source in texts.templates():
        try:
            where.from_string(source).render(of_no_event if event is None else told[event])
        except TemplateError as error:
            yield f"{place}: {error.message}"
        except NOT_SAID as error:
            yield f"{place}: {error}"
