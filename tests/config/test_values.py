"""Values that stand in the environment or in a file of their own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config import ConfigError, Settings

Load = Callable[[str], Settings]
Lines = Callable[[str], list[str]]

SECRET = "s3cr3t-" + 32 * "y"
IN_PIECES = "the value has white space or an invisible character in it; set it to the secret alone."
START = '[organizations.acme]\nbase_url = "http://127.0.0.1:9000"\napi_key = '


def closed(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_a_secret_comes_from_the_environment(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_KEY", SECRET)

    assert load_text(START + '"env:ACME_KEY"').organizations["acme"].api_key.matches(SECRET)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_comes_from_a_file_without_the_newline_at_its_end(load_text: Load, folder: Path, end: str) -> None:
    closed(folder / "key", f"{SECRET}{end}".encode())

    assert load_text(START + f'"file:{folder}/key"').organizations["acme"].api_key.matches(SECRET)


def test_a_relative_file_starts_at_the_folder_of_the_configuration(load_text: Load, folder: Path) -> None:
    (folder / "secrets").mkdir()
    closed(folder / "secrets" / "key", SECRET.encode())

    assert load_text(START + '"file:secrets/key"').organizations["acme"].api_key.matches(SECRET)


def test_items_of_a_list_and_numbers_may_stand_elsewhere(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD", "old-" + SECRET)
    monkeypatch.setenv("NEW", "new-" + SECRET)
    monkeypatch.setenv("SCORE", "72.5")
    monkeypatch.setenv("TRIES", "3")
    monkeypatch.setenv("CAMERA", "true")
    monkeypatch.setenv("LIMIT", "10/30s")
    settings = load_text(
        START
        + """"tsk_"
        limits = { ai = "env:LIMIT" }
        [sources.careers]
        kind = "greenhouse"
        organization = "acme"
        secret = ["env:OLD", "env:NEW"]
        [sources.careers.interview]
        passing_score = "env:SCORE"
        max_attempts = "env:TRIES"
        require_video = "env:CAMERA"
        """
    )

    source = settings.sources["careers"]
    assert [secret.reveal() for secret in source.secrets] == [f"old-{SECRET}", f"new-{SECRET}"]
    assert source.interview == {"passing_score": 72.5, "max_attempts": 3, "require_video": True}
    assert settings.organizations["acme"].limits.ai.count == 10


VARIABLES = {
    "unset": (None, "env:KEY is not set; set KEY in the environment of this process, and check its spelling."),
    "empty": ("", "env:KEY is set but empty; give KEY a value."),
    "only a newline": ("\n", "env:KEY is set but empty; give KEY a value."),
    "a newline at its end": (
        f"{SECRET}\n",
        "env:KEY ends with a newline; set KEY without one, for example with $(cat FILE), which drops it.",
    ),
    "a space before it": (f" {SECRET}", IN_PIECES),
    "a control character in it": (f"{SECRET}\x7f", IN_PIECES),
    "not UTF-8": ("\udcff\udcfe", "env:KEY is not UTF-8 text; set KEY to plain text."),
}


@pytest.mark.parametrize(("value", "said"), VARIABLES.values(), ids=VARIABLES)
def test_each_fault_of_a_variable_has_its_own_words(
    faults_of: Lines, monkeypatch: pytest.MonkeyPatch, value: str | None, said: str
) -> None:
    monkeypatch.delenv("KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("KEY", value)

    assert faults_of(START + '"env:KEY"') == [f"bridge.toml, [organizations.acme] api_key: {said}"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none", "file:none does not exist; write the value into {folder}/none."),
        ("empty", "file:empty is empty; write the value into it."),
        (".", "file:. is a folder; name a file in it."),
        ("bridge.toml/key", "file:bridge.toml/key can't be read (Not a directory); check {folder}/bridge.toml/key."),
        ("a\\u0000b", "file:a\\x00b can't be read (embedded null byte); check {folder}/a\\x00b."),
        ("latin", "file:latin is not UTF-8 text; name a file that holds the value as plain text."),
        ("large", "file:large is larger than 64 KiB; name a file that holds the value alone."),
        ("two", IN_PIECES),
        ("", '"file:" names no file; write it as "file:/path".'),
    ],
)
def test_each_fault_of_a_file_has_its_own_words(faults_of: Lines, folder: Path, name: str, said: str) -> None:
    closed(folder / "empty", b"\n")
    closed(folder / "latin", "schlüssel".encode("latin-1"))
    closed(folder / "large", b"x" * 65_537)
    closed(folder / "two", b"two\nlines\n")

    lines = faults_of(START + f'"file:{name}"')

    assert lines == [f"bridge.toml, [organizations.acme] api_key: {said.format(folder=folder)}"]


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602])
def test_a_secret_in_a_file_that_is_open_to_everyone_is_refused(faults_of: Lines, folder: Path, mode: int) -> None:
    closed(folder / "key", SECRET.encode()).chmod(mode)

    said = f"file:key is open to everyone on this machine (mode {mode:04o}); close it with: chmod 600 {folder}/key."
    assert faults_of(START + '"file:key"') == [f"bridge.toml, [organizations.acme] api_key: {said}"]


def test_a_database_password_and_a_chat_address_are_secrets_too_and_the_public_address_is_not(
    load_text: Load, faults_of: Lines, folder: Path
) -> None:
    (folder / "url").write_text("https://bridge.example.com")
    (folder / "database").write_text("postgresql://bridge:hunter2@db/bridge")
    (folder / "url").chmod(0o644)
    (folder / "database").chmod(0o644)

    assert load_text('[bridge]\npublic_url = "file:url"').bridge.public_url == "https://bridge.example.com"
    for key in ("database_url", "broker_url"):
        assert "is open to everyone" in faults_of(f'[bridge]\n{key} = "file:database"')[0]
    assert "is open to everyone" in faults_of('[targets.chat]\nurl = "file:url"')[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_this_process_may_not_read_is_told_so(faults_of: Lines, folder: Path) -> None:
    closed(folder / "key", SECRET.encode()).chmod(0)

    assert "may not be read by this process" in faults_of(START + '"file:key"')[0]


def test_an_unreadable_value_has_one_fault_and_hides_no_other(
    faults_of: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NONE", raising=False)
    lines = faults_of(
        """
        [bridge]
        bind = "env:NONE"
        data_dir = "env:NONE"
        sweep = "env:NONE"
        [organizations.acme]
        api_key = "env:NONE"
        base_url = "env:NONE"
        limits = { ai = "env:NONE", default = "1" }
        [sources.careers]
        kind = "env:NONE"
        organization = "env:NONE"
        secret = ["env:NONE", "", "env:NONE"]
        token_header = "env:NONE"
        [sources.careers.mapping]
        title = "env:NONE"
        [sources.careers.interview]
        languages = ["env:NONE", "english"]
        questions = [{ question = "env:NONE" }]
        [targets.chat]
        kind = "webhook"
        organization = "acme"
        url = "env:NONE"
        secret = "env:NONE"
        events = ["env:NONE", "env:NONE"]
        """
    )
    of_other_kind = [
        line.split(":")[0].removeprefix("bridge.toml, ") for line in lines if "env:NONE is not set" not in line
    ]

    assert len(lines) == len(set(lines))
    assert of_other_kind == [
        "[organizations.acme] limits.default",
        "[sources.careers] secret, item 2",
        "[sources.careers.interview] languages, item 2",
    ]


def test_what_comes_from_outside_is_never_shown(faults_of: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUE", "1234canary")
    monkeypatch.setenv("NUMBER", "4711")
    lines = faults_of(
        """
        [bridge]
        bind = "env:VALUE"
        database_url = "env:VALUE"
        broker_url = "env:VALUE"
        public_url = "env:VALUE"
        sweep = "env:NUMBER"
        probe = "env:VALUE"
        [organizations.acme]
        api_key = "env:VALUE"
        base_url = "http://127.0.0.1"
        limits = { ai = "env:NUMBER", default = "env:VALUE" }
        on_unknown = "env:VALUE"
        [sources.careers]
        kind = "env:VALUE"
        organization = "env:VALUE"
        secret = "env:VALUE"
        on_change = "env:VALUE"
        [sources.careers.interview]
        voice = "env:VALUE"
        languages = ["env:VALUE"]
        passing_score = "env:NUMBER"
        max_attempts = "env:VALUE"
        template_id = "env:VALUE"
        """
    )

    assert len(lines) == 17
    assert "canary" not in "\n".join(lines)
    assert "4711" not in "\n".join(lines)
    assert "[bridge] probe: the value of env:VALUE is not a duration" in "\n".join(lines)


def test_every_value_may_stand_in_the_environment_not_texts_alone(
    load_text: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"YES": "true", "NO": "false", "PORT": "2525", "TIMES": "3", "RETRY": "retry"}.items():
        monkeypatch.setenv(name, value)
    found = load_text(
        """
        [organizations.acme]
        api_key = "tsk_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        base_url = "http://127.0.0.1:9000/api/v1"
        on_unknown = "env:RETRY"
        max_unknown_retries = "env:TIMES"
        [sources.careers]
        kind = "greenhouse"
        organization = "acme"
        secret = "a-secret-of-more-than-24-bytes"
        detect_language = "env:YES"
        [targets.team]
        kind = "email"
        organization = "acme"
        host = "127.0.0.1"
        port = "env:PORT"
        starttls = "env:NO"
        from = "bridge@example.com"
        to = "team@example.com"
        events = ["request.held"]
        [[rules]]
        name = "nights"
        title = "*night*"
        approve = "env:YES"
        """
    )
    team = found.targets["team"]
    assert (team.port, team.starttls, found.sources["careers"].detect_language) == (2525, False, True)
    assert (found.organizations["acme"].max_unknown_retries, found.rules[0].approve) == (3, True)


def test_mail_in_the_clear_is_refused_wherever_that_is_said(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO", "false")
    monkeypatch.setenv("TLS", "465")
    mail = """
        [organizations.acme]
        api_key = "tsk_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        base_url = "http://127.0.0.1:9000/api/v1"
        [targets.team]
        kind = "email"
        organization = "acme"
        host = "smtp.example.com"
        starttls = "env:NO"
        from = "bridge@example.com"
        to = "team@example.com"
        events = ["request.held"]
        """
    with pytest.raises(ConfigError, match="mail in the clear is refused"):
        load_text(mail)
    assert load_text(f'{mail}\nport = "env:TLS"\n').targets["team"].port == 465
