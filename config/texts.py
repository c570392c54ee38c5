"""The texts for people that a configuration speaks of: each target's language, and a folder of the organization's own texts."""

from collections.abc import Mapping

from config.document import section_of
from config.faults import Wrong
from config.kinds import Kinds
from config.report import Report
from config.settings import Bridge, Target
from config.wording import one_of, shown


def spoken(bridge: Bridge, targets: Mapping[str, Target | None], kinds: Kinds, report: Report) -> dict[str, Target]:
    """The targets with the zone and the templates of `[bridge]`. Reports what is wrong in the folder, and unknown languages."""
    folder = bridge.templates
    faults = [] if folder is None else list(kinds.faults_of(folder))
    for fault in faults:
        report.add("bridge", ("templates",), Wrong(fault, "correct the file, or take it out of the folder"))
    known = sorted(kinds.languages(folder))
    for target in filter(None, targets.values()):
        if target.language not in known:
            wrong = Wrong(f"there are no texts in {shown(target.language)}", one_of(target.language, known))
            report.add(section_of("targets", target.name), ("language",), wrong)
    places = {"timezone": bridge.timezone, "templates": folder}
    return {name: target.model_copy(update=places) for name, target in targets.items() if target is not None}
