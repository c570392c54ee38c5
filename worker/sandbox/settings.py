"""What can be chosen about the sandbox. Everything is frozen; the control plane replaces, it never changes in place.

All durations are seconds of TalentSprout's time: on the wire they are divided by `Settings.speed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

WINDOW_SECONDS = 60.0
FAKE_KEY = "tsk_" + "x" * 32
SAMPLE_TEMPLATE = "5a3b1e00-0000-4000-8000-000000000001"


class Tier(StrEnum):
    AI = "ai"
    DEFAULT = "default"


class Endpoint(StrEnum):
    PING = "ping"
    CREATE = "interviews"
    GENERATE = "from-job-description"


class Scope(StrEnum):
    """The vendor names no scope; these two are invented. A ping needs none."""

    CREATE = "interviews:create"
    GENERATE = "interviews:generate"


class Limiter(StrEnum):
    """How "sliding window" is counted; the vendor does not say. See windows.py."""

    LOG = "log"
    WEIGHTED = "weighted"
    WEIGHTED_STRICT = "weighted_strict"
    FIXED = "fixed"


class IdForm(StrEnum):
    """How a webhook names an interview."""

    UUID = "uuid"
    SHORT = "short"  # c and seven more, unrelated to the UUID
    HEX8 = "hex8"  # the first eight digits of the UUID


class PingBody(StrEnum):
    FLAT = "flat"  # {"object": "ping", "organization_id": …, "scopes": […]}
    WRAPPED = "wrapped"  # {"data": the same}
    SCOPES = "scopes"  # {"scopes": […]}


class ResetMeaning(StrEnum):
    OLDEST = "oldest"  # the next slot comes free
    EMPTY = "empty"  # all are free


class Characters(StrEnum):
    UTF16 = "utf16"
    CODEPOINTS = "codepoints"
    BYTES = "bytes"


class TemplateUse(StrEnum):
    """What `template_id` does in a generation; explicit fields win in any case."""

    OVER_AI = "over_ai"
    UNDER_AI = "under_ai"
    REFUSED = "refused"


class AbandonedBody(StrEnum):
    NULLS = "nulls"  # scores and evaluation are there, all null
    ABSENT = "absent"  # neither is there


class Recording(StrEnum):
    OPEN = "open"
    LOGIN = "login"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Every question that the vendor's pages leave open, with the answer that this sandbox gives to it."""

    webhook_id: IdForm = IdForm.UUID
    dashboard_id: IdForm | None = None  # the id in dashboardUrl and profileUrl; None: the form of interview.id
    signature_header: str = ""  # name of a header "sha256=<hex HMAC of the body>"; empty: webhooks are unsigned
    signature_secret: str = field(default="sandbox-signature", repr=False)
    delivery_id_header: str = ""  # name of a header with an id of the delivery; empty: there is none
    webhook_retries: int = 0  # further tries after a time-out or an answer other than 2xx
    success_status: int = 201  # of both POSTs: 200 or 201
    ping_body: PingBody = PingBody.FLAT
    invalid_counts: bool = True  # 400, 404 and 422 consume the window
    unauthorized_counts: bool = False  # 401 (of a revoked key: an unknown one has no window) and 403 do
    limited_counts: bool = False  # 429 does
    reset_means: ResetMeaning = ResetMeaning.OLDEST
    candidate_speaker: str = "candidate"
    template_in_generation: TemplateUse = TemplateUse.OVER_AI
    server_limit_seconds: float = 240.0  # a generation that takes longer is answered 504 `timeout` at that moment
    characters: Characters = Characters.UTF16
    unknown_fields_refused: bool = False
    abandoned_body: AbandonedBody = AbandonedBody.NULLS
    recording: Recording = Recording.OPEN


@dataclass(frozen=True, slots=True)
class Seconds:
    """Something that takes between `low` and `high` seconds, evenly spread."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError(f"{self.low}-{self.high} is no range of seconds; expected 0 <= low <= high")


@dataclass(frozen=True, slots=True)
class Key:
    secret: str = field(repr=False)
    scopes: tuple[str, ...] = (Scope.CREATE, Scope.GENERATE)
    revoked: bool = False

    @property
    def display(self) -> str:
        """The first twelve characters: what the vendor keeps of a key, and what may be shown."""
        return self.secret[:12]


@dataclass(frozen=True, slots=True)
class Template:
    """An interview saved in the dashboard: its fields are the defaults of what is made from it."""

    id: str = SAMPLE_TEMPLATE
    fields: Mapping[str, object] = field(
        default_factory=lambda: {
            "voice": "sage",
            "duration": 10,
            "questions": [
                {"question": "What made you apply?"},
                {"question": "Which part of this work have you done before?"},
                {"question": "When could you start?"},
            ],
        }
    )


@dataclass(frozen=True, slots=True)
class ForeignSpender:
    """Somebody else on the same budget: so many requests per window, evenly spaced or all at once."""

    tier: Tier = Tier.AI
    per_window: int = 10
    burst: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    name: str = "sandbox"
    keys: tuple[Key, ...] = (Key(FAKE_KEY),)
    company_name: str = "Sandbox Company"
    ai_limit: int = 20
    default_limit: int = 120
    webhook_url: str = field(default="", repr=False)  # empty: nobody is told; the path may be a secret
    templates: tuple[Template, ...] = (Template(),)
    foreign: tuple[ForeignSpender, ...] = ()

    @property
    def id(self) -> str:
        return sha256(self.name.encode()).hexdigest()[:24]

    def limit(self, tier: Tier) -> int:
        return self.ai_limit if tier is Tier.AI else self.default_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    port: int = 0  # 0: any free one
    speed: float = 1.0
    limiter: Limiter = Limiter.LOG
    organizations: tuple[Organization, ...] = (Organization(),)
    generating: Seconds = Seconds(2.0, 8.0)
    creating: Seconds = Seconds(0.08, 0.12)
    pinging: Seconds = Seconds(0.08, 0.12)
    candidates: int = 1  # how many finish each interview by themselves
    finishing: Seconds = Seconds(30.0, 90.0)  # from the interview's creation to a candidate's end
    seed: int | None = None  # the same ids, latencies and shares of faults again
    switches: Switches = Switches()

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ValueError(f"speed {self.speed} is impossible; expected a number above 0, such as 1 or 60")
        if self.candidates < 0:
            raise ValueError(f"{self.candidates} candidates are impossible; expected 0 or more")

    @property
    def window_seconds(self) -> float:
        """The limiter's window in seconds of this machine."""
        return WINDOW_SECONDS / self.speed

    def latency(self, endpoint: Endpoint) -> Seconds:
        match endpoint:
            case Endpoint.GENERATE:
                return self.generating
            case Endpoint.CREATE:
                return self.creating
            case Endpoint.PING:
                return self.pinging
