"""The options of an interview that a source may set: every optional field of TalentSprout's `POST /interviews`.

Types, choices and ranges are theirs (API reference, "Create an interview"); where they state none, the type is all that
is checked. The job's title and description come from the posting, so they can't be set here.
"""

import re
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import BeforeValidator, Field

from config import scalars
from config.addresses import open_url
from config.faults import Wrong
from config.fields import OptionalText, Text, optional, several, text
from config.section import Section
from config.wording import quoted, shown

Voice = Literal["alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "verse"]
_ISO_639_1 = re.compile(r"[a-z]{2}")


def _language(value: object) -> str:
    if not isinstance(value, str) or not _ISO_639_1.fullmatch(value):
        raise Wrong(f"{shown(value)} is not a language code")
    return str(value)


def _positive(value: object) -> int | float:
    found = scalars.number(value)
    if not 0 < found < float("inf"):
        raise Wrong(f"{shown(value)} is out of range")
    return found


def _count(value: object) -> int:
    found = scalars.whole(value)
    if found < 1:
        raise Wrong(f"{shown(value)} is out of range")
    return found


def _score(value: object) -> int | float:
    found = scalars.number(value)
    if not 0 <= found <= 100:
        raise Wrong(f"{shown(value)} is out of range")
    return found


def _template(value: object) -> str:
    try:
        return str(UUID(text(value)))
    except ValueError:
        raise Wrong(f"{shown(value)} is not a UUID") from None


Template = Annotated[str | None, BeforeValidator(optional(_template))]


class Question(Section):
    """One question, in place of those that TalentSprout writes."""

    question: Text = Field(description="the text of the question")
    evaluation_criteria: OptionalText = Field(
        default=None, description="text that tells the evaluator what a good answer has"
    )


class InterviewOptions(Section):
    """`[sources.NAME.interview]`. What is left out is TalentSprout's choice, or the template's."""

    voice: Voice | None = Field(default=None, description=quoted(get_args(Voice)))
    languages: Annotated[
        tuple[Annotated[str, BeforeValidator(_language)], ...] | None, BeforeValidator(optional(several))
    ] = Field(default=None, description='ISO 639-1 codes such as ["en", "fr"], the main one first')
    duration: Annotated[int | float | None, BeforeValidator(optional(_positive))] = Field(
        default=None, description="a number of minutes above 0"
    )
    require_video: Annotated[bool | None, BeforeValidator(optional(scalars.yes_or_no))] = Field(
        default=None, description="true or false"
    )
    max_attempts: Annotated[int | None, BeforeValidator(optional(_count))] = Field(
        default=None, description="a whole number from 1"
    )
    passing_score: Annotated[int | float | None, BeforeValidator(optional(_score))] = Field(
        default=None, description="a number from 0 to 100"
    )
    access_type: Literal["public", "invite-only"] | None = Field(default=None, description='"public" or "invite-only"')
    redirect_url: Annotated[str | None, BeforeValidator(optional(open_url))] = Field(
        default=None, description="the http or https address at which candidates land afterwards"
    )
    ai_personality: OptionalText = Field(
        default=None, description='text such as "professional", "friendly" or "casual"'
    )
    company_name: OptionalText = Field(default=None, description="the company's name as candidates see it")
    client_name: OptionalText = Field(default=None, description="a label that your team sees and candidates don't")
    template_id: Template = Field(default=None, description="the UUID of a template that is saved in TalentSprout")
    questions: Annotated[tuple[Question, ...] | None, BeforeValidator(optional(several))] = Field(
        default=None,
        max_length=50,
        description="a list of 1 to 50 tables, each with question and, if wanted, evaluation_criteria",
    )
