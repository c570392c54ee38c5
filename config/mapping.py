"""Where a source that is read by a mapping has its facts."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from config import fields
from config.section import Section


class FieldMapping(Section):
    """`[sources.NAME.mapping]`: where "generic" and "standard" look in a body: keys joined by dots, or JMESPath expressions."""

    postings: fields.Place = Field(default="jobs", description='a path such as "data.jobs" to a list of postings')
    event: fields.Place = Field(default="event", description='a path such as "meta.event"')
    delivery_id: fields.Place = Field(default="delivery_id", description='a path such as "meta.id"')
    job_id: fields.Place = Field(default="id", description='a path such as "job.id"')
    title: fields.Place = Field(default="title", description='a path such as "job.title"')
    description: fields.Place = Field(default="description", description='a path such as "job.text"')
    status: fields.Place = Field(default="status", description='a path such as "job.status"')
    language: fields.Place = Field(default="language", description='a path such as "job.language"')
    company: fields.Place = Field(default="company", description='a path such as "job.company"')
    url: fields.Place = Field(default="url", description='a path such as "job.url"')
    department: fields.Place = Field(default="department", description='a path such as "job.department"')
    location: fields.Place = Field(default="location", description='a path such as "job.city"')
    # What must be there and true of a posting, or it is ignored.
    filter: fields.OptionalPlace = Field(default=None, description="an expression such as \"status == 'open'\"")

    @classmethod
    def of_kind(cls, kind: object, written: Mapping[str, object] | None = None) -> dict[str, object]:
        """The defaults of a kind, with what the file says put over them; "standard" has the event's name beside its `data`."""
        named = {key: field.default for key, field in cls.model_fields.items() if field.default is not None}
        data = {key: f"data.{default}" for key, default in named.items()} | {"event": "type"}
        return {**(data if kind == "standard" else {}), **(written or {})}


def default_mapping(data: dict[str, Any]) -> FieldMapping:
    """Of a source, by its kind."""
    return FieldMapping.model_validate(FieldMapping.of_kind(data["kind"]))
