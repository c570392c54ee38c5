"""BambooHR: job openings, from its API and its careers site (documentation.bamboohr.com, reference and webhooks, 2026-11-24).

Its webhooks tell of employees, none of job openings: the list of the API is polled, with a key. It holds no texts and no time of
a change; the text of an open one is what the careers site shows to everybody, at an address that only others document. Assumed:
that the timestamp of a signature is in seconds, that an empty password goes with the key, and the words for a status.
"""

from collections.abc import Iterator
from datetime import datetime

from config.settings import Source
from worker import signing
from worker.domain.asking import Asking, Listed, each
from worker.domain.call import Call, Key, answered, answered_list, segment, with_query
from worker.domain.event import Event, Ignored, PostingAnnounced, PostingChanged, PostingClosed
from worker.domain.fields import Fields, Unreadable, unknown
from worker.domain.posting import JobPosting
from worker.domain.received import Received

ACCEPTED = 202  # any 2xx
GIVES_UP_ON_4XX = True  # not known, and a 503 loses nothing
SIGNS_TIME = True
ANNOUNCES_POSTINGS = False
BY_ACCOUNT = False
IS_POLLED = True
SIGNATURE, TIMESTAMP = "X-BambooHR-Signature", "X-BambooHR-Timestamp"
OPEN, DRAFT = "open", "draft"
OVER = frozenset({"filled", "canceled", "deleted", "on hold"})
JSON = {"Accept": "application/json"}


def is_authentic(received: Received, source: Source, now: datetime) -> bool:
    """Hex over the raw body and, right behind it, the timestamp; at most five minutes old or early."""
    moment = received.header(TIMESTAMP)
    if not signing.is_recent(moment, now):
        return False
    return signing.hmac_sha256_hex(received.body + moment.encode(), received.header(SIGNATURE), source.secrets)


def sign(body: bytes, source: Source, *, delivery_id: str, now: datetime) -> dict[str, str]:  # noqa: ARG001  # there is no id
    """What BambooHR sends with a body."""
    moment = str(int(now.timestamp()))
    digest = signing.hex_digest(body + moment.encode(), source.secrets[0])
    return {"Content-Type": "application/json", TIMESTAMP: moment, SIGNATURE: digest}


def delivery_id(_received: Received, _source: Source) -> str | None:
    """None is documented; the digest of the body must do."""
    return None


def is_test_body(_received: Received) -> bool:
    """None is documented."""
    return False


def read(received: Received, _source: Source) -> Iterator[Event]:
    """None of its events is about a job opening; the older form of them, a list of employees, has no name."""
    yield Ignored.of_no_use("BambooHR", received.json().text("type", "employees"))


def page(_asking: Asking, source: Source) -> Call:
    """All job openings at once, whatever their status."""
    url = with_query(f"{_company(source)}/api/v1/applicant_tracking/jobs", statusGroups="ALL")
    return Call("GET", url, key=Key(before="Basic ", is_user_name=True), headers=JSON)


def listed(status: int, body: bytes, _asking: Asking, _source: Source) -> Listed:
    """Those that are open are to be asked for one by one."""
    return Listed(each(answered_list("BambooHR", status, body), _listed))


def ask(announced: PostingAnnounced, source: Source) -> Call:
    """The job opening as the careers site shows it. It is public: no key goes there."""
    return Call("GET", f"{_careers(source, announced.job_id or '')}/detail", headers=JSON)


def fetched(status: int, body: bytes, announced: PostingAnnounced, source: Source) -> Iterator[Event]:
    """The job opening as it is now. A status that is not known closes nothing."""
    job, job_id = answered("BambooHR", status, body).child("result").child("jobOpening"), announced.job_id or ""
    state = job.text("jobOpeningStatus").lower()
    if state == OPEN:
        yield PostingChanged(_posting(job, job_id, _careers(source, job_id)))
    elif state in OVER | {DRAFT}:
        yield PostingClosed(job_id)
    else:
        raise Unreadable(f"the job opening has {unknown('status', state)}")


def _listed(job: Fields) -> Event:
    job_id, state = job.key("id"), job.child("status").text("label", "").lower()
    if state == OPEN:
        return PostingAnnounced(job_id, title=job.child("title").line("label", ""))
    if state in OVER:
        return PostingClosed(job_id)
    return Ignored(f"Job opening {job_id} " + ("is a draft." if state == DRAFT else f"has {unknown('status', state)}."))


def _posting(job: Fields, job_id: str, url: str) -> JobPosting:
    """A place is an office, or, for work elsewhere, one that was typed in."""
    office, typed = job.optional_child("location"), job.optional_child("atsLocation")
    places = [office.optional_line(name) for name in ("city", "state", "addressCountry")]
    if not any(places):
        places = [typed.optional_line(name) for name in ("city", "state", "country")]
    return JobPosting(
        job_id=job_id,
        title=job.line("jobOpeningName", ""),
        description=job.text("description", ""),
        location=", ".join(filter(None, places)) or None,
        department=job.optional_line("departmentLabel"),
        url=job.optional_url("jobOpeningShareUrl") or url,
    )


def _careers(source: Source, job_id: str) -> str:
    return f"{_company(source)}/careers/{segment(job_id)}"


def _company(source: Source) -> str:
    if source.api_url is None:
        raise Unreadable('BambooHR has an address for each customer; set api_url = "https://COMPANY.bamboohr.com"')
    return source.api_url
