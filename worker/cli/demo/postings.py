"""The demo's job postings: one as Greenhouse writes it, one too long, one too short, three from a form."""

GREENHOUSE_ID, LONG_ID, SHORT_ID = 5120334, 5120335, 5120336

NIGHT_SHIFT = """<h2>About the role</h2><p>Harbour House looks after forty-two residents. As a <strong>night-shift care
assistant</strong> you are the person they meet at three in the morning, when nobody else is awake.</p>
<h3>What you do</h3><ul><li>Walk the rounds, and notice what has changed since the last one</li>
<li>Help with washing, dressing and turning, without hurry</li><li>Write the handover that the morning team relies on</li></ul>
<h3>What you bring</h3><ul><li>A year of care work, or the course and a calm head</li>
<li>Enough English to explain a fall to a doctor on the phone</li></ul>
<p>Four nights on, four nights off; &pound;14.20 an hour.</p>"""

LINES = (
    "Plan the week's runs with the dispatcher, and change the plan by noon when the weather does",
    "Check the load, the straps and the papers before the first kilometre",
    "Keep the tachograph and the fuel book so that nobody has to ask you about them",
    "Speak with customers at the ramp as if you owned the company",
    "Report what rattles before it breaks",
)
COMFORTS = (
    "A paid day off on your birthday, and another one in the week when your children start school.",
    "Work clothes for every season, washed by us, mended by us, replaced before you are ashamed of them.",
    "A pension plan into which we pay half as much again as you do, from the first month on.",
    "Fruit, coffee, and a cook on Thursdays who asks drivers what they like before she writes the menu.",
)


def too_long() -> str:
    """About 26,000 characters: TalentSprout takes 20,000, so the comforts and the legal text must go first."""
    duties = "".join(f"<li>{line} (route {number}).</li>" for number in range(1, 31) for line in LINES)
    comforts = "".join(f"<p>{line} Since {1990 + number}.</p>" for number in range(30) for line in COMFORTS)
    legal = (
        "<p>We decide without regard to age, origin, faith, gender or disability. If you need help to apply, ask.</p>"
        * 5
    )
    return (
        f"<h2>Regional driver</h2><p>You bring spare parts to forty workshops between two rivers.</p>"
        f"<h3>What you do</h3><ul>{duties}</ul><h3>Benefits</h3>{comforts}<h3>Equal opportunity</h3>{legal}"
    )


def greenhouse(post_id: int, title: str, content: str) -> dict[str, object]:
    """A live job post as Greenhouse's webhook carries it."""
    post = {
        "id": post_id,
        "title": title,
        "location": "Harwich",
        "content": content,
        "job_id": post_id - 700_000,
        "live": True,
        "external": True,
        "internal": False,
        "updated_at": "2026-11-20T09:14:57.214Z",
    }
    return {"action": "job_post_created", "payload": post}


FORM = {
    "event": "published",
    "jobs": [
        {
            "id": "f-1",
            "title": "Bookkeeper",
            "status": "open",
            "company": "Northwind Fasteners",
            "description": "You keep the books of two small factories that make bolts. Invoices are in the system by noon, "
            "suppliers are paid on the day they expect it, and the month is closed on the third working day.",
        },
        {
            "id": "f-2",
            "title": "Warehouse operator",
            "status": "open",
            "description": "You receive goods, scan them and put them where the next shift will look for them. You drive the "
            "high-rack truck, lift up to 20 kg, and stop the line when something is not right.",
        },
        {
            "id": "f-3",
            "title": "Apprentice electrician",
            "status": "open",
            "description": "You learn to wire houses with people who have done it for thirty years: fuse boards, lighting, heat "
            "pumps. School is one day a week, and the driving licence is on us.",
        },
    ],
}
