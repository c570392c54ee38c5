"""The sandbox's sections and secrets."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from config import ConfigError, Kinds, load
from config.sandbox import SandboxSecrets, with_sandbox

LOCAL = "http://127.0.0.1:9000/api/v1"


def texts(kept: SandboxSecrets) -> tuple[str, ...]:
    return tuple(secret.reveal() for secret in (kept.greenhouse, kept.generic, kept.webhook_token, kept.api_key))


def kept_texts(data_dir: Path) -> tuple[str, ...]:
    return texts(SandboxSecrets.kept_in(data_dir))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_secrets_are_made_once_and_found_again(tmp_path: Path) -> None:
    first = kept_texts(tmp_path / "var")

    assert kept_texts(tmp_path / "var") == first
    assert kept_texts(tmp_path / "other") != first
    assert len(set(first)) == 4
    assert re.fullmatch(r"tsk_[0-9A-Za-z]{32}", first[3])
    assert min(map(len, first)) >= 36


def test_the_secrets_are_closed_to_other_users(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o755)

    SandboxSecrets.kept_in(tmp_path / "var")

    assert mode(tmp_path / "var") == 0o700
    assert mode(tmp_path / "var" / "sandbox.json") == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["sandbox.json"]


def test_a_folder_that_many_share_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)

    SandboxSecrets.kept_in(tmp_path / "shared")

    assert mode(tmp_path / "shared") == 0o1777


def test_all_who_start_at_once_agree(tmp_path: Path) -> None:
    together = Barrier(8)

    def start(data_dir: Path) -> tuple[str, ...]:
        together.wait()
        return kept_texts(data_dir)

    with ThreadPoolExecutor(8) as threads:
        for data_dir in [tmp_path / str(number) for number in range(20)]:
            assert len(set(threads.map(start, [data_dir] * 8))) == 1
            assert [path.name for path in data_dir.iterdir()] == ["sandbox.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"greenhouse": 1}', "null", "\xff"])
def test_a_damaged_file_is_told_and_not_overwritten(tmp_path: Path, content: str) -> None:
    (tmp_path / "sandbox.json").write_bytes(content.encode("latin-1"))

    with pytest.raises(ConfigError) as refused:
        SandboxSecrets.kept_in(tmp_path)

    remedy = "remove it and start again: new secrets are made, and `sprout sign` uses them at once."
    assert str(refused.value) == f"{tmp_path}/sandbox.json: is damaged; {remedy}"
    assert (tmp_path / "sandbox.json").read_bytes() == content.encode("latin-1")


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")

    with pytest.raises(ConfigError) as refused:
        SandboxSecrets.kept_in(tmp_path / "var")

    assert str(refused.value).startswith(
        f"{tmp_path}/var/sandbox.json: can't be kept there (File exists); under [bridge], set data_dir"
    )


def test_the_sandbox_is_one_organization_and_two_sources(folder: Path, kinds: Kinds) -> None:
    kept = SandboxSecrets.kept_in(folder / "var")

    settings = with_sandbox(load(None, kinds), LOCAL, kept)

    organization, greenhouse, generic = (
        settings.organizations["sandbox"],
        settings.sources["greenhouse"],
        settings.sources["generic"],
    )
    assert settings.sandbox
    assert not settings.production
    assert settings.bridge.data_dir == folder / "var"
    assert (organization.api_key, organization.webhook_tokens, organization.base_url) == (
        kept.api_key,
        (kept.webhook_token,),
        LOCAL,
    )
    assert (greenhouse.kind, greenhouse.organization, greenhouse.secrets) == (
        "greenhouse",
        "sandbox",
        (kept.greenhouse,),
    )
    assert (generic.kind, generic.token_header, generic.secrets) == ("generic", "X-Bridge-Token", (kept.generic,))
    assert not any(text in repr((settings, kept)) for text in texts(kept))
