"""The elements the HTML mail is built from, its palette and its plain styles.

Owns escaping: plain text and attribute values are escaped here, once, in ``element``. Called by ``html``.
"""

from __future__ import annotations

from html import escape
from typing import Final

from gapwatch.digest.content import Tone

FONT: Final = "font-family:-apple-system,'Segoe UI','Source Sans 3',Roboto,Helvetica,Arial,sans-serif"
INK, MUTED, LINE, LINK = "#1b2430", "#5b6776", "#d9dee5", "#1f5fa8"
TONES: Final = {
    Tone.PLAIN: "#5b6776",
    Tone.BAD: "#c8452d",
    Tone.GOOD: "#2f7d5b",
    Tone.DOUBT: "#8a6a00",
    Tone.HR: "#6d5a93",
    Tone.INTEGRATION: "#1f7a8c",
    Tone.TRAINING: "#b9772a",
    Tone.LEARNER: "#85882f",
}
DARK_TONES: Final = {
    Tone.PLAIN: "#a7b4c2",
    Tone.BAD: "#f08b76",
    Tone.GOOD: "#6fc39c",
    Tone.DOUBT: "#e0b84a",
    Tone.HR: "#b3a2d6",
    Tone.INTEGRATION: "#5fb8ca",
    Tone.TRAINING: "#dfa763",
    Tone.LEARNER: "#bcbf6a",
}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


TABLE: Final = {
    "role": "presentation",
    "width": "100%",
    "cellpadding": "0",
    "cellspacing": "0",
    "style": "width:100%;border-collapse:collapse",
}


def row(content: Markup) -> Markup:
    """One row of the column, padded."""
    return element("tr", element("td", content, cls="pad", style="padding:14px 24px"))


def heading(size: int) -> str:
    """The style of a heading of that size in px."""
    return f"font-size:{size}px;line-height:1.3;font-weight:600;color:{INK}"


def small(text: str) -> Markup:
    """A muted line of small print."""
    return element("div", text, cls="muted", style=f"font-size:13px;line-height:1.4;color:{MUTED}")


def anchor(text: str, url: str) -> Markup:
    """A link."""
    return element("a", text, href=url, cls="link", style=f"color:{LINK};text-decoration:underline")


def text(text: str) -> Markup:
    """Text as markup: escaped, unless it is markup already."""
    return text if isinstance(text, Markup) else Markup(escape(text))


def join(*parts: Markup) -> Markup:
    """The parts that are not empty, one after the other."""
    return Markup("\n".join(part for part in parts if part))


def element(tag: str, content: str, *, cls: str = "", **attributes: str) -> Markup:
    """One element: plain text in it is escaped, markup is not; every attribute value is escaped."""
    named = {"class": cls, **attributes} if cls else attributes
    written = "".join(f' {name}="{escape(value)}"' for name, value in named.items())
    return Markup(f"<{tag}{written}>{text(content)}</{tag}>")
