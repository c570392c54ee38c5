"""What is sent for a request: its text, enriched or condensed as far as needed, and its options with our mark."""

from worker.descriptions import condensing, enriching
from worker.domain.request import Content, GenerationRequest, Kind
from worker.talentsprout import wire

LONGEST_TITLE = 200


def payload(request: GenerationRequest, content: Content, n: int) -> bytes:
    """The body of attempt `n`, byte for byte."""
    options = dict(content.options)
    if request.kind is Kind.GENERATE and request.source is not None:
        options = of_posting(request.title, content)
    client_name = options.get("client_name")
    named = wire.labelled(client_name if isinstance(client_name, str) else None, request.label, n)
    return wire.payload(request.kind, text(request, content), options, named)


def text(request: GenerationRequest, content: Content) -> str:
    """The description as the next attempt carries it."""
    if request.kind is Kind.CREATE:
        return content.text
    whole = content.text
    if request.enriched:
        about = content.about
        whole = enriching.enrich(
            whole, request.title, about.get("location"), about.get("department"), about.get("company")
        )
    return condensing.condense(whole, request.text_limit).text


def of_posting(title: str, content: Content) -> dict[str, object]:
    """The options of a posting: its own title and company, where those of its source and rule say nothing else."""
    known = {"title": title[:LONGEST_TITLE], "company_name": content.about.get("company")}
    return {**{name: value for name, value in known.items() if value}, **content.options}
