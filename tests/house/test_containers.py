"""docker-compose.yml and the Dockerfile, read as they are: no Docker is needed to see that they fit the bridge."""

import re
import tomllib
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest
import yaml

from config.settings import Bridge
from worker.cli.sprout import main

SETTLING = timedelta(seconds=30)  # what a worker needs beyond its longest call
OURS = ("migrate", "web", "worker")


@pytest.fixture(scope="module")
def services(root: Path) -> dict:
    return yaml.safe_load((root / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


@pytest.fixture(scope="module")
def image(root: Path) -> str:
    return (root / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def seconds(duration: str) -> timedelta:
    number = re.fullmatch(r"(\d+)s", duration)
    assert number, f"{duration!r}: write it in seconds"
    return timedelta(seconds=int(number[1]))


@pytest.mark.parametrize("name", OURS)
def test_what_a_container_runs_is_a_command_of_sprout(services: dict, name: str) -> None:
    command: object = main
    words = list(services[name]["command"])
    while isinstance(command, click.Group):
        context = click.Context(command)
        word = words.pop(0)
        found = command.get_command(context, word)
        assert found is not None, f"sprout has no {word!r}"
        command = found
    command.make_context(command.name, words)  # raises UsageError for an option that isn't there; runs nothing


def test_a_worker_may_finish_its_longest_call(services: dict) -> None:
    assert seconds(services["worker"]["stop_grace_period"]) >= Bridge().call_deadline + SETTLING


def test_the_example_for_production_fits_the_containers(root: Path, services: dict) -> None:
    example = tomllib.loads((root / "config/examples/production.toml").read_text(encoding="utf-8"))["bridge"]
    given = {f"env:{name}" for name in services["worker"]["environment"]}
    mounted = {volume.split(":")[1] for volume in services["worker"]["volumes"]}
    assert {example["database_url"], example["broker_url"]} == given
    assert example["data_dir"] in mounted
    assert example["bind"] == "0.0.0.0:8080"


def test_web_and_workers_share_one_data_folder_so_that_every_journal_is_found(services: dict) -> None:
    assert services["web"]["volumes"] == services["worker"]["volumes"]


def test_nothing_starts_on_a_schema_that_is_not_there(services: dict) -> None:
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_only_the_receiver_is_published_and_only_on_this_machine(services: dict) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"web": ["${PUBLISH:-127.0.0.1:8080}:8080"]}


def test_redis_never_evicts_a_hint_and_asks_for_a_password(services: dict) -> None:
    command = services["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--requirepass") + 1].startswith("${REDIS_PASSWORD:?")


def test_no_password_is_written_down(root: Path) -> None:
    text = (root / "docker-compose.yml").read_text(encoding="utf-8")
    values = re.findall(r"(?:PASSWORD: +|requirepass\n\s+- |://\w*:)([^@\s]+)", text)
    assert len(values) == 4
    assert all(value.lstrip('"').startswith("${") for value in values)


def test_health_is_asked_for_where_the_process_listens(services: dict) -> None:
    listens = services["worker"]["command"][-1].rpartition(":")[2]
    assert f"//127.0.0.1:{listens}/healthz" in services["worker"]["healthcheck"]["test"][-1]
    assert services["web"]["ports"][0].endswith(":8080")
    assert "//127.0.0.1:8080/healthz" in services["web"]["healthcheck"]["test"][-1]
    for name in ("web", "worker"):
        compile(services[name]["healthcheck"]["test"][-1], name, "exec")


def test_the_image_runs_sprout_as_a_user_without_rights(image: str) -> None:
    final = image.rpartition("\nFROM ")[2]
    assert 'ENTRYPOINT ["sprout"]' in final
    assert re.findall(r"^USER (.+)", final, re.MULTILINE) == ["sprout"]


def test_whatever_the_image_installs_has_a_hash_or_was_made_here(image: str) -> None:
    installs = re.findall(r"pip install ([^&\n]+)", image)
    assert installs
    assert all("--require-hashes" in install or "--no-index" in install for install in installs)


def test_the_image_is_built_from_what_dockerignore_lets_through(root: Path, image: str) -> None:
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", image, re.MULTILINE)
    wanted = {source for sources in copies for source in sources.split()}
    rules = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    assert "*" in rules
    assert wanted == {source for source in allowed if (root / source).exists()}
    assert not any(fnmatch(secret, rule) for secret in (".env", "bridge.toml", "secrets", "var") for rule in allowed)
