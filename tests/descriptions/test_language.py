"""The language of a posting is told where it is beyond doubt, and not guessed where it isn't."""

import subprocess
import sys

import pytest

from worker.descriptions import language
from worker.descriptions.language import Doubt, Language

POSTINGS = {
    "en": """Night nurse, Harbour House
About the role
You walk the corridors at night, notice changes in our residents early and write the handover for the morning team.
What you bring
- A registration as a nurse and two years on a ward
- Calm in an emergency, and patience when nothing happens""",
    "de": """Pflegefachkraft (m/w/d) im Nachtdienst
Ihre Aufgaben
Sie begleiten unsere Bewohnerinnen und Bewohner durch die Nacht, erkennen Veränderungen früh und schreiben die Übergabe.
Ihr Profil
- Abgeschlossene Ausbildung in der Pflege und zwei Jahre Erfahrung auf einer Station
- Ruhe im Notfall und Geduld, wenn nichts geschieht""",
    "fr": """Infirmier de nuit (H/F)
Vos missions
Vous parcourez les couloirs la nuit, remarquez tôt les changements chez nos résidents et rédigez les transmissions du matin.
Votre profil
- Diplôme d'État d'infirmier et deux ans d'expérience dans un service
- Du calme en cas d'urgence et de la patience quand il ne se passe rien""",
    "es": """Enfermera de noche
Funciones
Recorres los pasillos por la noche, notas pronto los cambios en nuestros residentes y escribes el relevo de la mañana.
Requisitos
- Título de enfermería y dos años de experiencia en planta
- Calma en una urgencia y paciencia cuando no pasa nada""",
    "it": """Infermiere per il turno di notte
Attività
Percorri i corridoi di notte, noti presto i cambiamenti dei nostri ospiti e scrivi le consegne per il mattino.
Requisiti
- Laurea in infermieristica e due anni di esperienza in reparto
- Calma nelle emergenze e pazienza quando non succede nulla""",
    "nl": """Verpleegkundige nachtdienst
Wat ga je doen
Je loopt 's nachts door de gangen, merkt veranderingen bij onze bewoners vroeg op en schrijft de overdracht voor de ochtend.
Wat vragen wij
- Een diploma verpleegkunde en twee jaar ervaring op een afdeling
- Rust bij een noodgeval en geduld als er niets gebeurt""",
    "pl": """Pielęgniarka na nocne dyżury
Obowiązki
Nocą obchodzisz korytarze, wcześnie zauważasz zmiany u naszych mieszkańców i piszesz raport dla porannej zmiany.
Wymagania
- Dyplom pielęgniarski i dwa lata doświadczenia na oddziale
- Spokój w nagłych wypadkach i cierpliwość, gdy nic się nie dzieje""",
    "pt": """Enfermeiro para o turno da noite
Responsabilidades
Percorre os corredores à noite, repara cedo nas mudanças dos nossos residentes e escreve a passagem de turno da manhã.
Requisitos
- Licenciatura em enfermagem e dois anos de experiência numa enfermaria
- Calma numa emergência e paciência quando nada acontece""",
    "sv": """Sjuksköterska, natt
Du går i korridorerna om natten, märker tidigt när något förändras hos våra boende och skriver rapporten till morgonen.
Vi söker dig som har legitimation som sjuksköterska och två års erfarenhet från en avdelning, och som är lugn i nödfall.""",
    "da": """Sygeplejerske til nattevagt
Du går på gangene om natten, opdager tidligt, når noget ændrer sig hos vores beboere, og skriver overleveringen til morgenholdet.
Du har autorisation som sygeplejerske og to års erfaring fra en afdeling, og du bevarer roen, når det haster.""",
    "no": """Sykepleier, natt
Du går i korridorene om natten, oppdager tidlig når noe forandrer seg hos beboerne våre, og skriver rapporten til morgenvakten.
Du har autorisasjon som sykepleier og to års erfaring fra en avdeling, og du beholder roen når det haster.""",
    "fi": """Yösairaanhoitaja
Kierrät käytävillä öisin, huomaat asukkaidemme voinnin muutokset varhain ja kirjoitat raportin aamuvuorolle.
Sinulla on sairaanhoitajan tutkinto ja kahden vuoden kokemus osastotyöstä, ja pysyt rauhallisena hätätilanteessa.""",
    "cs": """Zdravotní sestra na noční směny
V noci procházíte chodby, včas si všimnete změn u našich klientů a píšete předání pro ranní směnu.
Máte diplom zdravotní sestry a dva roky praxe na oddělení a zachováte klid, když jde o minuty.""",
    "tr": """Gece hemşiresi
Geceleri koridorları dolaşır, sakinlerimizdeki değişiklikleri erken fark eder ve sabah ekibi için devir notunu yazarsınız.
Hemşirelik diplomanız ve bir serviste iki yıllık deneyiminiz var, acil durumda sakin kalırsınız.""",
    "uk": """Нічна медсестра
Уночі ви обходите коридори, вчасно помічаєте зміни в наших мешканців і пишете звіт для ранкової зміни.
У вас є диплом медсестри та два роки досвіду у відділенні, і ви зберігаєте спокій, коли щось стається.""",
    "ja": """夜勤看護師
夜間に廊下を巡回し、入居者の変化に早く気づき、朝のチームへの申し送りを書いていただきます。
看護師免許と病棟での二年の経験があり、緊急時にも落ち着いて行動できる方を求めています。""",
}
EQUAL_OPPORTUNITY = """
Equal opportunity
We are an equal opportunity employer. All qualified applicants will receive consideration for employment without regard to race,
color, religion, sex, sexual orientation, gender identity, national origin, disability or veteran status."""
TOOLS = "\n- Python, Django, PostgreSQL\n- Kubernetes, Terraform, AWS\n- GitHub, Jira, Slack"


@pytest.mark.parametrize("code", POSTINGS)
def test_a_posting_in_one_language_is_told(code: str) -> None:
    assert language.told(POSTINGS[code]) == Language(code)


@pytest.mark.parametrize("code", ["de", "fr", "pl", "pt"])
def test_an_english_notice_and_names_of_tools_leave_a_posting_in_its_language(code: str) -> None:
    assert language.told(POSTINGS[code] + TOOLS + EQUAL_OPPORTUNITY) == Language(code)


@pytest.mark.parametrize(("one", "other"), [("de", "en"), ("fr", "nl"), ("es", "en"), ("en", "ja")])
def test_a_posting_in_two_languages_is_in_doubt_and_both_are_named(one: str, other: str) -> None:
    found = language.told(f"{POSTINGS[one]}\n\n{POSTINGS[other]}")
    assert isinstance(found, Doubt)
    assert language.LANGUAGES[one] in found.why
    assert language.LANGUAGES[other] in found.why


@pytest.mark.parametrize(
    "text", ["", "Senior Software Engineer (m/w/d), Berlin", "12345 67890", "夜勤看護師", "😀" * 200]
)
def test_too_little_text_is_in_doubt(text: str) -> None:
    assert language.told(text) == Doubt("too little text to tell")


@pytest.mark.parametrize(
    "text",
    [
        "Python Django PostgreSQL Kubernetes Terraform AWS GitHub Jira Slack Kafka Redis Docker Ansible Grafana Prometheus\n"
        * 3,
        "xkcd qwrt zxcv bnmp lkjh " * 20,
    ],
)
def test_what_is_in_no_language_is_in_doubt(text: str) -> None:
    assert isinstance(language.told(text), Doubt)


def test_a_notice_alone_is_told_for_want_of_anything_else() -> None:
    assert language.told(EQUAL_OPPORTUNITY) == Language("en")


def test_the_longest_text_is_told() -> None:
    assert language.told(POSTINGS["de"] * 500) == Language("de")


def test_nothing_is_loaded_before_a_text_is_judged() -> None:
    program = "import worker.events.reader, worker.cli.entry, sys; print('lingua' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
