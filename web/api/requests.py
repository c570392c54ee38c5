"""Requests: what is wanted of TalentSprout, and where it stands."""

from typing import Any, Literal

from flask import Response, jsonify
from pydantic import Field

from config.fields import OptionalText
from config.interview import InterviewOptions
from config.wording import one_of, shown
from web import problems
from web.api import paging
from web.api.paging import Paging
from web.api.reading import Lenient, Strict
from web.api.resource import resource, success
from web.context import context
from web.naming import is_id
from web.problems import Fault, Problem
from worker import filing
from worker import shown as objects
from worker.descriptions import checking, plain_text
from worker.domain.fields import is_blank
from worker.domain.request import GenerationRequest, Kind, State
from worker.filing import AlreadyFiled, Conflict, Filed, Submission
from worker.ledger import batches, listing, requests
from worker.ledger.connection import Tx
from worker.ledger.listing import Filters
from worker.policy import identity, reasons

RESOURCE = resource("requests", "requests")


class Options(InterviewOptions):
    """Optional fields of TalentSprout's `POST /interviews`; what is left out is TalentSprout's choice, or the template's."""

    title: OptionalText = Field(default=None, description="the title of the interview as candidates see it")


class NewRequest(Strict):
    """An interview that is wanted."""

    organization: str | None = Field(
        default=None, description="the name of an organization of the configuration; needed where there are several"
    )
    kind: Literal["generate", "create"] = Field(
        default="generate",
        description='"generate" has the questions written from the job description, "create" takes those of the options or of a '
        "template",
    )
    job_description: str | None = Field(
        default=None, description="the job description as plain text or HTML; needed for generate"
    )
    options: Options = Field(default=Options(), description="an object of options")
    dedup_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=identity.LONGEST_BROUGHT,
        description=f"an id of your own, 1 to {identity.LONGEST_BROUGHT} characters: the same id is the same request",
    )


class RequestPath(Lenient):
    """Which request."""

    request_id: str = Field(description="the id of a request")


class RequestQuery(Paging):
    """Which requests."""

    state: str | None = Field(default=None, description="a state")
    organization: str | None = Field(default=None, description="the name of an organization")
    source: str | None = Field(default=None, description="the name of a source")
    batch: str | None = Field(default=None, description="the id of a batch")


@RESOURCE.post(
    "",
    summary="Want an interview",
    responses=success(201, "The request, which is new.") | success(200, "The request that the same id had already."),
)
def file_request(body: NewRequest) -> Response:
    """201 for a new request, 200 for one that is there, 409 where its `dedup_id` stands for other content."""
    wanted = _submission(body)
    timing = context().bridge.timing

    def unit(tx: Tx) -> tuple[Filed | AlreadyFiled | Conflict, dict[str, Any]]:
        answer = filing.file(tx, wanted)
        return answer, objects.one_request(tx, answer.request, timing)

    answer, told = context().bridge.ledger.write(unit)
    if isinstance(answer, Conflict):
        raise _conflict(answer.request)
    if isinstance(answer, Filed):
        context().hinting.pump(wanted.organization)
    response = jsonify(told)
    response.status_code = 201 if isinstance(answer, Filed) else 200
    response.headers["Location"] = f"/api/v1/requests/{answer.request.id}"
    return response


@RESOURCE.get("", summary="List requests", responses=success(200, "A page of requests."))
def list_requests(query: RequestQuery) -> Response:
    """Newest first."""
    filters = Filters(query.state, query.organization, query.source, query.batch)
    paging.checked(filters, list(State), query.cursor)
    timing = context().bridge.timing

    def unit(tx: Tx) -> dict[str, Any]:
        _check_batch(tx, query.batch)
        page = listing.requests_page(tx, filters, query.limit, query.cursor)
        return paging.listed(page, lambda items: objects.request_list(tx, items, timing))

    return paging.answered(unit)


@RESOURCE.get("/<request_id>", summary="One request", responses=success(200, "The request and its evidence."))
def one_request(path: RequestPath) -> Response:
    """With its attempts, its interviews, and who decided what."""
    timing = context().bridge.timing

    def unit(tx: Tx) -> dict[str, Any] | None:
        found = requests.get(tx, path.request_id)
        if found is None:
            return None
        return {**objects.one_request(tx, found, timing), **objects.evidence(tx, found, timing)}

    return paging.one("request", path.request_id, unit)


def dumped(options: Options) -> dict[str, object]:
    """What was set, as JSON."""
    return options.model_dump(mode="json", exclude_unset=True, exclude_none=True)


def _submission(body: NewRequest) -> Submission:
    """What is filed. Raises Problem for everything that could have been seen beforehand."""
    kind = Kind(body.kind)
    text = plain_text.readable(body.job_description or "")
    faults = [*_of_organization(body.organization), *_of_text(body, kind, text), *_of_kind(body.options, kind)]
    faults += [*_of_id(body.dedup_id), *_of_title(body.options.title)]
    if faults:
        raise problems.invalid(faults)
    return Submission(
        organization=body.organization or next(iter(context().bridge.settings.organizations)),
        text=text,
        title=body.options.title or "",
        kind=kind,
        options=dumped(body.options),
        identity=None if body.dedup_id is None else identity.brought(body.dedup_id),
    )


def _of_organization(name: str | None) -> list[Fault]:
    known = list(context().bridge.settings.organizations)
    if name is None:
        wanted = "there are several organizations and none is named"
        return [] if len(known) == 1 else [Fault("organization", wanted, one_of("", known).removeprefix("expected "))]
    if name in known:
        return []
    return [Fault("organization", f"{shown(name)} is not configured", one_of(name, known).removeprefix("expected "))]


def _of_text(body: NewRequest, kind: Kind, text: str) -> list[Fault]:
    if kind is Kind.GENERATE and body.job_description is None:
        return [Fault("job_description", "is missing", f"text of at least {checking.SHORTEST} characters")]
    because = filing.fault_of(kind, text)
    if because is None:
        return []
    return [Fault("job_description", reasons.resting(because).rstrip("."), f"{checking.SHORTEST} characters or more")]


def _of_id(dedup_id: str | None) -> list[Fault]:
    fault = None if dedup_id is None else identity.fault_of_brought(dedup_id)
    return [] if fault is None else [Fault("dedup_id", fault, "")]


def _of_title(title: str | None) -> list[Fault]:
    if title is None or not is_blank(title):
        return []
    return [Fault("options.title", "holds nothing that can be seen", "the title as candidates see it")]


def _of_kind(options: Options, kind: Kind) -> list[Fault]:
    """TalentSprout needs a title, and questions or a template, where it does not write them (API reference, "Create")."""
    if kind is Kind.GENERATE:
        return []
    faults = []
    if options.title is None:
        faults.append(Fault("options.title", "is missing", 'text; kind "create" needs it'))
    if options.questions is None and options.template_id is None:
        faults.append(
            Fault("options.questions", "is missing", 'questions or template_id; kind "create" needs one of them')
        )
    return faults


def _check_batch(tx: Tx, batch: str | None) -> None:
    if batch is not None and not (is_id(batch) and batches.exists(tx, batch)):
        raise problems.invalid([Fault("batch", f"{shown(batch)} is not known", "the id of a batch")])


def _conflict(found: GenerationRequest) -> Problem:
    detail = (
        f'{found.label} ("{found.title}", {found.state}) is filed under this id with another description or other options. '
        "Nothing has changed. Bring another dedup_id, or retry that request with changes."
    )
    return Problem(problems.CONFLICT, detail, more={"request_id": found.id})
