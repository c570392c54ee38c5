"""What was configured, and the folder that it names."""

import shutil
from collections.abc import Iterator

from config import ConfigError, Secret, Settings
from config.settings import Source
from worker import sources
from worker.health.check import Check, State, place, place_in
from worker.sources import Fetches, Polls

NO_KEY = Secret("no key")  # to see whether one is what is missing
LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000  # bytes


def misconfigured(error: ConfigError) -> list[Check]:
    """A configuration that can't be used: a check for each fault, and no other."""
    return [_check(State.FAIL, one.problem, place_in(one.file, one.section, one.key)) for one in error.faults]


def configuration(settings: Settings) -> Iterator[Check]:
    """What was loaded, and what it warns of."""
    what = f"{settings.path} is in order" if settings.path else "There is no file"
    and_so = ": one organization, at a sandbox; no real interview is made" if settings.sandbox else ""
    yield _check(State.OK, f"{what}{and_so}.", "")
    for one in settings.warnings:
        yield _check(State.WARN, one.problem, place_in(one.file, one.section, one.key))


def disk(settings: Settings) -> Check:
    """Is there room for the journal, and for an SQLite file?"""
    folder, where = settings.bridge.data_dir, place(settings, "bridge", "data_dir")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(folder).free
    except OSError as fault:
        remedy = "Set data_dir to a folder that this user may write to."
        return Check("disk", State.FAIL, f"{folder} can't be used: {fault.strerror}.", remedy, where)
    state = State.FAIL if free < NO_SPACE else State.WARN if free < LITTLE_SPACE else State.OK
    remedy = "" if state is State.OK else "Make room: an answer that can't be journaled may be lost."
    return Check("disk", state, f"{folder} has {free / 1e9:,.1f} GB left.", remedy, where)


def silent_sources(settings: Settings) -> Iterator[Check]:
    """Sources of whose postings no interviews are made, and why."""
    for name, source in settings.sources.items():
        kind, where = sources.named(source.kind), place(settings, f"sources.{name}", "kind")
        lacks = _lacks(source)
        if lacks is None:
            continue
        what = "announces postings without their text" if kind.ANNOUNCES_POSTINGS else "announces no postings"
        sentence = f"{name} ({source.kind}) {what}, and has no {lacks} to ask its API with."
        remedy = f"Add {lacks}; docs/sources/{source.kind}.md says which. What was announced meanwhile is fetched then."
        yield Check(f"source {name}", State.WARN, sentence, remedy, where)


def _lacks(source: Source) -> str | None:
    """The key of a section that its vendor's API is asked with, and that it has not; None also where nothing is asked."""
    kind = sources.named(source.kind)
    if not isinstance(kind, Fetches) and not (isinstance(kind, Polls) and kind.IS_POLLED):
        return None
    page = sources.first_page(source)
    if source.api_key is not None:
        return None if page is not None or (isinstance(kind, Polls) and kind.BY_ACCOUNT) else "api_url"
    if isinstance(kind, Fetches) or kind.BY_ACCOUNT:
        return "api_key"
    if page is not None:
        return None
    return "api_key" if sources.first_page(source.model_copy(update={"api_key": NO_KEY})) is not None else "api_url"


def _check(state: State, sentence: str, where: str) -> Check:
    return Check("configuration", state, sentence, place=where)
