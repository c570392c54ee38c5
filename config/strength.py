"""Whether secrets are good enough, and no vendor is asked too often. What production refuses, `doctor` only points out elsewhere.

Production is when a base_url is not on loopback. Values that are empty or broken have their fault already and are passed over.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from config import quantities
from config.addresses import is_loopback
from config.document import Document, Table, section_of, texts
from config.faults import Wrong
from config.fields import MAKE_A_SECRET
from config.report import Report
from config.settings import Organization
from config.values import Given, Location
from config.wording import shown

SHORTEST_POLL = timedelta(
    minutes=1
)  # a list has several pages, half a second apart; shorter, and one would follow the other
SHORTEST_SECRET = 24  # bytes; as base64 they hold 144 random bits, and OWASP ASVS 11.5.1 asks for 128
_KEY_SHAPE = re.compile(r"tsk_[0-9A-Za-z]{32}")  # API reference, "Authentication"
# Kinds whose sender takes the secret that an operator makes up. The others make their own, and nobody can make it longer.
_MADE_BY_US = frozenset({"ashby", "generic", "greenhouse", "standard"})
# Values of public documentation that don't call themselves an example. Ours all do.
_KNOWN_EXAMPLES = frozenset(
    {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_ZXhhbXBsZS1zdGFuZGFyZC13ZWJob29rcy1rZXk="}
)
_CALLS_ITSELF_ONE = re.compile(r"example|change.?me", re.IGNORECASE)
_ONE_CHARACTER = re.compile(r"(?:tsk_|whsec_)?(.)\1*")  # tsk_xxxxxxxx
_PASSWORD = re.compile(r"//[^/@]*:[^/@]+@|[?&]password=.")  # of a URL, before its host or as libpq's parameter
Strictly = Callable[[str, Location, Wrong], None]


@dataclass(frozen=True)
class _Written:
    """A secret as it stands in the file."""

    section: str
    location: Location
    value: str
    is_ours: bool = True  # whether an operator makes it up, and so decides how long it is

    @property
    def place(self) -> str:
        return f"[{self.section}] {self.location[0]}"

    def key_in(self, kind: str) -> str | None:
        """The key, if the section is one of this kind."""
        return str(self.location[0]) if self.section.startswith(f"{kind}.") else None


def check(document: Document, report: Report) -> None:
    """Reports, as faults or as warnings, what is wrong with secrets and with where they stand, and what asks too often."""
    production = any(_is_production(table) for table in document.organizations.values())
    strictly = report.add if production else report.warn
    secrets = list(_secrets(document))
    for secret in secrets:
        _check_one(secret, strictly, report)
    for key in ("database_url", "broker_url"):
        _check_password(document.bridge, key, strictly)
    _check_shared(secrets, report)
    for name, table in document.sources.items():
        _check_poll(section_of("sources", name), table, strictly)
    for name, table in document.targets.items():
        _check_mail_password(section_of("targets", name), table, strictly)
    if production:
        _check_public_url(document.bridge, report)


def _is_production(organization: Table) -> bool:
    url = organization.get("base_url", Organization.model_fields["base_url"].default)
    return isinstance(url, str) and _is_elsewhere(url)


def _is_elsewhere(url: str) -> bool:
    try:
        return not is_loopback(url)
    except ValueError:
        return False  # the URL has its fault already


def _secrets(document: Document) -> Iterator[_Written]:
    keys = {"organizations": ("api_key", "webhook_token"), "sources": ("secret", "api_key"), "targets": ("secret",)}
    yield from (_Written("bridge", location, value) for location, value in texts(document.bridge, "data_keys"))
    for kind, name, table in document.named():
        for key in keys[kind]:
            is_ours = kind != "sources" or key != "secret" or str(table.get("kind")) in _MADE_BY_US
            section = section_of(kind, name)
            yield from (_Written(section, location, value, is_ours) for location, value in texts(table, key))


def _check_one(secret: _Written, strictly: Strictly, report: Report) -> None:
    if not isinstance(secret.value, Given):
        strictly(secret.section, secret.location, _WRITTEN_OUT)
    if secret.key_in("organizations") == "api_key":
        _check_key_of_theirs(secret, report)
    elif is_example(secret.value):
        strictly(secret.section, secret.location, Wrong(_EXAMPLE, f"make one with: {MAKE_A_SECRET}"))
    size = _bytes(secret.value)
    if secret.key_in("sources") == "secret" and size < SHORTEST_SECRET:
        short = Wrong(
            f"the secret has {size} bytes", f"production needs {SHORTEST_SECRET}; make one with: {MAKE_A_SECRET}"
        )
        if not secret.is_ours:
            short = Wrong(f"the secret has {size} bytes", "take a new one from the ATS if it makes longer ones")
        (strictly if secret.is_ours else report.warn)(secret.section, secret.location, short)


def _check_key_of_theirs(key: _Written, report: Report) -> None:
    """TalentSprout decides what a key is, so here nothing is refused."""
    if not _KEY_SHAPE.fullmatch(key.value):
        wrong = Wrong("doesn't look like a key", "TalentSprout's are tsk_ and 32 letters and digits")
        report.warn(key.section, key.location, wrong)
    elif is_example(key.value):
        report.warn(key.section, key.location, Wrong(_EXAMPLE, "copy yours from TalentSprout"))


_EXAMPLE = "is an example out of documentation"
_WRITTEN_OUT = Wrong("is written out in the file", 'production needs "env:NAME" or "file:/path" instead')


def _bytes(secret: str) -> int:
    """How many bytes the signing key has: those of the text, or those that a Standard Webhooks secret spells in base64."""
    spelled = secret.removeprefix("whsec_").rstrip("=")
    return len(spelled) * 3 // 4 if secret.startswith("whsec_") else len(secret.encode())


def is_example(value: str) -> bool:
    """Whether a secret stands in documentation, for everybody to read."""
    return value in _KNOWN_EXAMPLES or bool(_CALLS_ITSELF_ONE.search(value) or _ONE_CHARACTER.fullmatch(value))


def _check_password(bridge: Table, key: str, strictly: Strictly) -> None:
    value = bridge.get(key)
    if isinstance(value, str) and not isinstance(value, Given) and _PASSWORD.search(value):
        strictly("bridge", (key,), Wrong("has a password written out in the file", _WRITTEN_OUT.remedy))


def _check_mail_password(section: str, table: Table, strictly: Strictly) -> None:
    """How good it is, and whether two targets share it, is the mail server's to say."""
    for location, value in texts(table, "password"):
        if not isinstance(value, Given):
            strictly(section, location, _WRITTEN_OUT)


def _check_poll(section: str, table: Table, strictly: Strictly) -> None:
    try:
        is_too_often = "poll" in table and quantities.duration(table["poll"]) < SHORTEST_POLL
    except Wrong:
        return  # it has its fault already
    if is_too_often:
        wrong = Wrong(f"{shown(table['poll'])} is too often", 'production needs "1m" or more')
        strictly(section, ("poll",), wrong)


def _check_shared(secrets: list[_Written], report: Report) -> None:
    """A secret that two share tells nobody which of the two has sent; a key that two share has one budget, spent twice."""
    holders: defaultdict[str, dict[str, _Written]] = defaultdict(dict)
    for secret in secrets:
        holders[secret.value].setdefault(secret.place, secret)
    for found in holders.values():
        first, *others = found.values()
        for other in others:
            report.warn(other.section, other.location, Wrong(f"is the same as {first.place}", "give each its own"))


def _check_public_url(bridge: Table, report: Report) -> None:
    url = bridge.get("public_url", f"http://{bridge.get('bind', '127.0.0.1')}")
    if isinstance(url, str) and url.lower().startswith("http:") and _is_elsewhere(url):
        report.warn(
            "bridge", ("public_url",), Wrong("is plain http", "put a proxy with TLS before the bridge, and write https")
        )
