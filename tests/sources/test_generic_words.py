"""How the generic reader understands what each system writes in its own words, and where it looks for it."""

import json

import pytest

from tests.sources.deliveries import received, source
from worker import sources
from worker.domain.event import Event, Ignored, Ping, PostingChanged, PostingClosed, PostingOpened
from worker.domain.posting import JobPosting


def read(body: object, kind: str = "generic", **mapping: str) -> list[Event]:
    more = {"mapping": mapping} if mapping else {}
    return list(sources.named(kind).read(received(json.dumps(body).encode()), source(kind, "example", **more)))


@pytest.mark.parametrize(
    ("event", "status", "expected"),
    [
        (None, None, PostingOpened),
        ("", "", PostingOpened),
        ("published", None, PostingOpened),
        ("job.published", None, PostingOpened),
        ("job_post_created", None, PostingOpened),
        ("jobPostingPublish", None, PostingOpened),
        ("Job Opened", None, PostingOpened),
        ("new_job", None, PostingOpened),
        ("job.published.v2", "live", PostingOpened),
        ("updated", None, PostingChanged),
        ("job.changed", "open", PostingChanged),
        ("jobStatusUpdated", "published", PostingChanged),
        ("unpublished", None, PostingClosed),
        ("job.closed", "open", PostingClosed),
        ("jobPostingUnpublish", None, PostingClosed),
        ("JOB_DELETED", None, PostingClosed),
        ("posting-archived", "draft", PostingClosed),
        ("updated", "closed", PostingClosed),
        ("created", "Closed", PostingClosed),
        (None, "archived", PostingClosed),
        (None, "Not published", PostingClosed),
        (None, "on-hold", PostingClosed),
        (None, "filled", PostingClosed),
        (None, False, PostingClosed),
        (None, 0, PostingClosed),
        (None, "0", PostingClosed),
        (None, True, PostingOpened),
        (None, 1, PostingOpened),
        (None, "Open", PostingOpened),
        (None, "veröffentlicht", PostingOpened),
        (None, "draft", Ignored),
        ("published", "Pending approval", Ignored),
        ("candidate.created", None, Ignored),
        ("applicationUpdated", "closed", Ignored),
        ("job.application.created", None, Ignored),
        ("moon_landed", None, Ignored),
        ("veröffentlicht", None, Ignored),
        ("ping", None, Ping),
        ("webhook.test", None, Ping),
    ],
)
def test_event_and_status_mean_what_people_mean_by_them(
    event: str | None, status: object, expected: type[Event]
) -> None:
    (read_event,) = read({"id": 1, "title": "T", "event": event, "status": status})
    assert type(read_event) is expected


def test_a_posting_is_taken_as_it_is_written() -> None:
    body = {
        "id": 12345678901234567890123,
        "title": " Head\tChef\u202e ",
        "description": "<p>Cook</p>\n",
        "language": "de",
    }
    body |= {"company": "Harbour House", "url": "https://jobs.example.org/1"}
    expected = JobPosting(
        job_id="12345678901234567890123",
        title="Head Chef",
        description="<p>Cook</p>\n",
        language="de",
        company="Harbour House",
        url="https://jobs.example.org/1",
    )
    assert read(body) == [PostingOpened(expected)]


def test_what_a_posting_lacks_is_nothing_to_stumble_over() -> None:
    assert read({"id": "a", "title": None, "url": None}) == [PostingOpened(JobPosting("a", title="", description=""))]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "jobs.example.org", "https://a b", "ftp://example.org", "", "https://"]
)
def test_an_address_that_is_none_of_the_web_is_left_out(url: str) -> None:
    (event,) = read({"id": 1, "url": url})
    assert isinstance(event, PostingOpened)
    assert event.posting.url is None


def test_paths_lead_into_nested_objects() -> None:
    mapping = {"event": "meta.what", "job_id": "job.key", "title": "job.text.title", "status": "job.state"}
    body = {"meta": {"what": "updated"}, "job": {"key": 5, "text": {"title": "Nurse"}, "state": None}}
    assert read(body, **mapping) == [PostingChanged(JobPosting("5", title="Nurse", description=""))]


def test_postings_of_a_list_come_in_order_under_the_event_of_the_whole() -> None:
    body = {"event": "updated", "jobs": [{"id": 1, "event": "closed"}, {"id": 2, "status": "closed"}, {"id": 3}]}
    first, second, third = read(body)
    assert isinstance(first, PostingChanged)
    assert second == PostingClosed("2")
    assert isinstance(third, PostingChanged)


def test_a_list_may_be_empty() -> None:
    (event,) = read({"jobs": []})
    assert isinstance(event, Ignored)


def test_no_list_at_all_means_that_the_body_is_the_posting() -> None:
    for body in ({"id": 1}, {"id": 1, "jobs": None}):
        assert read(body) == [PostingOpened(JobPosting("1", title="", description=""))]


def test_in_a_list_beside_the_data_paths_start_at_the_item() -> None:
    body = {"type": "job.published", "data": {"jobs": [{"id": 1, "type": "full time"}, {"id": 2, "status": "closed"}]}}
    first, second = read(body, kind="standard")
    assert first == PostingOpened(JobPosting("1", title="", description=""))
    assert second == PostingClosed("2")


def test_a_standard_body_says_when_it_happened() -> None:
    closed, other = (
        read({"type": "job.closed", "timestamp": timestamp, "data": {"id": 1}}, kind="standard")[0]
        for timestamp in ("2026-11-20T10:14:58+01:00", "yesterday")
    )
    assert isinstance(closed, PostingClosed)
    assert isinstance(other, PostingClosed)
    assert closed.changed_at is not None
    assert closed.changed_at.isoformat() == "2026-11-20T09:14:58+00:00"
    assert other.changed_at is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"delivery_id": "z-1"}, "z-1"),
        ({"delivery_id": 17}, "17"),
        ({"delivery_id": None}, None),
        ({"delivery_id": ""}, None),
        ({"delivery_id": ["z"]}, None),
        ({"delivery_id": "x" * 256}, None),
        ({}, None),
        ([], None),
    ],
)
def test_the_id_of_a_delivery_is_found_by_the_mapping_or_derived_from_the_bytes(
    body: object, expected: str | None
) -> None:
    kind, delivery = sources.named("generic"), received(json.dumps(body).encode())
    assert kind.delivery_id(delivery, source("generic", "example")) == expected
