"""What lies between keys and between sections: which key needs which, and which name must exist.

The tables are looked at as they are written, so that a fault elsewhere in a section doesn't hide one of these.
What `settings` checks of a key alone is not repeated here: a value of the wrong type is passed over.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Collection

from config import scalars
from config.addresses import is_loopback_host
from config.document import Document, Table, section_of, texts
from config.faults import Wrong
from config.kinds import Kinds
from config.report import Report
from config.wording import one_of, shown

RESERVED_SOURCE = "talentsprout"  # the source of completions, which come from no ATS
SANDBOX = "sandbox"  # the organization that there is when none is configured
_MAKE_A_KEY = "python3 -c 'import base64, os; print(\"whsec_\" + base64.b64encode(os.urandom(32)).decode())'"
_OF_MAIL = ("host", "port", "starttls", "user", "password", "from", "to", "digest")
_OF_ATS = ("source", "author", "account", "field")
_ON_THE_JOB = "interview.created"
_WRITTEN_BACK = ("interview.created", "result.completed", "result.abandoned", "candidate.invited")
_TLS_PORT = 465  # TLS from the first byte on (RFC 8314, 3.3)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def check(document: Document, kinds: Kinds, report: Report) -> None:
    """Reports every fault of this sort."""
    known = {"sources": kinds.sources, "targets": kinds.targets}
    for kind, name, table in document.named():
        section = section_of(kind, name)
        _check_name(section, name, report)
        if kind == "organizations":
            _check_retries(section, table, report)
        if kind in known:
            _check_kind(section, table, known[kind], report)
            _check_organization(section, table, document, report)
        if kind == "sources":
            _check_headers(section, table, report)
            _check_mapping(section, table, report)
            _check_signing_key(section, table, report)
        if kind == "targets":
            _check_needs(section, table, document, report)
            _check_on_jobs(section, table, document, kinds, report)
            _check_own_signing_key(section, table, report)
    if document.sources and not document.organizations and not any(f.section == "organizations" for f in report.faults):
        remedy = "add [organizations.NAME] with its api_key, or remove the sources to run the sandbox"
        report.add("organizations", (), Wrong("is missing, and sources need an organization", remedy))


def _text(table: Table, key: str) -> str | None:
    """The text at a key, if there is one and it could be had."""
    value = table.get(key)
    return value if isinstance(value, str) else None


def _is(table: Table, key: str, read: Callable[[object], object], wanted: object) -> bool:
    """Whether that is the value of a key, wherever it stands."""
    try:
        return key in table and read(table[key]) == wanted
    except Wrong:
        return False  # it has its fault already


def _check_retries(section: str, table: Table, report: Report) -> None:
    """Else somebody believes that something is sent again."""
    if "max_unknown_retries" in table and table.get("on_unknown", "hold") == "hold":
        wrong = Wrong('counts what on_unknown = "retry" sends again', 'set on_unknown = "retry", or take it out')
        report.add(section, ("max_unknown_retries",), wrong)


def _check_name(section: str, name: str, report: Report) -> None:
    if section == f"sources.{RESERVED_SOURCE}":
        wrong = Wrong(f'"{name}" is the source of TalentSprout\'s own events', "choose another name")
        report.add(section, (), wrong)
    if not _NAME.fullmatch(name):
        remedy = 'expected 1 to 40 of a-z, 0-9, "-" and "_", with a letter or digit first'
        report.add(section, (), Wrong(f"{shown(name)} is not a name", remedy))


def _check_kind(section: str, table: Table, known: Collection[str], report: Report) -> None:
    kind = _text(table, "kind")
    if kind and kind not in known:
        what = "source" if section.startswith("sources.") else "target"
        report.add(section, ("kind",), Wrong(f"{shown(kind)} is not a kind of {what}", one_of(kind, sorted(known))))


def _check_organization(section: str, table: Table, document: Document, report: Report) -> None:
    """Where nothing is configured a target may name the sandbox. Sources without any organization are one fault, in `check`."""
    name = _text(table, "organization")
    known = list(document.organizations) or ([] if document.sources else [SANDBOX])
    if name and known and name not in known:
        wrong = Wrong(f"{shown(name)} has no section [organizations.NAME]", one_of(name, known))
        report.add(section, ("organization",), wrong)


def _check_headers(section: str, table: Table, report: Report) -> None:
    """A generic sender proves itself in one of two ways; other kinds know their own header."""
    kind = _text(table, "kind")
    written = [key for key in ("token_header", "signature_header") if key in table]
    if kind == "generic" and not written:
        remedy = "name the header that holds the secret; or name, as signature_header, the one that holds a signature"
        report.add(section, ("token_header",), Wrong("is missing", remedy))
    elif kind == "generic" and len(written) == 2:
        report.add(section, ("signature_header",), Wrong("stands beside token_header", "keep one of the two"))
    elif kind and kind != "generic":
        for key in written:
            report.add(section, (key,), Wrong('is for kind "generic" alone', "leave it out"))
    if kind and kind != "teamtailor" and "legacy_signature" in table:
        report.add(section, ("legacy_signature",), Wrong('is for kind "teamtailor" alone', "leave it out"))


def _check_mapping(section: str, table: Table, report: Report) -> None:
    kind = _text(table, "kind")
    if kind and kind not in ("generic", "standard") and "mapping" in table:
        report.add(section, ("mapping",), Wrong('is for kinds "generic" and "standard" alone', "leave it out"))


def _check_signing_key(section: str, table: Table, report: Report) -> None:
    """Standard Webhooks signs with the bytes that the secret spells in base64 (specification, "Signature scheme")."""
    for location, secret in texts(table, "secret") if _text(table, "kind") == "standard" else ():
        if not _is_base64(secret):
            remedy = 'copy it from the sender, as it stands there; kind "standard" has "whsec_" and base64'
            report.add(section, location, Wrong("the secret is not base64", remedy))


def _check_own_signing_key(section: str, table: Table, report: Report) -> None:
    """What is no base64 signs as its text; what says that it is a key must be one."""
    for location, secret in texts(table, "secret") if _text(table, "kind") == "webhook" else ():
        if secret.startswith("whsec_") and not _is_base64(secret):
            remedy = f"copy it from the receiver, or make one with: {_MAKE_A_KEY}"
            report.add(section, location, Wrong('the secret has no base64 behind "whsec_"', remedy))


def _is_base64(secret: str) -> bool:
    try:
        return bool(b64decode(secret.removeprefix("whsec_"), validate=True))
    except ValueError:
        return False


def _check_needs(section: str, table: Table, document: Document, report: Report) -> None:
    kind = _text(table, "kind")
    if kind in ("webhook", "slack", "teams") and "url" not in table:
        report.add(section, ("url",), Wrong("is missing", f'kind "{kind}" needs the https address that is posted to'))
    _check_mail(section, table, report)
    _check_ats(section, table, document, report)
    if kind == "webhook" and "secret" not in table:
        remedy = 'kind "webhook" signs what it sends: "env:NAME" or "file:/path"'
        report.add(section, ("secret",), Wrong("is missing", remedy))


def _check_mail(section: str, table: Table, report: Report) -> None:
    """What only mail needs, it needs; and a password never leaves this machine in the clear."""
    if _text(table, "kind") != "email":
        for key in [key for key in _OF_MAIL if key in table]:
            report.add(section, (key,), Wrong('is for kind "email" alone', "leave it out"))
        return
    for key, what in (("host", "the mail server"), ("from", "the address that mail comes from"), ("to", "addresses")):
        if key not in table:
            report.add(section, (key,), Wrong("is missing", f'kind "email" needs {what}'))
    for key, other in (("user", "password"), ("password", "user")):
        if key in table and other not in table:
            report.add(section, (other,), Wrong("is missing", f"it belongs to {key}"))
    host = _text(table, "host")
    in_the_clear = _is(table, "starttls", scalars.yes_or_no, False) and not _is(table, "port", scalars.whole, _TLS_PORT)
    if in_the_clear and host and not is_loopback_host(host):
        remedy = "leave it out; a server that knows no STARTTLS may have TLS on port 465"
        report.add(section, ("starttls",), Wrong("mail in the clear is refused unless the host is on loopback", remedy))


def _check_ats(section: str, table: Table, document: Document, report: Report) -> None:
    """An ATS is written back to by its source's key, and told only of what belongs to one job or one candidate."""
    if _text(table, "kind") != "ats":
        for key in [key for key in _OF_ATS if key in table]:
            report.add(section, (key,), Wrong('is for kind "ats" alone', "leave it out"))
        return
    name = _text(table, "source")
    if "source" not in table:
        report.add(section, ("source",), Wrong("is missing", 'kind "ats" needs the source that is written back to'))
    elif name and name not in document.sources:
        remedy = one_of(name, list(document.sources)) if document.sources else "add it"
        report.add(section, ("source",), Wrong(f"{shown(name)} has no section [sources.NAME]", remedy))
    elif name and "api_key" not in document.sources[name]:
        report.add(section, ("source",), Wrong(f"{shown(name)} has no api_key", "give that source the key of its ATS"))
    known = ", ".join(f'"{one}"' for one in _WRITTEN_BACK)
    for location, event in texts(table, "events"):
        if event not in _WRITTEN_BACK:
            report.add(
                section, location, Wrong(f"{shown(event)} is not written into an ATS", f"expected out of {known}")
            )


def _check_on_jobs(section: str, table: Table, document: Document, kinds: Kinds, report: Report) -> None:
    """What an ATS can't take is said here, and not by every delivery."""
    kind = _text(document.sources.get(_text(table, "source") or "", {}), "kind")
    if _text(table, "kind") != "ats" or kind not in kinds.sources or kind is None:
        return
    what, told = kinds.on_jobs(kind), [location for location, event in texts(table, "events") if event == _ON_THE_JOB]
    if what is None:
        wrong = Wrong(f'is of the kind "{kind}", which can\'t be written to', "tell people by another kind of target")
        report.add(section, ("source",), wrong)
    for location in told if what == "nothing" else ():
        remedy = "take it out, and hand the share link on by another target"
        report.add(
            section,
            location,
            Wrong(f'"{_ON_THE_JOB}" stands on the job, and kind "{kind}" takes nothing there', remedy),
        )
    if what == "field" and told and "field" not in table:
        remedy = f'kind "{kind}" has no notes on jobs: the id of a custom field of jobs, or take "{_ON_THE_JOB}" out of events'
        report.add(section, ("field",), Wrong("is missing", remedy))
    elif what not in ("field", None) and "field" in table:
        report.add(section, ("field",), Wrong(f'is not for kind "{kind}"', "leave it out"))
