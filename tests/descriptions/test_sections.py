"""Headings, paragraphs and items of a readable text, and what each is for."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.descriptions.boilerplate import Kind, kind_of_heading, kind_of_paragraph
from worker.descriptions.plain_text import readable
from worker.descriptions.sections import divided, joined

POSTINGS = Path(__file__).with_name("postings")


def headings(text: str) -> list[str]:
    return [section.heading for section in divided(text)]


def test_a_heading_is_a_short_line_before_a_paragraph_or_a_list() -> None:
    text = (
        "Welder\n\nWe weld pipes.\n\nTasks\n- Weld\n- Grind\nSkills:\nYou weld.\n\n"
        "Why us?\n\nBecause we care.\n\nBenefits!\n\nMany."
    )
    assert headings(text) == ["Welder", "Tasks", "Skills:", "Why us?", "Benefits!"]


@pytest.mark.parametrize(
    "text",
    [
        "We weld pipes.\n\nWe grind them.",
        "Acme Pipes Ltd\nCanal Road 5\nLeeds LS1",
        "- Weld\n- Grind",
        "Pay | 12\nPlace | Brno",
        "This line has no full stop but goes on for so long that nobody would print it in bold above a text\n\nEnd.",
        "***\n\nEnd.",
        "We are an equal opportunity employer.\n\nYou weld.",
        "We weld pipes!\n\nYou do, too.",
        "The last short line",
    ],
)
def test_what_only_looks_like_a_heading_is_none(text: str) -> None:
    assert headings(text) == [""]


def test_lines_that_go_on_belong_together_and_others_do_not() -> None:
    wrapped = "We look for a person who can weld pipes of every kind and\nwho likes it. Pay is fair\nand comes early."
    items = "- Weld pipes\n  of copper\n- Grind\n\nFull time\nLeeds"
    paragraphs = [p.text for section in divided(f"{wrapped}\n\n{items}") for p in section.paragraphs]
    assert paragraphs == [wrapped, "- Weld pipes\n  of copper", "- Grind", "Full time", "Leeds"]


@pytest.mark.parametrize("name", [path.name for path in sorted(POSTINGS.glob("*.expected.txt"))])
def test_the_sections_of_a_posting_are_the_posting(name: str) -> None:
    text = (POSTINGS / name).read_bytes().decode().removesuffix("\n")
    assert joined(divided(text)) == text


@given(st.text(st.sampled_from("aB. :-\n1•?")))
@settings(deadline=None)
def test_the_sections_of_a_readable_text_are_the_text(text: str) -> None:
    assert joined(divided(readable(text))) == readable(text)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (
            Kind.EQUAL_OPPORTUNITY,
            "Equal opportunity|Diversity & Inclusion|Vielfalt|Égalité des chances|Igualdad|Gelijke kansen|Równe szanse",
        ),
        (Kind.EQUAL_OPPORTUNITY, "Pari opportunità|Igualdade de oportunidades|Our commitment to diversity"),
        (
            Kind.PRIVACY,
            "Privacy notice|Datenschutz|Données personnelles|Protección de datos|Privacyverklaring|RODO|Dati personali",
        ),
        (
            Kind.LEGAL,
            "Legal notice|Rechtliche Hinweise|Mentions légales|Aviso legal|Note legali|Klauzula|Note to recruitment agencies",
        ),
        (
            Kind.APPLYING,
            "How to apply|Bewerbung|Comment postuler ?|Cómo aplicar|Solliciteren|Jak aplikować?|Come candidarsi|Candidate-se",
        ),
        (
            Kind.BENEFITS,
            "What we offer|Perks & Benefits|What’s in it for you?|Das bieten wir Ihnen|Ce que nous offrons|Ofrecemos",
        ),
        (Kind.BENEFITS, "Wat bieden wij?|Co oferujemy|Cosa offriamo|O que oferecemos|Warum Kontor & Söhne?|Why Acme"),
        (
            Kind.COMPANY,
            "About us|ABOUT NORTHWIND FREIGHT|Über uns|Qui sommes-nous ?|Quiénes somos|Over ons|O nas|Chi siamo|Quem somos",
        ),
        (
            Kind.ESSENTIAL,
            "About the role|About you|What you’ll do|Responsibilities|Requirements and benefits|Benefits Manager (m/f/d)",
        ),
        (
            Kind.ESSENTIAL,
            "Ihre Aufgaben|Ihr Profil|Über die Stelle|Vos missions|Profil recherché|Requisitos|Over de functie|Wie ben jij?",
        ),
        (
            Kind.ESSENTIAL,
            "Wymagania|Zakres obowiązków|Requisiti|Su di te|Responsabilidades|Sobre a vaga|業務内容|Why this role matters|",
        ),
    ],
)
def test_a_heading_says_what_its_section_is_for(kind: Kind, named: str) -> None:
    assert {heading: kind_of_heading(heading) for heading in named.split("|")} == dict.fromkeys(named.split("|"), kind)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.EQUAL_OPPORTUNITY, "Acme is an Equal-Opportunity Employer."),
        (Kind.EQUAL_OPPORTUNITY, "All qualified applicants will receive consideration without regard to race."),
        (Kind.EQUAL_OPPORTUNITY, "Schwerbehinderte Menschen werden bei gleicher Eignung bevorzugt."),
        (Kind.EQUAL_OPPORTUNITY, "L'offerta è rivolta ad ambo i sessi (L. 903/77)."),
        (Kind.PRIVACY, "Wyrażam zgodę na przetwarzanie moich danych osobowych."),
        (Kind.PRIVACY, "How we use your personal data is told in our privacy policy."),
        (Kind.APPLYING, "Apply with a CV only."),
        (Kind.BENEFITS, "Wir bieten: Vergütung nach Tarif."),
        (Kind.BENEFITS, "Oferujemy umowę o pracę."),
        (Kind.BENEFITS, "Package: 58,000 and every second Friday."),
        (Kind.APPLYING, "Questions? Write to the works office."),
        (Kind.COMPANY, "Über uns: Wir bauen Kräne."),
        (Kind.ESSENTIAL, "You keep personal data of patients safe and know the GDPR."),
        (Kind.ESSENTIAL, "Our benefits team needs you. You explain what we offer."),
        (Kind.ESSENTIAL, "Requirements: you can weld."),
        (Kind.ESSENTIAL, "Questions of safety are yours to answer."),
        (Kind.ESSENTIAL, ""),
    ],
)
def test_a_paragraph_says_what_it_is_for(kind: Kind, text: str) -> None:
    assert kind_of_paragraph(text) is kind


def test_a_paragraph_is_what_it_says_and_else_what_its_heading_says() -> None:
    text = (
        "Benefits\n\n- Bus\n\nWe are an equal opportunity employer.\n\nTasks\n\nYou weld.\n\n"
        "We offer you, from the very first day and in each of our plants, anywhere:\n- Bus\n- Tea\n\nYou also grind."
    )
    kinds = [(p.text[:8], p.kind) for section in divided(text) for p in section.paragraphs]
    assert kinds == [
        ("- Bus", Kind.BENEFITS),
        ("We are a", Kind.EQUAL_OPPORTUNITY),
        ("You weld", Kind.ESSENTIAL),
        ("We offer", Kind.BENEFITS),
        ("- Bus", Kind.BENEFITS),
        ("- Tea", Kind.BENEFITS),
        ("You also", Kind.ESSENTIAL),
    ]
