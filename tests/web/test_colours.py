"""The colours of the style keep their contrast, in light and in dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest

from web.dashboard.fixed import STATIC

TEXT, MARK = 4.5, 3.0
STATES = ("waiting", "sending", "created", "held", "unknown", "failed", "cancelled")


def themes() -> list[dict[str, str]]:
    style = (STATIC / "pages.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", block)) for block in (light, dark)]


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", themes(), ids=["light", "dark"])
def test_everything_that_is_read_or_aimed_at_can_be_seen(theme: dict[str, str]) -> None:
    grounds = [theme[name] for name in ("bg", "surface", "sunken")]
    for ground in grounds:
        for name in ("text", "muted"):
            assert contrast(theme[name], ground) >= TEXT, (name, ground)
        for name in ("border", "focus", "sending", "unknown"):
            assert contrast(theme[name], ground) >= MARK, (name, ground)
    assert contrast(theme["accent"], theme["bg"]) >= TEXT
    assert contrast(theme["accent"], theme["surface"]) >= TEXT
    assert contrast(theme["on-accent"], theme["accent"]) >= TEXT
    for state in STATES:
        assert contrast(theme[state], theme[f"{state}-tint"]) >= TEXT, state
