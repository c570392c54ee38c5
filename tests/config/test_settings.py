"""What a right file means."""

import pickle
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from config import Kinds, Secret, Settings, load
from config.limits import Limit, Limits
from config.settings import Bridge, FieldMapping, Organization, Source
from tests.config.conftest import KEY, LOCAL, Load

DATA_KEY = "data-key-of-this-test-" + 12 * "d"
DOCUMENTED = Path(__file__).with_name("documented.toml")


def test_the_documented_file_means_what_its_comments_say(
    load_text: Load, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TALENTSPROUT_WEBHOOK_TOKEN", "GREENHOUSE_WEBHOOK_SECRET", "FORMS_TOKEN", "TARGET_SECRET"):
        monkeypatch.setenv(name, f"{name.lower()}-of-this-test")
    monkeypatch.setenv("TALENTSPROUT_API_KEY", KEY)
    monkeypatch.setenv("BRIDGE_DATA_KEY", DATA_KEY)

    settings = load_text(DOCUMENTED.read_text())

    organization, careers, forms = (
        settings.organizations["acme"],
        settings.sources["careers"],
        settings.sources["forms"],
    )
    assert settings.bridge == Bridge(
        database_url=f"sqlite:///{folder}/var/bridge.db",
        broker_url="embedded",
        data_dir=folder / "var",
        data_keys=(Secret(DATA_KEY),),
        bind_host="127.0.0.1",
        bind_port=8080,
        public_url="https://bridge.example.com",
        call_deadline=timedelta(minutes=5),
        lease_margin=timedelta(minutes=1),
        quarantine=timedelta(minutes=5),
        sweep=timedelta(seconds=15),
        probe=timedelta(minutes=1),
        timezone=ZoneInfo("Europe/Berlin"),
    )
    assert (organization.name, organization.base_url) == ("acme", "https://www.talentsprout.ai/api/v1")
    assert settings.batches.inbox == folder / "inbox"
    assert organization.webhook_tokens == (Secret("talentsprout_webhook_token-of-this-test"),)
    assert organization.limits == Limits()
    assert (organization.retention.results, organization.retention.events) == (timedelta(days=365), timedelta(days=90))
    assert (careers.name, careers.kind, careers.organization, careers.on_change) == (
        "careers",
        "greenhouse",
        "acme",
        "keep",
    )
    assert careers.interview == {"languages": ["en"], "passing_score": 75}
    assert (forms.token_header, forms.signature_header, forms.mapping) == ("X-Bridge-Token", None, FieldMapping())
    assert settings.targets["recruiting"].events[-1] == "request.unknown"
    nurses, interns = settings.rules
    assert careers.detect_language
    assert careers.rules == settings.rules
    assert (nurses.name, nurses.title, nurses.client) == ("nurses", ("*nurse*", "*Pflege*"), ("Harbour House*",))
    assert nurses.options() == {"voice": "sage", "template_id": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    assert (nurses.to_organization, nurses.approve, nurses.skip) == ("acme", True, None)
    assert interns.skip == "Interns are not interviewed by voice."
    assert (settings.path, settings.production, settings.sandbox) == (Path("bridge.toml"), True, False)


def test_what_is_left_out_has_the_documented_defaults(load_text: Load, folder: Path) -> None:
    settings = load_text(LOCAL)

    assert settings.bridge == Bridge(data_dir=folder / "var")
    assert settings.bridge.database_url == f"sqlite:///{folder}/var/bridge.db"
    assert settings.bridge.public_url == "http://127.0.0.1:8080"
    assert settings.organizations["acme"].limits.ai == Limit(count=20, window=timedelta(seconds=60))
    assert settings.organizations["acme"].limits.default == Limit(count=120, window=timedelta(seconds=60))
    assert (settings.organizations["acme"].on_unknown, settings.organizations["acme"].webhook_tokens) == ("hold", ())
    assert settings.organizations["acme"].base_url == "http://127.0.0.1:9000/api/v1"
    assert not settings.production


@pytest.mark.parametrize("text", ["", "# nothing\n", '[bridge]\nsweep = "1s"\n', "[organizations]\n[sources]\n"])
def test_a_file_without_organization_runs_the_sandbox(load_text: Load, text: str) -> None:
    settings = load_text(text)

    assert settings.sandbox
    assert not settings.production
    assert [len(named) for named in (settings.organizations, settings.sources, settings.targets)] == [0, 0, 0]


def test_without_a_file_paths_start_at_the_working_directory(folder: Path, kinds: Kinds) -> None:
    settings = load(None, kinds)

    assert settings.sandbox
    assert settings.path is None
    assert settings.bridge.data_dir == folder / "var"


def test_relative_paths_start_at_the_folder_of_the_file(folder: Path, kinds: Kinds) -> None:
    (folder / "etc").mkdir()
    (folder / "etc" / "bridge.toml").write_text(
        '[bridge]\ndatabase_url = "sqlite:///../data/b.db"\ndata_dir = "here"\n'
    )

    bridge = load(Path("etc/bridge.toml"), kinds).bridge

    assert bridge.database_url == f"sqlite:///{folder}/data/b.db"
    assert bridge.data_dir == folder / "etc" / "here"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:////srv/b.db", "sqlite:////srv/b.db"),
        ("postgres://u:p@h:5432/n", "postgresql+psycopg://u:p@h:5432/n"),
        ("postgresql://u:p@h/n?sslmode=verify-full", "postgresql+psycopg://u:p@h/n?sslmode=verify-full"),
        ("postgresql+psycopg:///n?host=/run/postgresql", "postgresql+psycopg:///n?host=/run/postgresql"),
    ],
)
def test_a_database_url_names_its_driver_or_its_file(load_text: Load, written: str, meant: str) -> None:
    assert load_text(f'[bridge]\ndatabase_url = "{written}"').bridge.database_url == meant


@pytest.mark.parametrize(
    "url",
    [
        "embedded",
        "redis://localhost:6379/0",
        "rediss://:p@redis.example.com/1",
        "redis+socket:///run/redis.sock?virtual_host=1",
        "amqp://u:p@mq//",
        "amqps://mq",
    ],
)
def test_a_broker_url_is_kept_as_it_is(load_text: Load, url: str) -> None:
    assert load_text(f'[bridge]\nbroker_url = "{url}"').bridge.broker_url == url


@pytest.mark.parametrize(
    ("written", "host", "port", "url"),
    [
        ("[::1]:8080", "::1", 8080, "http://[::1]:8080"),
        ("0.0.0.0:80", "0.0.0.0", 80, "http://0.0.0.0:80"),
        ("localhost:65535", "localhost", 65535, "http://localhost:65535"),
    ],
)
def test_bind_is_a_host_and_a_port_and_the_address_without_another(
    load_text: Load, written: str, host: str, port: int, url: str
) -> None:
    bridge = load_text(f'[bridge]\nbind = "{written}"').bridge

    assert (bridge.bind_host, bridge.bind_port, bridge.public_url) == (host, port, url)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("250ms", 0.25), ("2500ms", 2.5), ("4.5s", 4.5), ("300s", 300), ("5m", 300), ("1h", 3600), ("2d", 172_800)],
)
def test_durations_and_windows_have_units(load_text: Load, written: str, seconds: float) -> None:
    settings = load_text(f'[bridge]\nsweep = "{written}"\n{LOCAL}limits = {{ ai = "20/{written}" }}')

    assert settings.bridge.sweep == timedelta(seconds=seconds)
    assert settings.organizations["acme"].limits.ai == Limit(count=20, window=timedelta(seconds=seconds))
    assert settings.organizations["acme"].limits.default == Limits().default


def test_a_byte_order_mark_and_windows_lines_do_no_harm(folder: Path, kinds: Kinds) -> None:
    (folder / "bridge.toml").write_bytes(b'\xef\xbb\xbf[bridge]\r\nsweep = "3s"\r\n')

    assert load(Path("bridge.toml"), kinds).bridge.sweep == timedelta(seconds=3)


def test_a_target_may_name_the_sandbox_where_nothing_is_configured(load_text: Load) -> None:
    where = 'host = "localhost"\nfrom = "a@example.com"\nto = "b@example.com"\n'
    target = f'[targets.me]\nkind = "email"\norganization = "sandbox"\nevents = ["request.held"]\n{where}'

    assert load_text(target).sandbox


def test_settings_cannot_be_changed() -> None:
    bridge = Bridge()

    with pytest.raises(ValidationError):
        bridge.bind_port = 81


def test_nothing_of_a_secret_is_printed_or_pickled(load_text: Load) -> None:
    settings = load_text(
        f"""[bridge]
        database_url = "postgresql://u:canary-db@db/n"
        broker_url = "redis://:canary-broker@redis"
        {LOCAL.replace(KEY, "canary-key")}
        webhook_token = ["{"canary-old" * 4}", "{"canary-new" * 4}"]
        [sources.a]
        kind = "standard"
        organization = "acme"
        secret = "canarysource"
        api_key = "canary-ats"
        [targets.t]
        kind = "webhook"
        organization = "acme"
        url = "https://chat.example.com/canary-url"
        secret = "canary-target"
        events = ["request.held"]
        """
    )

    assert "canary" not in f"{settings!r} {settings} {settings.warnings}"
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(settings)


def test_sections_can_be_made_without_a_file() -> None:
    organization = Organization(name="acme", api_key=Secret(KEY), webhook_tokens=(Secret("t" * 32),))
    source = Source(name="a", kind="standard", organization="acme", secrets=(Secret("QUJD"),))

    settings = Settings(bridge=Bridge(), organizations={"acme": organization}, sources={"a": source})

    assert settings.production
    assert settings.sources["a"].mapping.title == "data.title"
