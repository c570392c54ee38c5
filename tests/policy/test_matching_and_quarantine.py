"""External ids of ours, and when an unknown may be sent again."""

from datetime import UTC, datetime, timedelta

import pytest

from worker import ids
from worker.policy import matching, priority, quarantine


def test_an_external_id_leads_back_to_its_request() -> None:
    request = ids.new_id()
    external = matching.external_id(request)

    assert matching.request_in(external) == request
    assert matching.request_in(f"{external}:candidate-9") == request
    assert len(external) <= 64


@pytest.mark.parametrize("external", [None, "", "spr:", "spr::x", "SPR:abc", "other:abc", "abc"])
def test_external_ids_of_others_name_no_request(external: str | None) -> None:
    assert matching.request_in(external) is None
    assert matching.waiting_name(external) is None


def test_a_result_waits_under_a_name_that_its_request_has() -> None:
    request, label = ids.new_id(), ids.new_label()

    for external in (request, f"{request}:candidate-9", label, label.lower()):
        assert matching.waiting_name(matching.PREFIX + external) in matching.names(request, label)


def test_a_quarantine_begins_with_the_end_of_the_lease() -> None:
    ends = datetime(2026, 11, 24, 9, 6, tzinfo=UTC)

    assert quarantine.ends_at(ends, timedelta(minutes=5)) == datetime(2026, 11, 24, 9, 11, tzinfo=UTC)


def test_what_a_person_waits_for_goes_first() -> None:
    assert priority.LIVE < priority.BATCH
