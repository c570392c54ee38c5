"""`sprout rules`: what is particular about some postings, and which rule decides about one. Nothing is stored or sent."""

import json
from collections.abc import Iterator, Mapping, Sequence

import click

from config.rule import MATCHED, Rule
from config.settings import Source
from config.wording import ended, one_of
from worker import assembly, clock, composing, filing, sources
from worker.cli import files, options, printing, settings
from worker.cli.endings import Failure
from worker.domain.event import Event, Ignored, PostingAnnounced, PostingChanged, PostingClosed, PostingOpened
from worker.domain.fields import Unreadable
from worker.domain.posting import JobPosting
from worker.domain.received import Received
from worker.domain.request import Content, Kind
from worker.events.following import Readable
from worker.policy import reasons, rules
from worker.policy.rules import Misfit, Subject
from worker.shown import Shown

NO_POSTING = "a closing, a ping or something else that rules do not decide about"


@click.command()
@options.as_json
@click.pass_context
def list_rules(context: click.Context, as_json: bool) -> None:
    """\b
    sprout rules list

    List the rules of the configuration in the order in which they are asked: the first that fits a posting decides.
    """
    found = [_shown(rule) for rule in settings.of(context).rules]
    if as_json:
        printing.as_list(found)
    elif not found:
        printing.note("There are no rules. Write a [[rules]] into the configuration; docs/rules.md says how.")
    else:
        rows = [(one["name"], _conditions(one["fits"]), ", ".join(_effects(one))) for one in found]
        printing.table(("Rule", "Fits", "Then"), rows)


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("--source", metavar="NAME", help="The source that would send it; needed where there are several.")
@options.as_json
@click.pass_context
def try_rules(context: click.Context, file: str, source: str | None, as_json: bool) -> None:
    """\b
    sprout rules try posting.json --source careers

    Say which rule decides about the postings in FILE, a delivery of a source, why the rules before it do not, and the options
    that would be sent. Nothing is stored or sent.
    """
    chosen = _source(assembly.settings_in_force(settings.of(context)).sources, source)
    received = Received({}, files.contents(file), clock.wall())
    try:
        said = list(sources.named(chosen.kind).read(received, chosen))
    except Unreadable as fault:
        raise Failure("unreadable", f"{file} can't be read as a delivery of {chosen.name}: {fault}.") from None
    found = [_tried(one, chosen) for one in said]
    if as_json:
        printing.as_list(found)
        return
    for one in found:
        _print(one)


def _source(configured: Mapping[str, Source], name: str | None) -> Source:
    if name is None and len(configured) == 1:
        return next(iter(configured.values()))
    if name is None:
        known = one_of("", sorted(configured)) if configured else "the configuration has none"
        raise click.UsageError(ended(f"Say which source sends it, --source NAME: {known}"))
    return settings.named("source", name, configured)


def _tried(event: Event, source: Source) -> Shown:
    """A posting with the rules that were asked; what is none, with the reason."""
    match event:
        case PostingOpened(posting) | PostingChanged(posting):
            return _decided(posting, source)
        case PostingAnnounced(job_id=job_id):
            return {
                "job_id": job_id,
                "ignored": "the posting's text is not in the delivery: it is fetched from the ATS",
            }
        case PostingClosed(job_id=job_id):
            return {"job_id": job_id, "ignored": NO_POSTING}
        case Ignored(reason):
            return {"job_id": None, "ignored": reason}
        case _:
            return {"job_id": None, "ignored": NO_POSTING}


def _decided(posting: JobPosting, source: Source) -> Shown:
    said = Readable.of(posting, detect_language=source.detect_language)
    plan = rules.plan(source, posting, said.detected)
    about = {"company": posting.company} if posting.company else {}
    content = Content(said.text, plan.options, about)
    fault = None if plan.skip else filing.fault_of(Kind.GENERATE, said.text)
    return {
        "job_id": posting.job_id,
        "title": posting.title,
        "tried": [_asked(*one) for one in rules.tried(source.rules, Subject.of(posting, source, said.detected))],
        "language": said.detected,
        "rule": plan.rule,
        "skip": plan.skip,
        "approve": plan.approve,
        "organization": plan.organization,
        "fault": None if fault is None else reasons.resting(fault),
        "options": None if plan.skip else composing.of_posting(posting.title, content),
    }


def _asked(rule: Rule, misfit: Misfit | None) -> Shown:
    told = {"rule": rule.name, "fits": misfit is None}
    if misfit is None:
        return told
    return {**told, "key": misfit.key, "found": misfit.found, "wanted": list(misfit.wanted)}


def _shown(rule: Rule) -> Shown:
    return {
        "name": rule.name,
        "fits": {key: list(getattr(rule, key)) for key in MATCHED if getattr(rule, key) is not None},
        "options": rule.options(),
        "to_organization": rule.to_organization,
        "skip": rule.skip,
        "approve": rule.approve,
    }


def _conditions(fits: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{key} {' or '.join(wanted)}" for key, wanted in fits.items()) or "everything"


def _effects(one: Shown) -> Iterator[str]:
    if one["skip"]:
        yield f"no interview: {one['skip']}"
    if one["approve"]:
        yield "held for a person's approval"
    if one["to_organization"]:
        yield f"filed for {one['to_organization']}"
    yield from (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in one["options"].items())


def _print(one: Shown) -> None:
    if "ignored" in one:
        printing.heading(f"Posting {one['job_id']}" if one["job_id"] else "No posting")
        printing.lines([f"Nothing to decide: {one['ignored']}"])
        return
    printing.heading(f"{one['title']} (posting {one['job_id']})")
    printing.facts((asked["rule"], _verdict(asked)) for asked in one["tried"])
    printing.lines([""])
    printing.facts(_outcome(one))
    if one["options"] is not None:
        printing.heading("Would be sent, beside the description")
        printing.lines(printing.tree(one["options"]))


def _verdict(asked: Shown) -> str:
    if asked["fits"]:
        return "fits and decides"
    found = "nothing" if asked["found"] is None else f'"{asked["found"]}"'
    return f"does not fit: {asked['key']} is {found}, wanted {' or '.join(asked['wanted'])}"


def _outcome(one: Shown) -> Iterator[tuple[str, str]]:
    yield "Language", one["language"] or ""
    yield "Decided by", f"the rule {one['rule']}" if one["rule"] else "no rule: the source alone"
    if one["skip"]:
        yield "Skipped", one["skip"]
        return
    yield "Filed for", one["organization"]
    if one["fault"]:
        yield "Held", one["fault"]
    elif one["approve"]:
        yield "Held", "until a person approves it: sprout requests approve ID"
