"""From orders to nouns: faults, endings of sessions, organizations and switches, as the control plane is told them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from enum import StrEnum

from worker.sandbox import smart_links
from worker.sandbox.candidates import CURRENT_VERSION, Ending, Finish
from worker.sandbox.faults import Fault, Kind
from worker.sandbox.orders import Mistake, Order
from worker.sandbox.settings import Endpoint, ForeignSpender, IdForm, Key, Organization, Scope, Switches, Template, Tier


def read_fault(order: Order) -> Fault:
    """`{"fault": "hang", "endpoint": "from-job-description", "times": 3, …}`; `"fault": "status:503"` for plain statuses."""
    name, _, digits = order.plain("fault", str, "").partition(":")
    if name not in {kind.value for kind in Kind} or (name == Kind.STATUS) != (digits.isdecimal() and len(digits) == 3):
        kinds = ", ".join(kind.value for kind in Kind if kind is not Kind.STATUS)
        raise Mistake(f'faults, fault: "{name}" is not a fault; expected "status:" and a number, or one of {kinds}')
    status = int(digits or 0)
    fault = Fault(
        kind=Kind(name),
        status=status,
        endpoint=order.choice("endpoint", Endpoint),
        organization=order.plain("organization", str, ""),
        times=order.times(),
        share=order.number("share", 1.0) or 0.0,
        creates=order.flag_or_none("creates"),
        latency=order.number("latency"),
        complete_first=order.plain("complete_first", bool, False),
        code=order.plain("code", str, ""),
        message=order.plain("message", str, ""),
        param=order.plain("param", str, ""),
        retry_after=order.text_or_none("retry_after", "1" if status == 429 else None),
        headers=_header_changes(order.plain("headers", dict, {})),
        fields=order.plain("fields", dict, {}),
        without=order.texts("without"),
        body=order.text_or_none("body"),
        content_type=order.plain("content_type", str, ""),
        location=order.plain("location", str, ""),
        size=order.whole("size"),
        interval=order.number("interval", 1.0) or 0.0,
    )
    order.end()
    return fault


def _header_changes(document: Mapping[str, object]) -> dict[str, list[str]]:
    """Each value a text, a list of texts (the header several times), or null (the header not at all)."""
    changes: dict[str, list[str]] = {}
    for name, value in document.items():
        values = [] if value is None else value if isinstance(value, list) else [value]
        changes[name] = [str(item) for item in values]
    return changes


def read_finish(order: Order) -> Finish:
    """The part of an order for a completion that says how the session ends; a Smart Link says who it was."""
    link = smart_links.read(order.plain("link", str, ""))
    try:
        return Finish(
            kind=order.choice("kind", Ending) or Ending.COMPLETED,
            external_user_id=order.text_or_none("external_user_id", link.external_user_id),
            prefilled=link.prefilled,
            score=order.number("score"),
            candidate=order.whole("candidate"),
            id_form=order.choice("id_form", IdForm),
            dashboard_id_form=order.choice("dashboard_id_form", IdForm),
            api_version=order.plain("api_version", str, CURRENT_VERSION),
        )
    except ValueError as error:
        raise Mistake(f"complete: {error}") from None


def read_organization(order: Order, organizations: Sequence[Organization]) -> Organization:
    """The organization of that name with what the order changes; a new name is a new organization, at first without a key.

    `{"name": "acme", "limits": {"ai": 10}, "keys": [{"key": …, "scopes": […], "revoked": true}], "webhook_url": …,
    "foreign": [{"tier": "ai", "per_window": 10, "burst": true}]}`; the name may be left out where there is only one.
    """
    name = order.plain("name", str, organizations[0].name if len(organizations) == 1 else "")
    if not name:
        raise Mistake('settings, organizations: an entry has no "name"')
    now = next((one for one in organizations if one.name == name), Organization(name=name, keys=()))
    limits = Order(order.plain("limits", dict, {}), "settings, limits")
    keys = {key.secret: key for key in (*now.keys, *(_key(item) for item in order.orders("keys")))}
    taken = {key.secret for one in organizations if one.name != name for key in one.keys}
    if taken & keys.keys():
        raise Mistake(f'settings, keys: a key given to "{name}" belongs to another organization')
    changed = replace(
        now,
        keys=tuple(keys.values()),
        company_name=order.plain("company_name", str, now.company_name),
        ai_limit=max(1, limits.whole("ai", now.ai_limit) or 1),
        default_limit=max(1, limits.whole("default", now.default_limit) or 1),
        webhook_url=order.plain("webhook_url", str, now.webhook_url),
        templates=tuple(_template(item) for item in order.orders("templates")) or now.templates,
        foreign=tuple(_spender(item) for item in order.orders("foreign")) if order.has("foreign") else now.foreign,
    )
    limits.end()
    order.end()
    return changed


def _key(order: Order) -> Key:
    key = Key(
        secret=order.plain("key", str, ""),
        scopes=order.texts("scopes", (Scope.CREATE, Scope.GENERATE)),
        revoked=order.plain("revoked", bool, False),
    )
    order.end()
    if not key.secret:
        raise Mistake('settings, keys: an entry has no "key"')
    return key


def _spender(order: Order) -> ForeignSpender:
    spender = ForeignSpender(
        tier=order.choice("tier", Tier) or Tier.AI,
        per_window=order.whole("per_window", 0) or 0,
        burst=order.plain("burst", bool, False),
    )
    order.end()
    return spender


def _template(order: Order) -> Template:
    template = Template(id=order.plain("id", str, ""), fields=order.plain("fields", dict, {}))
    order.end()
    return template


def read_switches(order: Order, now: Switches) -> Switches:
    """The switches named in the order over those of now; each must have the type that it has."""
    changed: dict[str, object] = {}
    for field in fields_of(Switches):
        if not order.has(field.name):
            continue
        current = getattr(now, field.name)
        if field.name == "dashboard_id":
            changed[field.name] = order.choice(field.name, IdForm)
        elif isinstance(current, StrEnum):
            changed[field.name] = order.choice(field.name, type(current)) or current
        elif isinstance(current, bool):
            changed[field.name] = order.plain(field.name, bool, current)
        elif isinstance(current, str):
            changed[field.name] = order.plain(field.name, str, current)
        else:
            changed[field.name] = type(current)(order.number(field.name, current))
    order.end()
    return Switches(**{field.name: getattr(now, field.name) for field in fields_of(Switches)} | changed)
