"""Whatever stands in a file, it ends in settings or in faults."""

import json
from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from config import ConfigError, Kinds, load
from config.document import NAMED
from config.interview import InterviewOptions, Question
from config.limits import Limits
from config.settings import Bridge, FieldMapping, Organization, Source, Target

MODELS = (Bridge, Organization, Limits, Source, FieldMapping, InterviewOptions, Question, Target)
KEYS = sorted({key for model in MODELS for key in model.keys()} | {"bind", "name", "acme"})  # noqa: SIM118 - keys() of a model
NAMES = ["", "acme", "generic", "standard", "webhook", "ask", "a.b", "env:", "env:NOT_SET", "file:", "file:."]
TEXTS = [*NAMES, "20/60s", "5m", "https://[", "redis://", "sqlite:///", "[::1]:1"]

text = some.one_of(
    some.sampled_from(TEXTS), some.text(some.characters(codec="utf-8", exclude_characters="\x7f"), max_size=8)
)
scalar = some.one_of(text, some.booleans(), some.integers(-(2**63), 2**63 - 1), some.floats())
value = some.recursive(
    scalar,
    lambda inner: some.one_of(
        some.lists(inner, max_size=3), some.dictionaries(some.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=4,
)
table = some.dictionaries(some.sampled_from(KEYS), value, max_size=8)
sections = some.dictionaries(
    some.sampled_from([*NAMED, "bridge", "source"]), some.dictionaries(text, table, max_size=2)
)


def toml(found: object) -> str:
    """Inline TOML; JSON writes its texts and numbers alike."""
    if isinstance(found, Mapping):
        return "{" + ", ".join(f"{toml(key)} = {toml(item)}" for key, item in found.items()) + "}"
    if isinstance(found, list):
        return "[" + ", ".join(map(toml, found)) + "]"
    return str(found) if isinstance(found, float) else json.dumps(found, ensure_ascii=False)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(whole=sections, bridge=table)
@example(whole={"bridge": {"\n0": {}}}, bridge={})
def test_any_file_ends_in_settings_or_in_faults_of_one_line(
    folder: Path, kinds: Kinds, whole: dict[str, object], bridge: dict[str, object]
) -> None:
    Path("bridge.toml").write_text(
        "\n".join(f"{name} = {toml(found)}" for name, found in ({"bridge": bridge} | whole).items())
    )

    for fault in faults(kinds):
        assert "is not TOML" not in fault
        assert fault.endswith((".", "?"))
        assert "\n" not in fault


def faults(kinds: Kinds) -> list[str]:
    try:
        load(Path("bridge.toml"), kinds)
    except ConfigError as error:
        return list(map(str, error.faults))
    return []
