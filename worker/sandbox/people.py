"""Invented candidates. Nobody here exists: the mail addresses are on example.org, the numbers in the range kept for fiction."""

from dataclasses import dataclass
from hashlib import sha256

NAMES = (
    "Ines Sample",
    "Tomas Placeholder",
    "Aiko Example",
    "Femi Specimen",
    "Greta Mockup",
    "Luis Invented",
    "Noor Fictional",
    "Pavel Testcase",
    "Zoe Dummy",
    "Omar Stand-In",
    "Mei Pretend",
    "Sanna Imaginary",
    "Kofi Made-Up",
    "Ruth Nobody",
    "Ivo Anyone",
    "Lena Someone",
)


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    number: int

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        return f"{self.first_name}.{self.last_name}@example.org".lower()

    @property
    def phone(self) -> str:
        return f"+120255501{self.number % 100:02d}"

    @property
    def id(self) -> str:
        """24 hexadecimal digits, as the vendor's candidates have."""
        return sha256(self.email.encode()).hexdigest()[:24]


def person(number: int) -> Person:
    """The same person for the same number; they return after the last."""
    first, last = NAMES[number % len(NAMES)].split(" ", 1)
    return Person(first, last, number % len(NAMES))
