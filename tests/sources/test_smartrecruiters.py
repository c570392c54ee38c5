"""What SmartRecruiters' worked deliveries leave open: its published vector, ids in odd places, and when hands are shaken."""

from datetime import UTC, datetime

import pytest

from tests.sources.deliveries import NOW, received, source
from worker import sources
from worker.domain.asking import Asking
from worker.domain.event import Event, PostingAnnounced, PostingClosed
from worker.domain.fields import Unreadable
from worker.domain.received import Handshake
from worker.sources import Fetches, smartrecruiters

KIND = sources.named("smartrecruiters")
LINK = '<https://api.smartrecruiters.com/jobs/j-7/jobads/a-1>; rel="self"'


def read(body: bytes, **headers: str) -> list[Event]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return list(KIND.read(received(body, names), source("smartrecruiters", "s")))


def test_the_published_vector_verifies() -> None:
    headers = {
        "smartrecruiters-timestamp": "1574080897",
        "smartrecruiters-signature": "v1=2e9291f10d44ca10204a4cd81b05d73b6a316b2b605d4e2e0e0b37b40198ce1f",
        "event-id": "123",
        "event-name": "application.created",
        "event-version": "v201910",
        "link": "<http://smartrecruiters.com/endpoint>; rel=self",
    }
    delivery = received(b'{"job_id":"jid","candidate_id":"cid"}', headers)
    moment = datetime.fromtimestamp(1574080897, UTC)
    assert KIND.is_authentic(delivery, source("smartrecruiters", "HeBVky2bccvvkcXPimH8c"), moment)


def test_of_an_ad_the_link_leads_to_the_job_and_its_own_id_does_not() -> None:
    assert read(b'{"id": "a-1"}', event_name="job.ad.updated", link=LINK) == [PostingAnnounced("j-7")]
    assert read(b'{"id": "j-8"}', event_name="job.updated", link=LINK) == [PostingAnnounced("j-8")]
    with pytest.raises(Unreadable, match="Link"):
        read(b'{"id": "a-1"}', event_name="job.ad.updated")


def test_two_events_of_one_job_are_two_deliveries_although_their_bytes_are_the_same() -> None:
    first, second = (
        received(b'{"job_id":"7"}', {"smartrecruiters-timestamp": time, "event-name": "job.updated"}) for time in "12"
    )
    configured = source("smartrecruiters", "s")
    assert KIND.SIGNS_TIME
    assert KIND.delivery_id(first, configured) != KIND.delivery_id(second, configured)


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_a_handshake_is_answered_with_its_own_header(body: bytes) -> None:
    shaken = smartrecruiters.handshake(received(body, {"X-Hook-Secret": "hs-1"}))
    assert shaken == Handshake(200, {"X-Hook-Secret": "hs-1"})


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", {}),
        (b" {}", {"X-Hook-Secret": "hs-1"}),
        (b"{}", {"X-Hook-Secret": ""}),
        (b"{}", {"X-Hook-Secret": "a\r\nSet-Cookie: b"}),
        (b"{}", {"X-Hook-Secret": "x" * 256}),
        (b'{"job_id":"7"}', {"X-Hook-Secret": "hs-1"}),
        (b"{}", {"X-Hook-Secret": "hs-1", "event-name": "job.created"}),
    ],
)
def test_nothing_else_is_a_handshake(body: bytes, headers: dict[str, str]) -> None:
    assert smartrecruiters.handshake(received(body, headers)) is None


@pytest.mark.parametrize(
    ("state", "posting_status", "closes"),
    [
        ("SOURCING", "NOT_PUBLISHED", True),
        ("SOURCING", "INTERNAL", True),
        ("FILLED", "PUBLIC", True),
        ("NEW", "PUBLIC", None),
    ],
)
def test_a_job_that_is_not_public_closes_and_a_status_nobody_knows_does_not(
    state: str, posting_status: str, closes: bool | None
) -> None:
    assert isinstance(KIND, Fetches)
    body = f'{{"id": "7", "status": "{state}", "postingStatus": "{posting_status}"}}'.encode()
    answer = KIND.fetched(200, body, PostingAnnounced("7", changed_at=NOW), source("smartrecruiters", "s"))
    if closes:
        assert list(answer) == [PostingClosed("7", None, NOW)]
    else:
        with pytest.raises(Unreadable, match="status"):
            list(answer)


@pytest.mark.parametrize(
    ("total", "following"), [(b', "totalFound": 3', "2"), (b', "totalFound": 2', None), (b"", "2")]
)
def test_a_list_that_does_not_count_itself_ends_with_an_empty_page(total: bytes, following: str | None) -> None:
    jobs = b'{"content": [{"id": "1"}, {"id": "2"}]%b}' % total
    assert smartrecruiters.listed(200, jobs, Asking(), source("smartrecruiters", "s")).next == following
    assert (
        smartrecruiters.listed(200, b'{"content": []}', Asking(next="2"), source("smartrecruiters", "s")).next is None
    )
