"""What differs between kinds of source: whose secret it is, and Teamtailor's old signature."""

from pathlib import Path

import pytest

from config import ConfigError, Kinds, Settings, load

KINDS = Kinds(sources=frozenset({"greenhouse", "ashby", "smartrecruiters", "teamtailor"}), targets=frozenset())
ORGANIZATION = '[organizations.acme]\napi_key = "env:KEY"\nbase_url = "https://talentsprout.example/api/v1"\n'
SOURCE = '[sources.careers]\nkind = "{kind}"\norganization = "acme"\nsecret = "env:SECRET"\n'


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", "tsk_" + "x" * 32)
    monkeypatch.setenv("SECRET", "21-bytes-and-no-more!")


def loaded(kind: str, more: str = "") -> Settings:
    Path("bridge.toml").write_text(ORGANIZATION + SOURCE.format(kind=kind) + more)
    return load(Path("bridge.toml"), KINDS)


@pytest.mark.parametrize("kind", ["greenhouse", "ashby"])
def test_production_refuses_a_short_secret_that_an_operator_makes_up(kind: str) -> None:
    with pytest.raises(ConfigError, match="21 bytes; production needs 24"):
        loaded(kind)


@pytest.mark.parametrize("kind", ["smartrecruiters", "teamtailor"])
def test_a_short_secret_that_an_ats_makes_is_pointed_out_and_works(kind: str) -> None:
    said = [one.problem for one in loaded(kind).warnings if one.section == "sources.careers"]
    assert said == ["the secret has 21 bytes; take a new one from the ATS if it makes longer ones."]


def test_the_old_signature_is_taken_only_where_it_is_wished_for() -> None:
    assert loaded("teamtailor").sources["careers"].legacy_signature is False
    assert loaded("teamtailor", "legacy_signature = true\n").sources["careers"].legacy_signature is True


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [("greenhouse", "true", 'is for kind "teamtailor" alone; leave it out'), ("teamtailor", '"yes"', "true or false")],
)
def test_elsewhere_and_with_another_value_it_is_refused(kind: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        loaded(kind, f"legacy_signature = {value}\n")
    assert "legacy_signature" in str(refused.value)
