"""What programs send, read strictly: JSON as everybody understands it, fields that are known, values of the right type."""

from collections.abc import Iterator
from typing import Any, NoReturn

from flask.wrappers import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from web import problems
from web.api import faults
from web.problems import Problem
from web.receiver import is_json
from worker.domain import fields

LARGEST_BODY = 1024 * 1024  # bytes


class Strict(BaseModel):
    """A body: unknown fields are refused, and 1 is not true."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Lenient(BaseModel):
    """A query or a path, where everything is text. Unknown parameters are refused: one that is ignored shows too much."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StrictRequest(Request):
    """Flask's request, with the JSON reader that deliveries are read by."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002  # Flask's signature
        """The object that was sent; an empty one where nothing was. Raises Problem, also where `silent` is asked for."""
        body = self.get_data(cache=True)
        content_type = self.headers.get("Content-Type", "")
        if not body and not content_type:
            return {}
        if not is_json(content_type) or self.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Problem(problems.WRONG_TYPE)
        if len(body) > LARGEST_BODY:
            raise Problem(problems.TOO_LARGE)
        try:
            values = fields.parse(body).values
        except fields.Unreadable as fault:
            raise Problem(problems.MALFORMED, f"{str(fault)[0].upper()}{str(fault)[1:]}.") from None
        return fields.Fields({"body": values}, "").tree("body")


def refuse(fault: ValidationError) -> NoReturn:
    """Ends the request with everything that can't be accepted."""
    models = {model.__name__: model for base in (Strict, Lenient) for model in _kinds_of(base)}
    raise problems.invalid(faults.of(fault, models[fault.title])) from None


def _kinds_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for kind in model.__subclasses__():
        yield kind
        yield from _kinds_of(kind)
