"""Secrets that are good enough, and in production stand outside of the file."""

from collections.abc import Callable

import pytest

from config import ConfigError, Settings

Load = Callable[[str], Settings]
Lines = Callable[[str], list[str]]

KEY = "tsk_" + 16 * "xy"
LONG = "a-secret-of-more-than-24-bytes"
TOKEN = "a-token-of-more-than-32-characters"
REAL = "https://www.talentsprout.ai/api/v1"
LOCAL = "http://127.0.0.1:9000/api/v1"
MAKE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'."


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets in the environment, where production has them."""
    monkeypatch.setenv("KEY", KEY)
    monkeypatch.setenv("TOKEN", TOKEN)
    monkeypatch.setenv("SECRET", LONG)


def a_file(
    base_url: str, *, key: str = "env:KEY", token: str = "env:TOKEN", secret: str = "env:SECRET", bridge: str = ""
) -> str:
    return f"""
        [bridge]
        {bridge}
        [organizations.acme]
        api_key = "{key}"
        base_url = "{base_url}"
        webhook_token = "{token}"
        [sources.careers]
        kind = "greenhouse"
        organization = "acme"
        secret = "{secret}"
        """


def warned(settings: Settings) -> list[str]:
    return [str(warning).removeprefix("bridge.toml, ") for warning in settings.warnings]


def test_production_is_when_some_base_url_is_not_on_loopback(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY2", "tsk_" + 16 * "yz")
    real = f'[organizations.other]\napi_key = "env:KEY2"\nbase_url = "{REAL}"\n'

    assert not load_text(a_file(LOCAL)).production
    assert load_text(a_file(REAL)).production
    assert load_text(a_file(LOCAL) + real).production


@pytest.mark.parametrize("base_url", [REAL, LOCAL])
def test_good_secrets_that_stand_outside_are_not_remarked_on(load_text: Load, base_url: str) -> None:
    assert load_text(a_file(base_url)).warnings == ()


CASES = {
    "[organizations.acme] api_key": (
        {"key": KEY},
        'is written out in the file; production needs "env:NAME" or "file:/path" instead.',
    ),
    "[organizations.acme] webhook_token": (
        {"token": TOKEN},
        'is written out in the file; production needs "env:NAME" or "file:/path" instead.',
    ),
    "[sources.careers] secret": (
        {"secret": LONG},
        'is written out in the file; production needs "env:NAME" or "file:/path" instead.',
    ),
    "[bridge] database_url": (
        {"bridge": 'database_url = "postgresql://bridge:hunter2@db/bridge"'},
        'has a password written out in the file; production needs "env:NAME" or "file:/path" instead.',
    ),
    "[bridge] database_url ": (
        {"bridge": 'database_url = "postgresql:///bridge?host=db&password=hunter2"'},
        'has a password written out in the file; production needs "env:NAME" or "file:/path" instead.',
    ),
    "[bridge] data_keys": (
        {"bridge": f'data_keys = "{LONG}{LONG}"'},
        'is written out in the file; production needs "env:NAME" or "file:/path" instead.',
    ),
    "[bridge] broker_url": (
        {"bridge": 'broker_url = "redis://:hunter2@redis"'},
        'has a password written out in the file; production needs "env:NAME" or "file:/path" instead.',
    ),
}


@pytest.mark.parametrize(("place", "change", "said"), [(place, *case) for place, case in CASES.items()])
def test_production_refuses_a_secret_that_is_written_out_and_others_are_told(
    load_text: Load, faults_of: Lines, place: str, change: dict[str, str], said: str
) -> None:
    assert faults_of(a_file(REAL, **change)) == [f"bridge.toml, {place.strip()}: {said}"]
    assert warned(load_text(a_file(LOCAL, **change))) == [f"{place.strip()}: {said}"]


def test_the_password_of_a_mail_server_is_a_secret_too_and_two_targets_may_share_it(
    load_text: Load, faults_of: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "example")
    mail = "".join(
        f"""
        [targets.{name}]
        kind = "email"
        organization = "acme"
        host = "smtp.example.com"
        user = "bridge"
        password = "{{password}}"
        from = "bridge@example.com"
        to = "team@example.com"
        events = ["request.held"]
        """
        for name in ("team", "other")
    )
    said = 'password: is written out in the file; production needs "env:NAME" or "file:/path" instead.'
    written = mail.format(password="hunter2")
    assert faults_of(a_file(REAL) + written) == [f"bridge.toml, [targets.{name}] {said}" for name in ("team", "other")]
    assert warned(load_text(a_file(LOCAL) + written)) == [f"[targets.{name}] {said}" for name in ("team", "other")]
    assert load_text(a_file(REAL) + mail.format(password="env:SMTP_PASSWORD")).warnings == ()


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("23-bytes-are-not-enough", f"the secret has 23 bytes; production needs 24; {MAKE}"),
        ("whsec_QUJDREVGR0hJSktMTU5PUA==", f"the secret has 16 bytes; production needs 24; {MAKE}"),
        ("an-Example-of-a-secret-of-ours", f"is an example out of documentation; {MAKE}"),
        ("change-me-change-me-change-me", f"is an example out of documentation; {MAKE}"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", f"is an example out of documentation; {MAKE}"),
        ("whsec_" + 32 * "x", f"is an example out of documentation; {MAKE}"),
    ],
)
def test_production_refuses_a_weak_secret_and_others_are_told(
    load_text: Load, faults_of: Lines, monkeypatch: pytest.MonkeyPatch, secret: str, said: str
) -> None:
    monkeypatch.setenv("SECRET", secret)

    assert faults_of(a_file(REAL)) == [f"bridge.toml, [sources.careers] secret: {said}"]
    assert warned(load_text(a_file(LOCAL))) == [f"[sources.careers] secret: {said}"]


def test_bytes_are_counted_and_not_letters(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "абвгдежзийкл")

    assert load_text(a_file(REAL)).warnings == ()


def test_a_key_of_another_shape_is_pointed_out_and_never_refused(
    load_text: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "tsk_of-a-later-form")

    assert warned(load_text(a_file(REAL))) == [
        "[organizations.acme] api_key: doesn't look like a key; TalentSprout's are tsk_ and 32 letters and digits."
    ]


def test_the_example_key_of_documentation_is_pointed_out(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "tsk_" + 32 * "x")

    assert warned(load_text(a_file(REAL))) == [
        "[organizations.acme] api_key: is an example out of documentation; copy yours from TalentSprout."
    ]


def test_a_public_address_over_plain_http_is_pointed_out_in_production(load_text: Load) -> None:
    open_address = 'public_url = "http://bridge.example.com"'
    said = ["[bridge] public_url: is plain http; put a proxy with TLS before the bridge, and write https."]

    assert warned(load_text(a_file(REAL, bridge=open_address))) == said
    assert load_text(a_file(LOCAL, bridge=open_address)).warnings == ()
    assert load_text(a_file(REAL, bridge='public_url = "http://localhost:8080"')).warnings == ()
    assert warned(load_text(a_file(REAL, bridge='bind = "0.0.0.0:8080"'))) == said


def test_a_secret_that_two_share_is_pointed_out(load_text: Load) -> None:
    second = '[sources.second]\nkind = "greenhouse"\norganization = "acme"\nsecret = "env:SECRET"\n'

    assert warned(load_text(a_file(REAL) + second)) == [
        "[sources.second] secret: is the same as [sources.careers] secret; give each its own."
    ]


def test_faults_of_secrets_are_told_together_with_all_others(load_text: Load) -> None:
    with pytest.raises(ConfigError) as refused:
        load_text(a_file(REAL, secret="short", bridge="sweep = 1"))

    assert [fault.key for fault in refused.value.faults] == ["sweep", "secret", "secret"]


@pytest.mark.parametrize("written", ["1s", "59.9s"])
def test_production_asks_an_ats_at_most_once_a_minute_and_others_are_told(
    load_text: Load, faults_of: Lines, written: str
) -> None:
    poll, said = f'[sources.careers]\npoll = "{written}"', f'"{written}" is too often; production needs "1m" or more'

    def often(base_url: str) -> str:
        return a_file(base_url).replace("[sources.careers]", poll)

    assert faults_of(often(REAL)) == [f"bridge.toml, [sources.careers] poll: {said}."]
    assert warned(load_text(often(LOCAL))) == [f"[sources.careers] poll: {said}."]
    assert load_text(often(REAL).replace(f'"{written}"', '"60s"')).warnings == ()


@pytest.mark.parametrize("written", ['"soon"', "5", '"0s"'])
def test_a_poll_that_is_no_duration_has_that_fault_alone(load_text: Load, faults_of: Lines, written: str) -> None:
    (line,) = faults_of(a_file(REAL).replace("[sources.careers]", f"[sources.careers]\npoll = {written}"))
    assert "too often" not in line
