"""Colours keep enough contrast in both themes, and what Streamlit is started with is what the file says."""

from __future__ import annotations

import tomllib

import pytest
from app_pages import APP

from gapwatch.dashboard.theme import DARK, LIGHT, PATTERNS, Palette, config_toml, palette, streamlit_options


def luminance(colour: str) -> float:
    """Relative luminance of a #rrggbb colour, as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: str(colours.name))
def test_text_has_contrast_of_four_and_a_half(colours: Palette) -> None:
    for text in (colours.ink, colours.muted, colours.accent):
        assert contrast(text, colours.paper) >= 4.5
        assert contrast(text, colours.panel) >= 4.5
    for fill in (colours.states["trained"], colours.states["gap"], colours.accent):
        assert contrast(colours.on_strong, fill) >= 4.5
    assert contrast(colours.on_shown, colours.shown) >= 4.5
    assert contrast(colours.ink, colours.early) >= 4.5
    for _, step in colours.heat:
        assert contrast(colours.ink, step) >= 4.5
    for role in colours.roles:
        assert contrast(colours.ink, role) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: str(colours.name))
def test_marks_have_contrast_of_three(colours: Palette) -> None:
    for mark in (*colours.states.values(), *colours.owners.values(), colours.early):
        assert contrast(mark, colours.paper) >= 3


def test_no_two_states_share_both_colour_and_pattern() -> None:
    for colours in (LIGHT, DARK):
        looks = [(colours.states[state], PATTERNS[state]) for state in PATTERNS]
        assert len(set(looks)) == len(looks) == 6


def test_a_browser_that_says_nothing_gets_the_light_theme() -> None:
    assert palette(None) is LIGHT
    assert palette("dark") is DARK


def test_the_file_and_the_flags_say_the_same() -> None:
    written = (APP.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert written == config_toml(), "write it again from gapwatch/dashboard/theme.py"
    parsed = tomllib.loads(written)
    assert parsed["theme"]["light"]["textColor"] == streamlit_options()["theme.light.textColor"] == LIGHT.ink
    assert parsed["browser"]["gatherUsageStats"] is False
    assert streamlit_options()["client.showErrorDetails"] == "none"
