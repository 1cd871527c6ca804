"""How cells look: a fixed, ordered list of named styles, and which words carry which colour.

Owns the palette of the workbook. A colour never stands alone: it is only ever the colour of a word that
says the same. Called by ``rows`` (which style a cell has) and ``shell`` (which registers them, in this
order).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INK: Final = "1B2430"
MUTED: Final = "5B6776"
LINE: Final = "D9DEE5"
PAPER: Final = "F6F7F9"
ACCENT: Final = "1F5FA8"

DATE_FORMAT: Final = "d mmm yyyy_)"
INSTANT_FORMAT: Final = "d mmm yyyy hh:mm_)"


@dataclass(frozen=True)
class Style:
    """One cell style."""

    colour: str = INK
    bold: bool = False
    size: int = 10
    number_format: str = "General"
    wrap: bool = False
    align: str = "left"
    indent: int = 0
    fill: str = ""
    underline: str = ""  # colour of the bottom line
    face: str = "Calibri"
    is_quoted: bool = False  # stays text when somebody edits the cell


_TONES: Final = {
    "trained": "2F7D5B",
    "in_grace": "5F6E7D",
    "on_leave": "68717A",
    "waived": "665BA0",
    "gap": "C8452D",
    "not_evaluable": "8A6800",
    "hr": "6D5A93",
    "integration": "1B6C79",
    "training": "99601F",
    "learner": "66691F",
}

STYLES: Final[dict[str, Style]] = {
    "text": Style(number_format="@"),
    "text_quoted": Style(number_format="@", is_quoted=True),
    "long": Style(number_format="@", wrap=True),
    "long_quoted": Style(number_format="@", wrap=True, is_quoted=True),
    "sql": Style(number_format="@", face="Courier New", size=9, wrap=True),
    "sql_quoted": Style(number_format="@", face="Courier New", size=9, wrap=True, is_quoted=True),
    "date": Style(number_format=DATE_FORMAT, align="right"),
    "instant": Style(number_format=INSTANT_FORMAT, align="right"),
    "integer": Style(number_format="#,##0_)", align="right"),
    "number": Style(number_format="#,##0.0_)", align="right"),
    "percent": Style(number_format="0.0", align="right"),
    "yesno": Style(align="center"),
    "heading": Style(bold=True, fill=PAPER, underline=ACCENT, wrap=True),
    "heading_right": Style(bold=True, fill=PAPER, underline=ACCENT, wrap=True, align="right", indent=1),
    "heading_center": Style(bold=True, fill=PAPER, underline=ACCENT, wrap=True, align="center"),
    "title": Style(bold=True, size=20),
    "headline": Style(size=13, colour=ACCENT, bold=True),
    "label": Style(bold=True, wrap=True),
    "note": Style(colour=MUTED, wrap=True),
    "remark": Style(colour=MUTED),
    "section": Style(bold=True, colour=ACCENT, underline=LINE),
    "total": Style(bold=True, number_format="#,##0_)", align="right"),
    "long_instant": Style(number_format=INSTANT_FORMAT, align="left"),
    "long_number": Style(number_format="#,##0", align="left"),
    "long_percent": Style(number_format="0.0", align="left"),
    **{tone: Style(colour=colour, bold=True, number_format="@") for tone, colour in _TONES.items()},
}

STYLE_IDS: Final = {name: number for number, name in enumerate(STYLES, start=1)}

LINE_POINTS: Final = 13.5  # height of one line of the body's type


def heading_style(kind: str) -> str:
    """The style of the heading above cells of that style: aligned as they are."""
    align = STYLES[kind].align
    return "heading" if align == "left" else f"heading_{align}"


def height(style: str, lines: int) -> float:
    """The height in points of a row with that many lines in that style."""
    return lines * LINE_POINTS * max(STYLES[style].size, 10) / 10 + 1.5


STATES: Final = {state: state for state in ("trained", "waived", "on_leave", "in_grace", "not_evaluable", "gap")}
OWNERS: Final = {owner: owner for owner in ("hr", "integration", "training", "learner")}
SEVERITIES: Final = {"critical": "gap", "high": "not_evaluable"}
VERDICTS: Final = {
    "early": "trained",
    "on_time": "trained",
    "late": "not_evaluable",
    "missing": "gap",
    "pending": "in_grace",
    "not_evaluable": "not_evaluable",
}
FRESHNESS: Final = {
    "fresh": "trained",
    "late": "not_evaluable",
    "overdue": "gap",
    "held": "gap",
    "never_loaded": "gap",
}
OUTCOMES: Final = {
    "balances": "trained",
    "does not balance": "gap",
    "pass": "trained",
    "fail": "gap",
    "error": "gap",
    "accepted": "trained",
    "held": "gap",
    "FINAL": "trained",
    "DRAFT": "gap",
}
