"""Where faults are collected while a file is read, so that all of them are told at once."""

from config.faults import Fault, Wrong
from config.values import Location
from config.wording import as_key, ended, on_one_line

_TABLES_BELOW = {  # they have sections of their own: [sources.careers.interview]
    "sources": ("interview", "mapping"),
    "rules": ("interview",),
    "organizations": ("retention",),
}


class Report:
    """The faults and warnings of one file. Nothing is told twice of a value that couldn't be fetched from where it stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.sections: list[str] = []  # in the order of the file, which is that of the faults
        self._faults: list[Fault] = []
        self._warnings: list[Fault] = []
        self._unreadable: list[tuple[str, Location]] = []

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What forbids a start."""
        return self._in_order(self._faults)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What `doctor` points out."""
        return self._in_order(self._warnings)

    def unreadable(self, section: str, location: Location, wrong: Wrong) -> None:
        """A value that stands elsewhere and can't be had: it has this fault and no other."""
        self.add(section, location, wrong)
        self._unreadable.append(_place(section, location))

    def add(self, section: str, location: Location, wrong: Wrong, expected: str = "") -> None:
        """A fault. `location` leads from the section to the value: key, number in a list, key in a table."""
        section, location = _place(section, location)
        if not any(section == s and location[: len(u)] == u for s, u in self._unreadable):
            self._faults.append(self._fault(section, location, wrong, expected))

    def warn(self, section: str, location: Location, wrong: Wrong) -> None:
        """The same for what is only pointed out."""
        self._warnings.append(self._fault(section, location, wrong, ""))

    def _fault(self, section: str, location: Location, wrong: Wrong, expected: str) -> Fault:
        section, location = _place(section, location)
        advice = wrong.remedy or (f"expected {expected}" if expected else "")
        problem = f"{wrong.found}; {advice}" if advice else wrong.found
        return Fault(self.file, section, _words(location), on_one_line(ended(problem)))

    def _in_order(self, faults: list[Fault]) -> tuple[Fault, ...]:
        order = {section: number for number, section in enumerate(self.sections)}

        def place(fault: Fault) -> tuple[int, str]:
            above = fault.section.rpartition(".")[0]
            return order.get(fault.section, order.get(above, -1)), fault.section

        return tuple(sorted(faults, key=place))


def _place(section: str, location: Location) -> tuple[str, Location]:
    if len(location) > 1 and location[0] in _TABLES_BELOW.get(section.partition(".")[0], ()):
        return f"{section}.{location[0]}", location[1:]
    return section, location


def _words(location: Location) -> str:
    """`secret`, `secret, item 2`, `limits.ai` and `questions, item 1, question`."""
    words = ""
    for step in location:
        if isinstance(step, int):
            words += f", item {step + 1}, "
        else:
            words += f".{as_key(step)}" if words and not words.endswith(" ") else as_key(step)
    return words.removesuffix(", ")
