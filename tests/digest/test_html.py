"""The HTML: the same words as the text, nothing active or remote, names inert, readable on a phone."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from digest.conftest import OpenWorld
from digest.test_compose import digest_of
from digest.world import usual_world

from gapwatch.digest.content import Entries
from gapwatch.digest.html import render_html
from gapwatch.digest.plain import render_text
from gapwatch.reads import Reader

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read_html(html: str) -> _Reading:
    """The document's tags and words."""
    reading = _Reading()
    reading.feed(html)
    return reading


def test_nothing_active_and_nothing_remote(reader: Reader) -> None:
    reading = read_html(render_html(digest_of(reader)))
    tags = {tag for tag, _ in reading.tags}
    assert not tags & {"script", "img", "link", "iframe", "form", "svg", "object", "video"}
    assert not [name for _, attributes in reading.tags for name in attributes if name.startswith("on")]
    assert "url(" not in render_html(digest_of(reader))
    addresses = [attributes["href"] for tag, attributes in reading.tags if tag == "a"]
    assert addresses
    assert all(address and address.startswith("https://gapwatch.example.com/") for address in addresses)


def test_names_are_inert(reader: Reader) -> None:
    html = render_html(digest_of(reader, "BAY1"))
    assert "<b>" not in html
    assert "Zoë &lt;b&gt;O&#x27;Neil&lt;/b&gt; (W2)" in html


def test_hostile_address_stays_inside_its_attribute(reader: Reader) -> None:
    digest = digest_of(reader, "BAY1")
    hostile = replace(digest, dashboard=replace(digest.dashboard, url='https://x/?a="><script>alert(1)</script>'))
    assert "<script" not in render_html(hostile)


def test_html_says_all_that_the_composition_says(reader: Reader) -> None:
    digest = digest_of(reader, "BAY1")
    words = re.sub(r"\s+", " ", unescape(" ".join(read_html(render_html(digest)).words)))
    said = [digest.headline, digest.trust.verdict, digest.trust.basis, *digest.footer]
    for part in digest.sections:
        said += [part.title, part.intro]
        for block in part.blocks:
            if isinstance(block, Entries):
                said += [entry.what for entry in block.entries]
                said += [fact for entry in block.entries for fact in entry.facts]
    for text in said:
        assert re.sub(r"\s+", " ", text) in words


def test_a_warning_travels_with_its_gap_in_both_forms(open_world: OpenWorld) -> None:
    world = usual_world()
    words = "every job code is known: not so for <OPR>"
    world["finding_warnings"] = [{"finding": "gap", "finding_id": "G1", "check_id": "c", "feed": "f", "words": words}]
    digest = digest_of(open_world(world), "BAY1")
    assert f"Read with care: {words}" in " ".join(render_text(digest).split())
    assert "Read with care: every job code is known: not so for &lt;OPR&gt;" in render_html(digest)


def test_dark_mode_is_declared(reader: Reader) -> None:
    html = render_html(digest_of(reader))
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme:dark" in html


def _contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_text_has_contrast_in_light_and_dark(reader: Reader) -> None:
    html = render_html(digest_of(reader))
    light = set(re.findall(r'[";]color:(#[0-9a-f]{6})', html.split("</head>")[1]))
    dark = set(re.findall(r"color:(#[0-9a-f]{6})!important", html.split("prefers-color-scheme:dark")[1]))
    dark -= set(re.findall(r"(?:background-|border-)color:(#[0-9a-f]{6})", html))
    assert len(light) >= 4
    assert len(dark) >= 4
    assert all(_contrast(colour, "#ffffff") >= 4.5 for colour in light)
    assert all(_contrast(colour, "#12171e") >= 4.5 for colour in dark)


@pytest.mark.parametrize("width", [600, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_as_wide_as_the_window(
    reader: Reader, chromium: Browser, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    page_file = tmp_path / "digest.html"
    page_file.write_text(render_html(digest_of(reader, "BAY1")), encoding="utf-8")
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('td,div,a')].filter(e => e.innerText?.trim() &&"
        " e.offsetHeight > 4).map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 13
    paper = page.evaluate("getComputedStyle(document.querySelector('.paper td')).backgroundColor")
    assert paper == ("rgb(18, 23, 30)" if scheme == "dark" else "rgba(0, 0, 0, 0)")
    page.close()
