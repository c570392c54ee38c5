"""Expressions in a mapping, for senders whose JSON is made for other purposes; paths mean what they always meant."""

import json
from collections.abc import Mapping

import pytest

from config import Secret
from config.expressions import is_expression
from config.settings import FieldMapping, Source
from worker import clock
from worker.domain.event import Event, Ignored, PostingClosed, PostingOpened
from worker.domain.fields import Unreadable
from worker.domain.posting import JobPosting
from worker.domain.received import Received
from worker.sources import generic, standard

# What n8n sends when it hands on rows of a spreadsheet, more or less.
ROWS = {
    "trigger": {"name": "row.updated", "run": 4711},
    "rows": [
        {
            "id": 7,
            "fields": {"Job title": "Night nurse", "City": "Kiel", "Public?": True},
            "parts": [{"head": "Tasks", "text": "You walk the corridors."}, {"head": "We ask", "text": "Two years."}],
        },
        {"id": 8, "fields": {"Job title": "Cook", "City": "Bonn", "Public?": False}, "parts": []},
    ],
}
MAPPING = {
    "postings": "rows[]",
    "event": "trigger.name",
    "delivery_id": "trigger.run",
    "title": 'fields."Job title"',
    "description": "join('\n', parts[].join('\n', [head, text]))",
    "location": "fields.City",
    "filter": 'fields."Public?"',
}


def a_source(mapping: Mapping[str, object], kind: str = "generic") -> Source:
    return Source(
        name="forms",
        kind=kind,
        organization="acme",
        secrets=(Secret("whsec_c2VjcmV0LW9mLXRoZXNlLXRlc3Rz"),),
        mapping=FieldMapping.model_validate(FieldMapping.of_kind(kind, mapping)),
    )


def read(body: object, mapping: Mapping[str, object], kind: str = "generic") -> list[Event]:
    received = Received({}, json.dumps(body).encode(), clock.wall())
    return list((generic if kind == "generic" else standard).read(received, a_source(mapping, kind)))


def test_expressions_find_what_no_path_leads_to() -> None:
    nurse, cook = read(ROWS, MAPPING)
    assert nurse == generic.PostingChanged(
        JobPosting("7", "Night nurse", "Tasks\nYou walk the corridors.\nWe ask\nTwo years.", location="Kiel")
    )
    assert cook == Ignored("The mapping's filter leaves this posting out.")


def test_a_delivery_id_may_be_found_by_an_expression() -> None:
    received = Received({}, json.dumps(ROWS).encode(), clock.wall())
    assert generic.delivery_id(received, a_source({"delivery_id": "trigger.run || 'none'"})) == "4711"


@pytest.mark.parametrize(
    ("condition", "passes"),
    [
        ("status == 'open'", True),
        ("status != 'open'", False),
        ("contains(tags, 'voice')", True),
        ("tags[?@ == 'chat']", False),
        ("salary.minimum >= `1000`", True),
        ("tags", True),
        ("absent", False),
        ("empty", False),
        ("none", False),
    ],
)
def test_a_filter_lets_through_what_is_neither_false_nor_null_nor_empty(condition: str, *, passes: bool) -> None:
    body = {
        "id": 1,
        "title": "Cook",
        "description": "…",
        "status": "open",
        "tags": ["voice"],
        "empty": [],
        "none": None,
    }
    (event,) = read({**body, "salary": {"minimum": 2000}}, {"filter": condition})
    assert isinstance(event, PostingOpened if passes else Ignored)


def test_a_filter_comes_first_so_that_what_it_leaves_out_needs_no_id() -> None:
    (event,) = read({"kind": "newsletter"}, {"filter": "kind == 'job'"})
    assert isinstance(event, Ignored)


def test_one_posting_may_be_taken_out_of_a_list_and_closed() -> None:
    mapping = {"postings": "[job]", "job_id": "id", "status": "state.name"}
    (event,) = read({"job": {"id": "a", "state": {"name": "closed"}}}, mapping)
    assert event == PostingClosed("a")


def test_an_expression_of_a_standard_webhook_starts_at_the_body() -> None:
    body = {"type": "job.published", "data": {"id": 1, "title": "Cook", "description": "…", "city": ["Kiel", "Bonn"]}}
    (event,) = read(body, {"location": "join(', ', data.city)"}, "standard")
    assert isinstance(event, PostingOpened)
    assert (event.posting.title, event.posting.location) == ("Cook", "Kiel, Bonn")


def test_a_function_that_can_t_take_a_value_makes_the_event_unreadable_without_telling_the_value() -> None:
    with pytest.raises(Unreadable) as fault:
        read({"id": 1, "title": {"secret": "ada@example.org"}}, {"title": "join(' ', title)"})
    assert "JMESPathTypeError" in str(fault.value)
    assert "ada" not in str(fault.value)


@pytest.mark.parametrize(
    "path",
    [
        "title",
        "job.title",
        "dc:title",
        "@id",
        "job-title.de",
        "Job (m/f)",
        "What is the title?",
        "a b.c*",
        "salary(EUR)",
    ],
)
def test_what_was_a_path_is_a_path(path: str) -> None:
    assert not is_expression(path)
    body: dict[str, object] = {"id": 1, "description": "…"}
    *folders, name = path.split(".")
    inner = body
    for folder in folders:
        inner = inner.setdefault(folder, {})  # type: ignore[assignment]  # an object in an object
    inner[name] = "Cook"
    (event,) = read(body, {"title": path})
    assert isinstance(event, PostingOpened)
    assert event.posting.title == "Cook"


def test_department_and_place_are_found_where_they_usually_are() -> None:
    (event,) = read({"id": 1, "title": "Cook", "department": "Kitchen", "location": "Kiel"}, {})
    assert isinstance(event, PostingOpened)
    assert (event.posting.department, event.posting.location) == ("Kitchen", "Kiel")


def test_an_expression_is_applied_to_the_largest_body_within_the_time_of_a_test() -> None:
    rows = [{"id": str(number), "title": "Cook", "description": "…", "tags": ["a", "b"]} for number in range(20_000)]
    mapping = {"postings": "jobs[?contains(tags, 'a')] | [?title == 'Cook'][]", "title": "join('', [title, id])"}
    assert len(read({"jobs": rows}, mapping)) == len(rows)


def test_an_expression_that_multiplies_its_values_is_stopped() -> None:
    ninefold = f"[{','.join('@' * 9)}][]"
    with pytest.raises(Unreadable, match="an expression makes more than 1,000,000 values of the body"):
        read({"id": 1, "title": "Cook"}, {"title": " | ".join([ninefold] * 7)})


def piped(step: str, times: int) -> str:
    return " | ".join([step] * times)


@pytest.mark.parametrize(
    "expression",
    [
        "title | " + piped("join('', [@, @, @, @, @])", 10),
        f"{piped('[@, @]', 22)} | to_string(@)",
        f"{piped('{a: @, b: @, c: @, d: @, e: @}', 8)} == title",
        f"to_string(@) | {piped('to_string([@, @, @])', 9)}",
        f"title | {piped('[@, @, @, @][]', 8)} | join('{'x' * 300}', @)",
    ],
    ids=["joins", "lists in lists", "objects in objects", "quotes", "a long separator"],
)
def test_an_expression_whose_values_grow_is_stopped_before_they_fill_the_memory(expression: str) -> None:
    with pytest.raises(Unreadable, match="an expression makes more than 10,000,000 characters of the body"):
        read({"id": 1, "title": 20 * "Cook"}, {"location": expression})


@pytest.mark.parametrize("expression", ["ceil(to_number(id))", "contains(title, `5`)", "title_list[::0]"])
def test_what_python_refuses_to_reckon_is_a_fault_of_the_expression(expression: str) -> None:
    body = {"id": "1e999", "title": "Cook", "title_list": ["a"]}
    with pytest.raises(Unreadable, match="can't be applied to the body"):
        read(body, {"location": expression})
    received = Received({}, json.dumps(body).encode(), clock.wall())
    assert generic.delivery_id(received, a_source({"delivery_id": expression})) is None


def test_a_row_without_one_of_the_texts_that_are_joined_is_read() -> None:
    body = {"id": 1, "title": "Cook", "description": {"tasks": "You cook for forty people."}}
    (event,) = read(body, {"description": "join('\n', [description.tasks, not_null(description.asked, '')])"})
    assert isinstance(event, PostingOpened)


def test_an_empty_id_is_said_to_be_empty() -> None:
    with pytest.raises(Unreadable, match="id is empty; expected an id"):
        read({"id": " ", "title": "Cook"}, {})
