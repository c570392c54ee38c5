"""What was configured, and the folder that it names."""

import shutil
from collections.abc import Iterator

from config import ConfigError, Settings
from worker import sources
from worker.health.check import Check, State, place, place_in
from worker.sources import Fetches, Polls

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
        is_asked = isinstance(kind, Fetches) or (isinstance(kind, Polls) and kind.IS_POLLED)
        lacks = "api_key" if source.api_key is None else "api_url"
        has_all = sources.first_page(source) is not None or (isinstance(kind, Polls) and kind.BY_ACCOUNT)
        if not is_asked or (has_all and source.api_key is not None):
            continue
        what = "announces postings without their text" if kind.ANNOUNCES_POSTINGS else "announces no postings"
        sentence = f"{name} ({source.kind}) {what}, and has no {lacks} to ask its API with."
        remedy = f"Add {lacks}; docs/sources/{source.kind}.md says which. What was announced meanwhile is fetched then."
        yield Check(f"source {name}", State.WARN, sentence, remedy, where)


def _check(state: State, sentence: str, where: str) -> Check:
    return Check("configuration", state, sentence, place=where)
