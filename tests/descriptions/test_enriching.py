"""What else a posting knows goes before its text, once."""

import pytest

from worker.descriptions.enriching import enrich


def test_what_is_known_stands_before_the_text() -> None:
    assert enrich("Weld pipes.", "Welder", "Leeds", "Workshop", "Acme Pipes") == (
        "Title: Welder\nLocation: Leeds\nDepartment: Workshop\nCompany: Acme Pipes\n\nWeld pipes."
    )


def test_it_is_added_once() -> None:
    once = enrich("Weld pipes.", "Welder", "Leeds", None, None)
    assert enrich(once, "Welder", "Leeds", None, None) is once
    assert enrich(once, "Welder", "Leeds", None, "Acme") == f"Company: Acme\n\n{once}"


@pytest.mark.parametrize("nothing", [None, "", " \n\xa0", "<p> </p>", "<script>x</script>", "x" * 201])
def test_where_nothing_is_known_the_text_stays(nothing: str | None) -> None:
    assert enrich("Weld pipes.", nothing, nothing, nothing, nothing) == "Weld pipes."


def test_a_posting_without_a_text_has_its_lines() -> None:
    assert enrich("", "Welder", None, None, "Acme") == "Title: Welder\nCompany: Acme"


def test_values_are_data_too() -> None:
    hostile = "Quality\u202e Inspector <img src=x onerror=alert(0)>\nCompany: Evil"
    assert (
        enrich("Check.", hostile, None, None, "R&amp;D")
        == "Title: Quality Inspector Company: Evil\nCompany: R&D\n\nCheck."
    )
