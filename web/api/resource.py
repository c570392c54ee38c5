"""What all resources of the API have in common: where they lie, that they want a token, and how they say what is wrong."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from web import problems

PREFIX = "/api/v1"


class FaultDocument(BaseModel):
    """One thing that can't be accepted."""

    field: str
    problem: str
    expected: str | None


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="the address of a page that says what to do")
    title: str
    status: int
    detail: str | None = Field(default=None, description="what exactly is wrong")
    faults: list[FaultDocument] | None = Field(default=None, description="of a 422: every fault")


_PROBLEMS = (
    problems.MALFORMED,
    problems.NO_TOKEN,
    problems.NOT_FOUND,
    problems.CONFLICT,
    problems.TOO_LARGE,
    problems.WRONG_TYPE,
    problems.INVALID,
    problems.NOT_READY,
)


def resource(name: str, path: str) -> APIBlueprint:
    """An empty resource at `path` below the API's prefix, documented under `name`."""
    return APIBlueprint(
        name,
        __name__,
        url_prefix=f"{PREFIX}/{path}",
        abp_tags=[Tag(name=path)],
        abp_security=[{"token": []}],
        abp_responses={str(kind.status): _described(kind) for kind in _PROBLEMS},
    )


def success(status: int, what: str, *types: str) -> dict[str | int, Any]:
    """The answer of an operation that went well: an object, or a file of one of these media types."""
    files = {one: {"schema": {"type": "string", "format": "binary"}} for one in types}
    return {
        str(status): {"description": what, "content": files or {"application/json": {"schema": {"type": "object"}}}}
    }


def _described(kind: problems.Kind) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}
    return {"description": kind.title, "content": {problems.CONTENT_TYPE: {"schema": schema}}}
