"""What a row wants, or why it can't be had: looked at before any transaction begins, alike for a check and a run."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.wording import ended, likely, one_of, shown
from worker import filing
from worker.batches.options import BadOption, as_text, from_cells
from worker.batches.rows import ID, KIND, ORGANIZATION, TEXT, TITLE, Row
from worker.descriptions import checking, condensing, plain_text
from worker.domain.fields import clean, single_line
from worker.domain.request import Code, Kind
from worker.policy import identity, priority, reasons
from worker.policy.identity import Identity
from worker.policy.verdicts import Condensing, Verdict


@dataclass(frozen=True)
class Wanted:
    """A row that can be filed. `digest` is of its content."""

    row: Row
    submission: filing.Submission
    identity: Identity
    digest: str

    @property
    def key(self) -> tuple[str, str]:
        """What is unique in the ledger."""
        return self.submission.organization, self.identity.key

    def condensing(self) -> Condensing | None:
        """Whether its text is shortened before it is sent first."""
        text = self.submission.text
        limit = filing.text_limit(text)
        if self.submission.kind is Kind.CREATE or checking.length(text) <= limit:
            return None
        found = condensing.condense(text, limit)
        return Condensing(found.before, found.after)


@dataclass(frozen=True)
class Faulty:
    """A row that can't be filed, and why, in a sentence."""

    row: Row
    verdict: Verdict
    reason: str


class _Bad(Exception):
    """What is wrong with a row."""


@dataclass(frozen=True)
class Judge:
    """`organizations` are those of the configuration, `owner` whose the rows are that name none themselves."""

    organizations: frozenset[str]
    owner: str | None

    def judge(self, row: Row) -> Wanted | Faulty:
        """Never raises: whatever is wrong with a row is said of that row."""
        if row.fault is not None:
            return Faulty(row, Verdict.BAD, row.fault)
        try:
            submission = self._submission(row)
        except (_Bad, BadOption) as fault:
            return Faulty(row, Verdict.BAD, str(fault))
        because = filing.fault_of(submission.kind, submission.text)
        if because is not None:
            verdict = Verdict.TOO_SHORT if because.code is Code.TOO_SHORT else Verdict.BAD
            return Faulty(row, verdict, reasons.resting(because))
        content = (submission.kind, submission.text, submission.options)
        known_as = submission.identity or identity.of_content(*content)
        return Wanted(row, submission, known_as, identity.content_digest(*content))

    def _submission(self, row: Row) -> filing.Submission:
        cells = dict(row.cells)
        organization = self._organization(cells.pop(ORGANIZATION, None))
        brought = _id(cells.pop(ID, None))
        kind = _kind(cells.pop(KIND, None))
        text = plain_text.readable(as_text(cells.pop(TEXT, "")))
        title = single_line(clean(as_text(cells.get(TITLE, ""))))
        options = from_cells({name: value for name, value in cells.items() if name != TITLE})
        if title:
            options = {"title": title, **options}
        if kind is Kind.CREATE:
            _expect_what_create_needs(options)
        return filing.Submission(
            organization=organization,
            text=text,
            title=title,
            kind=kind,
            options=options,
            identity=identity.brought(brought) if brought else None,
            priority=priority.BATCH,
        )

    def _organization(self, given: object) -> str:
        name = self.owner if given is None else as_text(given)
        if name in self.organizations:
            assert name is not None
            return name
        found = "it names no organization" if name is None else f"the organization {shown(name)} is not configured"
        raise _Bad(ended(f"{found}; {one_of(name or '', sorted(self.organizations))}"))


def _id(given: object) -> str | None:
    brought = "" if given is None else as_text(given)
    if brought and (wrong := identity.fault_of_brought(brought)) is not None:
        raise _Bad(f"the id can't be used: {wrong}.")
    return brought or None


def _kind(given: object) -> Kind:
    if given is None:
        return Kind.GENERATE
    word = as_text(given).lower()
    try:
        return Kind(word)
    except ValueError:
        meant = likely(word, list(Kind))
        hint = f' Did you mean "{meant}"?' if meant else ""
        raise _Bad(f'kind: {shown(as_text(given))} is not a choice; expected "generate" or "create".{hint}') from None


def _expect_what_create_needs(options: Mapping[str, object]) -> None:
    """TalentSprout does not write them for this kind (API reference, "Create an interview")."""
    if "title" not in options:
        raise _Bad("title: is missing; an interview of the kind create needs one.")
    if "questions" not in options and "template_id" not in options:
        raise _Bad("questions: is missing; an interview of the kind create needs questions or a template_id.")
