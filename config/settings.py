"""What an operator may set: every section, key, default and unit, and why it is so.

Names are those of the file, except where a key may be a list while a secret is rotated: `secret` is `secrets` here,
`webhook_token` is `webhook_tokens`. Values are ready to use: paths absolute, durations timedeltas, secrets Secrets.
"""

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from config import addresses, fields, mailboxes, servers
from config.faults import Fault
from config.fields import (
    MOST_AT_ONCE,
    MOST_DATA_KEYS,
    SHORTEST_DATA_KEY,
    SHORTEST_WEBHOOK_TOKEN,
    Duration,
    OptionalSecret,
    OptionalText,
    Text,
)
from config.limits import Limit as Limit  # known by this name too
from config.limits import Limits
from config.mapping import FieldMapping as FieldMapping  # known by this name too
from config.mapping import default_mapping
from config.retention import Retention
from config.rule import Rule
from config.section import Section

_DURATION = "a number and ms, s, m, h or d"
TargetEvent = Literal[  # worker.domain.message says what each of them is
    "interview.created",
    "result.completed",
    "result.abandoned",
    "request.held",
    "request.unknown",
    "organization.paused",
    "organization.resumed",
    "source.quiet",
    "posting.closed",
    "batch.finished",
    "delivery.failing",
    "candidate.invited",
    "candidate.reminded",
]
MOST_RECIPIENTS = 20  # of one mail; a list of people is the mail server's to keep


def _default_public_url(data: dict[str, Any]) -> str:
    return f"http://{addresses.with_port(data['bind_host'], data['bind_port'])}"


class Bridge(Section):
    """`[bridge]`: this installation. Every key may be left out."""

    # Requests, events, results: everything the bridge knows. Not on a network disk, where SQLite's locks can't be relied on.
    database_url: Annotated[str, BeforeValidator(fields.database)] = Field(
        default="sqlite:///var/bridge.db",
        repr=False,
        description='"sqlite:///PATH" or "postgresql+psycopg://USER:PASSWORD@HOST/NAME"',
    )
    # Carries hints only; whatever it loses is found again in the database.
    broker_url: Annotated[str, BeforeValidator(servers.broker_url)] = Field(
        default="embedded",
        repr=False,
        description='"embedded", or redis://, rediss://, redis+socket://, amqp:// or amqps://',
    )
    # The journal, the spool, the embedded broker and, for the sandbox, its secrets. One folder a machine, on a local disk.
    data_dir: Annotated[Path, BeforeValidator(fields.folder)] = Field(
        default=Path("var"), description="a folder on a local disk"
    )
    # What people's data is sealed with. Without it a key is made at the first start and kept in data_dir/keys; several machines
    # on one database need the same, and a backup of the database is worth nothing without it. Newest first while rotating.
    data_keys: Annotated[tuple[fields.DataKey, ...], BeforeValidator(fields.one_or_several)] = Field(
        default=(),
        max_length=MOST_DATA_KEYS,
        description=f"a secret of at least {SHORTEST_DATA_KEY} characters; a list, newest first, while rotating",
    )
    # Written as one key, bind = "host:port". On loopback, so that only somebody's word opens an installation to the network.
    bind_host: str = "127.0.0.1"
    bind_port: int = Field(default=8080, ge=1, le=65535)
    # What an ATS calls and people open; behind a proxy it differs from bind, which it is without this key.
    public_url: Annotated[str, BeforeValidator(addresses.endpoint_url)] = Field(
        default_factory=_default_public_url,
        description='the address under which others reach this bridge, such as "https://bridge.example.com"',
    )
    # One call, from connecting to the last byte. It must outlast TalentSprout's own limit, whose length isn't documented:
    # their 504 is safe to repeat, a call that we gave up is not.
    call_deadline: Duration = Field(default=timedelta(seconds=300), description=_DURATION)
    # A worker's hold on a request lasts for the deadline and this; half of it must be left when the first byte goes out.
    lease_margin: Duration = Field(default=timedelta(seconds=60), description=_DURATION)
    # After the lease, before an unknown request may be sent again: bytes may still be on the wire.
    quarantine: Duration = Field(default=timedelta(minutes=5), description=_DURATION)
    # How often the database is asked what is due. It bounds the delay after a lost message, and nothing else.
    sweep: Duration = Field(default=timedelta(seconds=15), description=_DURATION)
    # The first ping of an organization whose key was refused; the interval doubles up to 15 minutes.
    probe: Duration = Field(default=timedelta(minutes=1), description=_DURATION)
    # In whose local time messages to people give times.
    timezone: Annotated[ZoneInfo, BeforeValidator(fields.zone)] = Field(
        default=ZoneInfo("UTC"), description='a place of the time zone database, such as "Europe/Berlin"'
    )
    # An organization's own texts for people: files named like ours, of which each entry replaces ours. See docs/targets.md.
    templates: Annotated[Path | None, BeforeValidator(fields.optional_folder)] = Field(
        default=None, description="a folder with texts for messages"
    )


class Organization(Section):
    """`[organizations.NAME]`: an organization at TalentSprout, with its key and its budget."""

    name: str
    api_key: fields.ApiKey = Field(
        description='the key that TalentSprout shows under Settings → Developers, as "env:TALENTSPROUT_API_KEY" or "file:/path"'
    )
    # With www: without it a redirect would drop the body of a POST, or the key.
    base_url: Annotated[str, BeforeValidator(addresses.guarded_url)] = Field(
        default="https://www.talentsprout.ai/api/v1", description="the https address of the API; http on loopback only"
    )
    # The last part of the secret URL that TalentSprout posts completions to. Without one, no completions are received.
    webhook_tokens: Annotated[tuple[fields.WebhookToken, ...], BeforeValidator(fields.one_or_several)] = Field(
        default=(),
        validation_alias="webhook_token",
        max_length=MOST_AT_ONCE,
        description=f"a secret of at least {SHORTEST_WEBHOOK_TOKEN} characters, or a list of {MOST_AT_ONCE} while rotating",
    )
    limits: Limits = Field(default=Limits(), description='a table such as { ai = "20/60s", default = "120/60s" }')
    # What is not named is kept until somebody erases it.
    retention: Retention = Field(default=Retention(), description="a table of durations")
    # A request that may have been executed waits for a person, or is sent again, so often, at the risk of a second interview.
    on_unknown: Literal["hold", "retry"] = Field(default="hold", description='"hold" or "retry"')
    max_unknown_retries: fields.Whole = Field(default=1, ge=1, le=5, description="a number from 1 to 5")
    # Answers 502 and 503, and 408, 504 and 524, without TalentSprout's error document: nothing ran, or nobody knows.
    on_bare_5xx: Literal["retry", "hold"] = Field(default="retry", description='"retry" or "hold"')
    on_bare_504: Literal["retry", "hold"] = Field(default="hold", description='"retry" or "hold"')
    # A completion of an interview that no request here made is kept until its interview is known, or dropped.
    foreign: Literal["keep", "drop"] = Field(default="keep", description='"keep" or "drop"')


class Source(Section):
    """`[sources.NAME]`: an ATS, or anything else that posts job postings to /webhooks/NAME."""

    name: str
    kind: Text = Field(description='the kind of system that sends, such as "greenhouse" or "generic"')
    organization: Text = Field(description="the NAME of an [organizations.NAME]")
    secrets: Annotated[tuple[fields.AnySecret, ...], BeforeValidator(fields.one_or_several)] = Field(
        validation_alias="secret",
        max_length=MOST_AT_ONCE,
        description=f'the secret that the sender knows, as "env:NAME" or "file:/path"; a list of {MOST_AT_ONCE} while rotating',
    )
    # Whether a posting that changes in what matters keeps the interview that it has, gets another, or a person is asked.
    on_change: Literal["keep", "ask", "regenerate"] = Field(default="keep", description='"keep", "ask" or "regenerate"')
    # Whether an interview is held in the language that its posting is written in, where that is beyond doubt.
    detect_language: fields.Switch = Field(default=False, description="true or false")
    # For kind "generic", one of these: a header with the secret itself, or one with a hex HMAC-SHA256 of the body.
    token_header: fields.OptionalHeader = Field(
        default=None, description='the name of a header, such as "X-Bridge-Token"'
    )
    signature_header: fields.OptionalHeader = Field(
        default=None, description='the name of a header, such as "X-Signature"'
    )
    # For kind "teamtailor": also take the first version of its signature, which proves the job's id and nothing of its text.
    legacy_signature: fields.Switch = Field(default=False, description="true or false")
    # For kinds that fetch or poll.
    api_key: OptionalSecret = Field(
        default=None, description='the key of the ATS\'s own API, as "env:NAME" or "file:/path"'
    )
    api_url: Annotated[str | None, BeforeValidator(fields.optional(addresses.guarded_url))] = Field(
        default=None, description="the https address of the ATS's own API; http on loopback only"
    )
    # How often an ATS that announces no postings, or not which, is asked for what has changed. In production a minute at least.
    poll: Duration = Field(default=timedelta(minutes=10), description=_DURATION)
    stage: OptionalText = Field(
        default=None, description="the name or the id of the stage at which a candidate gets a personal link"
    )
    # What is kept of a candidate whom the ATS tells of, and what a personal link carries of it beside the application's own id.
    personal_data: fields.PersonalFields = Field(default=(), description=fields.PERSONAL)
    personal_link_fields: fields.PersonalFields = Field(default=(), description=fields.PERSONAL)
    # How long after the invitation a candidate who has not finished is reminded, each once.
    reminders: Annotated[tuple[Duration, ...], BeforeValidator(fields.several)] = Field(
        default=(), description='a list of times such as ["2d", "5d"]'
    )
    mapping: FieldMapping = Field(default_factory=default_mapping, description="a table of paths")
    # The options of `config.interview`, checked, and only those that were set.
    interview: Mapping[str, object] = Field(default={}, description="a table of options")
    # Those of the whole file, in order.
    rules: tuple[Rule, ...] = ()


class Target(Section):
    """`[targets.NAME]`: where links and results go. Which of these a kind needs is in `config.rules`."""

    name: str
    kind: Text = Field(description='the kind of target, such as "webhook"')
    organization: Text = Field(description="the NAME of an [organizations.NAME]")
    # Not shown anywhere: whoever knows the address of a chat's webhook can post to it.
    url: Annotated[str | None, BeforeValidator(fields.optional(addresses.hook_url))] = Field(
        default=None, repr=False, description="the https address that is posted to; http on loopback only"
    )
    # What a webhook is signed with: "whsec_" and a key in base64, as Standard Webhooks has it. Two of them sign while rotating.
    secrets: Annotated[tuple[fields.AnySecret, ...], BeforeValidator(fields.one_or_several)] = Field(
        default=(),
        validation_alias="secret",
        max_length=MOST_AT_ONCE,
        description=f'a secret to sign with, as "env:NAME" or "file:/path"; a list of {MOST_AT_ONCE} while rotating',
    )
    events: Annotated[tuple[TargetEvent, ...], BeforeValidator(fields.events)] = Field(
        description=f"names out of {', '.join(get_args(TargetEvent))}"
    )
    # What is told of a candidate. Name, mail and phone are what lists of the API hold; the others open more than a list does.
    include: Annotated[
        tuple[Literal["candidate", "evaluation", "transcript", "recording"], ...], BeforeValidator(fields.choices)
    ] = Field(
        default=("candidate",), description='a list out of "candidate", "evaluation", "transcript" and "recording"'
    )
    # For kind "email": the server that takes mail, under which name, from whom and to whom.
    host: OptionalText = Field(default=None, description='the mail server, such as "smtp.example.com"')
    port: fields.Whole = Field(default=587, ge=1, le=65535, description="a port; 465 is TLS from the first byte on")
    # Mail that leaves this machine is encrypted: false is for a server on loopback alone.
    starttls: fields.Switch = Field(default=True, description="true or false")
    user: OptionalText = Field(default=None, description="the name that the mail server knows this bridge by")
    password: OptionalSecret = Field(default=None, description='its password, as "env:NAME" or "file:/path"')
    sender: Annotated[str | None, BeforeValidator(fields.optional(mailboxes.mailbox))] = Field(
        default=None,
        validation_alias="from",
        description='an address, such as "bridge@example.com" or "The bridge <bridge@example.com>"',
    )
    to: Annotated[tuple[str, ...], BeforeValidator(mailboxes.several)] = Field(
        default=(), max_length=MOST_RECIPIENTS, description=f"an address, or a list of at most {MOST_RECIPIENTS}"
    )
    # All events of a day in one mail, at this time of the place of [bridge] timezone. Without it each has its own, at once.
    digest: Annotated[time | None, BeforeValidator(fields.optional(fields.clock))] = Field(
        default=None, description='a time of day such as "08:00"'
    )
    # For kind "ats": the source that is written back to, with the api_key of that source.
    source: OptionalText = Field(default=None, description="the NAME of a [sources.NAME]")
    # The ATS's id of the user who signs the notes, for vendors that want one; and of the account, for Recruitee and Merge.
    author: OptionalText = Field(default=None, description="the ATS's id of a user")
    account: OptionalSecret = Field(default=None, description="the ATS's id or token of the account")
    # For kind "ats", where a job has no notes (Ashby, Teamtailor): the custom field of jobs that the share link goes into.
    field: OptionalText = Field(default=None, description="the ATS's id of a custom field of jobs")
    # In which language people are written to; there is a file of texts for each.
    language: Text = Field(default="en", description='a language that there are texts of, such as "en"')
    # Those of [bridge], put here when the file is read, so that a target's module needs to know its target alone.
    timezone: ZoneInfo = ZoneInfo("UTC")
    templates: Path | None = None


def _is_production(data: dict[str, Any]) -> bool:
    return not all(addresses.is_loopback(organization.base_url) for organization in data["organizations"].values())


class Batches(Section):
    """`[batches]`: files of wanted interviews. May be left out."""

    # A file that is put here is run as a batch once it is whole, and its results are written beside it. Workers must see it.
    inbox: Annotated[Path | None, BeforeValidator(fields.optional_folder)] = Field(
        default=None, description="a folder in which files of wanted interviews are put"
    )


class Settings(Section):
    """The whole configuration, checked. Organizations, sources and targets are found by their names."""

    bridge: Bridge
    batches: Batches = Batches()
    organizations: Mapping[str, Organization] = Field(default={})
    sources: Mapping[str, Source] = Field(default={})
    targets: Mapping[str, Target] = Field(default={})
    rules: tuple[Rule, ...] = ()
    path: Path | None = None  # of the file, as it was named
    sandbox: bool = False  # nothing is configured: see config.sandbox
    production: bool = Field(default_factory=_is_production)  # some base_url is not on loopback
    warnings: tuple[Fault, ...] = ()  # what `doctor` points out
