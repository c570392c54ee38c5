"""Boilerplate: what every posting of a company says alike, recognised by its words.

An interview is about the role, so what is said about the employer, the perks and the law may go first when a text is too
long. English, German, French, Spanish, Dutch, Polish, Italian and Portuguese. In doubt a text is essential: a list of
perks that stays costs some characters, a list of requirements that goes costs the interview.

Phrases are written as `_plain` makes texts: lower case, letters and digits only. `^` binds one to the beginning, `=` to
the whole.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

LOOKED_AT = 1_000  # characters of a paragraph that are searched: who advertises equal opportunity says so at once


class Kind(StrEnum):
    """What a section or paragraph is for."""

    ESSENTIAL = "essential"  # the role, its tasks, what it asks for; and whatever nobody recognised
    EQUAL_OPPORTUNITY = "equal opportunity"
    PRIVACY = "privacy"
    LEGAL = "legal notice"
    APPLYING = "how to apply"
    BENEFITS = "benefits"
    COMPANY = "about the company"


# Headings that name what an interview needs, whatever else they name ("Requirements and benefits").
_NEEDED = (
    "requirements", "required", "responsibilities", "responsible", "qualifications", "qualification", "duties", "skills",
    "experience", "tasks", "what you ll do", "what you will do", "what you bring", "who you are", "your profile",
    "your mission", "aufgaben", "anforderungen", "profil", "qualifikation", "qualifikationen", "tätigkeiten",
    "verantwortung", "kenntnisse", "missions", "responsabilités", "compétences", "exigences", "votre profil", "requisitos",
    "responsabilidades", "funciones", "taken", "functie eisen", "functieeisen", "verantwoordelijkheden", "wat ga je doen",
    "wie ben jij", "wie ben je", "wymagania", "obowiązki", "zadania", "oczekujemy", "kwalifikacje", "requisiti",
    "responsabilità", "mansioni", "attività", "competenze", "funções", "competências", "qualificações", "atividades",
    # Titles: a "Benefits Manager (m/f/d)" manages benefits, and a "Diversity Lead" is no notice about the law.
    "manager", "analyst", "specialist", "partner", "lead", "head of", "officer", "consultant", "coordinator", "director",
    "administrator", "expert", "engineer", "m w d", "w m d", "m f d", "f m d", "m f x", "m w x", "h f", "f h", "leiter",
    "leiterin", "leitung", "referent", "referentin", "sachbearbeiter", "sachbearbeiterin", "responsable", "chargé",
    "chargée", "especialista", "técnico", "técnica", "medewerker", "adviseur", "specjalista", "specjalistka", "kierownik",
    "addetto", "addetta", "analista",
)  # fmt: skip

_HEADINGS = {
    Kind.EQUAL_OPPORTUNITY: (
        "equal opportunity", "equal opportunities", "equal employment", "eeo", "diversity", "inclusion",
        "inclusive workplace", "reasonable accommodation", "accommodations", "chancengleichheit", "vielfalt", "diversität",
        "gleichstellung", "inklusion", "égalité des chances", "diversité", "handicap", "igualdad de oportunidades",
        "igualdad", "diversidad", "gelijke kansen", "diversiteit", "inclusie", "równe szanse", "różnorodność", "równość",
        "pari opportunità", "diversità", "inclusione", "igualdade de oportunidades", "igualdade", "diversidade",
        "inclusão",
    ),
    Kind.PRIVACY: (
        "=privacy", "privacy notice", "privacy policy", "privacy statement", "your privacy", "your data", "gdpr",
        "data protection notice", "=data protection", "candidate privacy", "=datenschutz", "datenschutzhinweis",
        "datenschutzhinweise", "datenschutzerklärung", "hinweise zum datenschutz", "confidentialité",
        "données personnelles", "protection des données", "rgpd", "protección de datos", "privacidad", "datos personales",
        "privacyverklaring", "gegevensbescherming", "persoonsgegevens", "rodo", "ochrona danych", "dane osobowe",
        "dane kontaktowe i rodo", "dati personali", "informativa privacy", "dados pessoais", "proteção de dados",
        "privacidade",
    ),
    Kind.LEGAL: (
        "legal notice", "=legal", "disclaimer", "recruitment agencies", "agency notice", "background check", "e verify",
        "recruitment fraud", "=impressum", "rechtliche hinweise", "rechtlicher hinweis", "personaldienstleister",
        "mentions légales", "aviso legal", "nota legal", "juridische", "acquisitie", "nota prawna", "klauzula",
        "note legali", "avviso legale",
    ),
    Kind.APPLYING: (
        "how to apply", "apply now", "=apply", "^apply for", "ready to apply", "interested", "application process",
        "hiring process", "interview process", "recruitment process", "selection process", "next steps", "=contact",
        "contact us", "=questions", "bewerbung", "bewerbungsprozess", "bewirb dich", "bewerben sie sich", "jetzt bewerben",
        "interesse", "interessiert", "neugierig", "=kontakt", "ansprechpartner", "ansprechpartnerin", "=fragen",
        "so geht es weiter", "comment postuler", "postuler", "postulez", "candidature", "processus de recrutement",
        "cómo aplicar", "cómo postular", "inscríbete", "proceso de selección", "=contacto", "solliciteren", "solliciteer",
        "sollicitatieprocedure", "geïnteresseerd", "jak aplikować", "aplikuj", "rekrutacja", "proces rekrutacji",
        "zainteresowany", "zainteresowana", "candidati", "come candidarsi", "candidatura", "processo di selezione",
        "=contatti", "como se candidatar", "candidate se", "processo seletivo", "processo de recrutamento", "=contactos",
    ),
    Kind.BENEFITS: (
        "benefits", "perks", "we offer", "our offer", "=offer", "the offer", "what s in it for you", "what you ll get",
        "what you get", "what you can expect from us", "compensation", "remuneration", "salary", "=package", "the package",
        "total rewards", "why join", "why work", "why you ll love", "wir bieten", "bieten wir", "unser angebot",
        "das angebot", "deine vorteile", "ihre vorteile", "vorteile", "das erwartet dich bei uns", "zusatzleistungen",
        "vergütung", "gute gründe", "nous offrons", "nous vous offrons", "nous proposons", "avantages", "rémunération",
        "ofrecemos", "te ofrecemos", "beneficios", "salario", "wij bieden", "wat bieden wij", "we bieden", "wat bieden we",
        "ons aanbod", "arbeidsvoorwaarden", "voordelen", "oferujemy", "co oferujemy", "benefity", "wynagrodzenie",
        "offriamo", "cosa offriamo", "la nostra offerta", "vantaggi", "retribuzione", "oferecemos", "o que oferecemos",
        "benefícios", "remuneração", "vantagens",
    ),
    Kind.COMPANY: (
        "about us", "who we are", "our company", "the company", "=company", "company description", "company overview",
        "our story", "our mission", "our values", "our culture", "our history", "life at", "über uns", "wer wir sind",
        "wir über uns", "das sind wir", "das unternehmen", "unser unternehmen", "unternehmensbeschreibung", "=unternehmen",
        "unsere werte", "arbeitgeber", "qui sommes nous", "l entreprise", "notre entreprise", "la société",
        "notre histoire", "nos valeurs", "sobre nosotros", "quiénes somos", "quienes somos", "la empresa",
        "nuestra empresa", "nuestros valores", "over ons", "wie zijn wij", "wie wij zijn", "ons bedrijf", "het bedrijf",
        "o nas", "kim jesteśmy", "o firmie", "nasza firma", "chi siamo", "l azienda", "la nostra azienda",
        "i nostri valori", "sobre nós", "quem somos", "a empresa", "nossa empresa", "os nossos valores",
    ),
}  # fmt: skip

# "About Northwind Freight", "Warum Kontor & Söhne?": the name of a company can't be known, that of a role nearly can.
_OPENINGS = {
    Kind.COMPANY: ("^about", "^über", "^à propos", "^sobre", "^acerca de", "^over", "^su"),
    Kind.BENEFITS: ("^why", "^warum", "^pourquoi", "^por qué", "^waarom", "^dlaczego", "^perché", "^porquê"),
}
_OF_THE_ROLE = frozenset({
    "role", "job", "position", "opportunity", "vacancy", "team", "department", "project", "you", "your", "candidate",
    "rolle", "stelle", "tätigkeit", "aufgabe", "abteilung", "projekt", "dich", "dein", "deine", "sie", "ihr", "ihre",
    "poste", "rôle", "offre", "équipe", "mission", "vous", "votre", "puesto", "rol", "equipo", "oferta", "ti", "tu",
    "functie", "baan", "vacature", "afdeling", "jou", "je", "jouw", "stanowisko", "stanowisku", "rola", "roli", "zespół",
    "zespole", "ciebie", "ruolo", "posizione", "lavoro", "squadra", "te", "vaga", "função", "cargo", "equipa", "equipe",
    "você",
})  # fmt: skip

_CONTENT = {
    Kind.EQUAL_OPPORTUNITY: (
        "equal opportunity employer", "equal opportunities employer", "equal employment opportunity",
        "without regard to race", "regardless of race", "regardless of gender", "regardless of age",
        "regardless of your background", "all qualified applicants will receive", "applicants of every background",
        "applicants from all backgrounds", "candidates from all backgrounds", "protected veteran",
        "unabhängig von geschlecht", "ungeachtet von geschlecht", "unabhängig von alter", "unabhängig von herkunft",
        "unabhängig von deren", "schwerbehinderte menschen", "schwerbehinderte bewerber", "schwerbehinderten menschen",
        "égalité des chances", "sans distinction de", "situation de handicap", "igualdad de oportunidades",
        "independientemente de su", "sin distinción de", "gelijke kansen", "ongeacht geslacht", "ongeacht afkomst",
        "ongeacht leeftijd", "bez względu na płeć", "bez względu na wiek", "równych szans", "równe szanse",
        "entrambi i sessi", "ambo i sessi", "ambosessi", "pari opportunità", "igualdade de oportunidades",
        "independentemente de raça", "independentemente da raça", "independentemente do género",
        "independentemente do gênero",
    ),
    Kind.PRIVACY: (
        "your personal data", "your personal information", "privacy policy", "privacy notice", "privacy statement",
        "ihre personenbezogenen daten", "deine personenbezogenen daten", "datenschutzhinweise", "datenschutzerklärung",
        "vos données personnelles", "vos données à caractère personnel", "politique de confidentialité",
        "sus datos personales", "tus datos personales", "política de privacidad", "jouw persoonsgegevens",
        "uw persoonsgegevens", "je persoonsgegevens", "privacyverklaring", "wyrażam zgodę", "moich danych osobowych",
        "twoich danych osobowych", "twoje dane osobowe", "administratorem danych", "administratorem twoich danych",
        "trattamento dei dati personali", "i tuoi dati personali", "os seus dados pessoais", "seus dados pessoais",
        "política de privacidade",
    ),
    Kind.LEGAL: (
        "unsolicited resumes", "unsolicited cvs", "recruitment agencies", "staffing agencies", "at will employment",
        "e verify", "not intended to be all inclusive", "not an exhaustive list",
        "initiativvorschläge von personaldienstleistern", "acquisitie naar aanleiding", "acquisitie wordt niet",
    ),
    Kind.APPLYING: (
        "^apply with", "^apply now", "^to apply", "^please apply", "^please send your", "^send your cv",
        "^send us your", "^bewerben sie sich", "^bewirb dich",
        "^wir freuen uns auf ihre bewerbung", "^wir freuen uns auf deine bewerbung", "^fragen beantwortet",
        "^haben wir ihr interesse", "^postulez", "^pour postuler", "^envoyez votre", "^envía tu", "^envíanos",
        "^solliciteer", "^stuur je cv", "^aplikuj", "^prosimy o przesłanie", "^wyślij cv", "^inviare il", "^inviaci",
        "^candidati", "^envie o seu", "^envie seu",
    ),
    Kind.BENEFITS: (
        "^we offer", "^wir bieten", "^nous offrons", "^nous vous offrons", "^nous proposons", "^ofrecemos", "^te ofrecemos",
        "^se ofrece", "^wij bieden", "^we bieden", "^oferujemy", "^offriamo", "^si offre", "^oferecemos",
    ),
}  # fmt: skip

_LABEL = re.compile(r"((?:[^\s:?.!,;]{1,30} ){0,3}[^\s:?.!,;]{1,30}) ?[:?](?=\s)")  # at most four words
_NO_LETTER = re.compile(r"[\W_]+")


def _by_word(phrases_of: Mapping[Kind, tuple[str, ...]]) -> dict[str, list[tuple[Kind, str]]]:
    """Phrases under their first words, so that a text is asked only for those that it could hold."""
    index: dict[str, list[tuple[Kind, str]]] = {}
    for kind, phrases in phrases_of.items():
        for phrase in phrases:
            index.setdefault(phrase.lstrip("^=").partition(" ")[0], []).append((kind, phrase))
    return index


_NEEDED_BY_WORD = _by_word({Kind.ESSENTIAL: _NEEDED})
_HEADINGS_BY_WORD = _by_word(_HEADINGS)
_OPENINGS_BY_WORD = _by_word(_OPENINGS)
_CONTENT_BY_WORD = _by_word(_CONTENT)
_RANK = list(Kind)  # of several kinds that a text names, the first


def kind_of_heading(heading: str) -> Kind:
    """What a section under this heading is for, by the heading alone."""
    plain = _plain(heading)
    words = frozenset(plain.split())
    if _first(plain, words, _NEEDED_BY_WORD):
        return Kind.ESSENTIAL
    named = _first(plain, words, _HEADINGS_BY_WORD)
    if named is None and _OF_THE_ROLE.isdisjoint(words):
        named = _first(plain, words, _OPENINGS_BY_WORD)
    return named or Kind.ESSENTIAL


def kind_of_paragraph(text: str) -> Kind:
    """What a paragraph is for, by its own words or its label ("Benefits: …"); most say nothing and are essential."""
    if (label := _LABEL.match(text.lstrip())) and (kind := kind_of_heading(label[1])) is not Kind.ESSENTIAL:
        return kind
    plain = _plain(text[:LOOKED_AT])
    return _first(plain, frozenset(plain.split()), _CONTENT_BY_WORD) or Kind.ESSENTIAL


def _plain(text: str) -> str:
    """Words between single spaces, one at each end too, so that a phrase is found as whole words only."""
    return f" {_NO_LETTER.sub(' ', text.casefold()).strip()} "


def _first(plain: str, words: frozenset[str], index: Mapping[str, list[tuple[Kind, str]]]) -> Kind | None:
    named = {kind for word in words & index.keys() for kind, phrase in index[word] if _has(plain, phrase)}
    return min(named, key=_RANK.index, default=None)


def _has(plain: str, phrase: str) -> bool:
    if phrase[0] == "^":
        return plain.startswith(f" {phrase[1:]} ")
    return plain == f" {phrase[1:]} " if phrase[0] == "=" else f" {phrase} " in plain
