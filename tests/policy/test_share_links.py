"""Share links that people paste."""

import pytest

from worker.policy import share_links
from worker.policy.share_links import NotAShareLink

VENDOR = "https://www.talentsprout.ai/api/v1"
OWN = "https://sprout.example.com:8443/api/v1"
LOCAL = "http://127.0.0.1:8090/api/v1"
ID = "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"


@pytest.mark.parametrize(
    ("link", "base_url", "identity", "kept"),
    [
        (f"https://www.talentsprout.ai/interview/{ID}", VENDOR, ID, None),
        (f"  https://www.talentsprout.ai/interview/{ID}/  ", VENDOR, ID, None),
        (f"https://www.talentsprout.ai/interview/{ID}?external_user_id=1&x=2#top", VENDOR, ID, None),
        (f"https://WWW.TalentSprout.AI/interview/{ID}", VENDOR, ID, f"https://WWW.TalentSprout.AI/interview/{ID}"),
        (
            "https://www.talentsprout.ai/interview/c8d41f07",
            VENDOR,
            "c8d41f07",
            "https://www.talentsprout.ai/interview/c8d41f07",
        ),
        (f"https://www.talentsprout.ai/interview/{ID}", OWN, ID, None),
        (f"https://sprout.example.com:8443/interview/{ID}", OWN, ID, f"https://sprout.example.com:8443/interview/{ID}"),
        (f"http://127.0.0.1:8090/interview/{ID}", LOCAL, ID, f"http://127.0.0.1:8090/interview/{ID}"),
        (f"http://[::1]:80/interview/{ID}", "http://[::1]:80/api/v1", ID, f"http://[::1]:80/interview/{ID}"),
    ],
)
def test_a_link_names_its_interview(link: str, base_url: str, identity: str, kept: str | None) -> None:
    usual = f"https://www.talentsprout.ai/interview/{ID}"

    assert share_links.read(link, base_url) == (identity, kept or usual)


@pytest.mark.parametrize(
    ("link", "base_url"),
    [
        ("", VENDOR),
        ("no link", VENDOR),
        (ID, VENDOR),
        (f"http://www.talentsprout.ai/interview/{ID}", VENDOR),
        (f"https://talentsprout.ai/interview/{ID}", VENDOR),
        (f"https://www.talentsprout.ai.example.com/interview/{ID}", VENDOR),
        (f"https://example.com/interview/{ID}", VENDOR),
        (f"https://www.talentsprout.ai@example.com/interview/{ID}", VENDOR),
        (f"https://user:secret@www.talentsprout.ai/interview/{ID}", VENDOR),
        (f"https://www.talentsprout.ai:8443/interview/{ID}", VENDOR),
        (f"https://sprout.example.com/interview/{ID}", OWN),
        (f"http://sprout.example.com:8443/interview/{ID}", OWN),
        (f"http://127.0.0.1:9999/interview/{ID}", LOCAL),
        (f"http://127.0.0.1:8090/interview/{ID}", VENDOR),
        (f"https://www.talentsprout.ai/dashboard/{ID}", VENDOR),
        (f"https://www.talentsprout.ai/interview/{ID}/edit", VENDOR),
        ("https://www.talentsprout.ai/interview/", VENDOR),
        ("https://www.talentsprout.ai/interview/abc", VENDOR),
        ("https://www.talentsprout.ai/interview/" + "a" * 65, VENDOR),
        ("https://www.talentsprout.ai/interview/a%2fb-c", VENDOR),
        ("https://www.talentsprout.ai/interview/<script>", VENDOR),
        (f"https://www.talentsprout.ai/interview/{ID}\u202e", VENDOR),
        ("https://[www.talentsprout.ai/interview/abcd", VENDOR),
        ("https://www.talentsprout.ai:port/interview/abcd", VENDOR),
        (f"javascript:https://www.talentsprout.ai/interview/{ID}", VENDOR),
        (f"ftp://www.talentsprout.ai/interview/{ID}", VENDOR),
    ],
)
def test_anything_else_is_refused_with_an_example(link: str, base_url: str) -> None:
    with pytest.raises(NotAShareLink) as refused:
        share_links.read(link, base_url)

    assert "https://www.talentsprout.ai/interview/" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_link_in_capitals_names_the_same_interview() -> None:
    link = "https://www.talentsprout.ai/interview/3B0C7D52-8F41-4C6E-9A2D-51F7E0C4A9B8"
    named, clean = share_links.read(link, "https://www.talentsprout.ai/api/v1")
    assert named == "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"
    assert clean.endswith(named)
