"""`[[rules]]`: what is particular about some postings, so that one source can lead to different interviews.

The first rule that fits a posting decides, and no other is asked; `worker.policy.rules` says when one fits.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from config.faults import Wrong
from config.fields import OptionalText, Switch, Text, one_or_several, text
from config.interview import Template
from config.section import Section
from config.wording import shown

MATCHED = ("title", "department", "location", "language", "client", "source", "organization")
EFFECTS = ("interview", "template_id", "to_organization", "skip", "approve")


def _patterns(value: object) -> tuple[str, ...] | None:
    """One text or several, of which any may fit."""
    if value is None:
        return None
    found = [text(one) for one in one_or_several(value)]
    for one in found:
        if found.count(one) > 1:
            raise Wrong(f"{shown(one)} stands in the list twice", "leave one out")
    return tuple(found)


Patterns = Annotated[tuple[str, ...] | None, BeforeValidator(_patterns)]
_ANY = "a text such as {}, or a list of them; * stands for anything"


class Rule(Section):
    """One rule. A key that it does not have asks nothing of a posting; all that it has must fit."""

    name: Text = Field(description="a name of your own, which requests and events show")
    title: Patterns = Field(default=None, description=_ANY.format('"*nurse*"'))
    department: Patterns = Field(default=None, description=_ANY.format('"Engineering"'))
    location: Patterns = Field(default=None, description=_ANY.format('"*Berlin*"'))
    language: Patterns = Field(default=None, description=_ANY.format('"de*"'))
    client: Patterns = Field(default=None, description=_ANY.format('"Harbour House*"'))
    source: Patterns = Field(default=None, description=_ANY.format('"careers"'))
    organization: Patterns = Field(default=None, description=_ANY.format('"acme"'))
    # Laid over the options of the source, one by one.
    interview: Mapping[str, object] = Field(default={}, description="a table of options")
    # The same as template_id among the options, for rules that need nothing else.
    template_id: Template = Field(default=None, description="the UUID of a template that is saved in TalentSprout")
    to_organization: OptionalText = Field(default=None, description="the NAME of an [organizations.NAME]")
    skip: OptionalText = Field(default=None, description="a text that says why such postings get no interview")
    # Held until a person says that the interview is wanted.
    approve: Switch = Field(default=False, description="true or false")

    def options(self) -> dict[str, object]:
        """The options that this rule sets."""
        template = {} if self.template_id is None else {"template_id": self.template_id}
        return {**self.interview, **template}
