"""What a right section of a source means."""

from config import Secret
from tests.config.conftest import LOCAL, Load


def test_the_paths_of_standard_webhooks_lie_under_data(load_text: Load) -> None:
    source = (
        '[sources.hooks]\nkind = "standard"\norganization = "acme"\nsecret = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"\n'
    )

    untouched = load_text(LOCAL + source).sources["hooks"].mapping
    changed = load_text(LOCAL + source + '[sources.hooks.mapping]\njob_id = "data.job.id"\n').sources["hooks"].mapping

    assert (untouched.event, untouched.postings, untouched.job_id, untouched.url) == (
        "type",
        "data.jobs",
        "data.id",
        "data.url",
    )
    assert (changed.event, changed.postings, changed.job_id, changed.url) == (
        "type",
        "data.jobs",
        "data.job.id",
        "data.url",
    )


def test_every_optional_field_of_an_interview_may_be_set(load_text: Load) -> None:
    source = '[sources.a]\nkind = "greenhouse"\norganization = "acme"\nsecret = "long-enough-to-be-no-warning"\n'
    options = """
        voice = "sage"
        languages = ["en", "fr"]
        duration = 12.5
        require_video = true
        max_attempts = 2
        passing_score = 75.5
        access_type = "invite-only"
        redirect_url = "https://careers.example.com/thanks?from=interview"
        ai_personality = "friendly"
        company_name = "Harbour House"
        client_name = "Harbour North"
        template_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
        questions = [{ question = "Why?", evaluation_criteria = "Names a reason" }, { question = "How?" }]
        """

    interview = load_text(f"{LOCAL}{source}[sources.a.interview]{options}").sources["a"].interview

    assert interview == {
        "voice": "sage",
        "languages": ["en", "fr"],
        "duration": 12.5,
        "require_video": True,
        "max_attempts": 2,
        "passing_score": 75.5,
        "access_type": "invite-only",
        "redirect_url": "https://careers.example.com/thanks?from=interview",
        "ai_personality": "friendly",
        "company_name": "Harbour House",
        "client_name": "Harbour North",
        "template_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "questions": [{"question": "Why?", "evaluation_criteria": "Names a reason"}, {"question": "How?"}],
    }


def test_keys_for_kinds_that_fetch_are_kept(load_text: Load) -> None:
    source = """
        [sources.careers]
        kind = "greenhouse"
        organization = "acme"
        secret = ["the-old-one-of-two-secrets", "the-new-one-of-two-secrets"]
        api_key = "harvest-key"
        api_url = "https://harvest.example.com/v1/"
        stage = "Interview"
        """

    careers = load_text(LOCAL + source).sources["careers"]

    assert len(careers.secrets) == 2
    assert careers.api_key == Secret("harvest-key")
    assert (careers.api_url, careers.stage) == ("https://harvest.example.com/v1", "Interview")
