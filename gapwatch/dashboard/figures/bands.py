"""Bars on a time axis: a coloured and patterned stretch with its word, where the word fits.

Owns how a stretch is drawn; what it stands for is its caller's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from gapwatch.dashboard.theme import Palette


@dataclass(frozen=True)
class Bar:
    """One stretch of time, in the axis' local time; ``pattern`` is plotly's, or ``outline``."""

    start: pd.Timestamp
    stop: pd.Timestamp
    text: str
    hover: str
    colour: str
    pattern: str = ""


def traces(
    bars: list[Bar], *, place: int, colours: Palette, axis: tuple[pd.Timestamp, pd.Timestamp]
) -> Iterator[dict[str, object]]:
    """The stretches at that height as plotly takes them; it hides a word that its stretch cannot hold.

    A stretch that begins before ``axis`` is drawn in two parts, so that the word stands in the visible one.
    """
    first, last = axis
    for bar in bars:
        start, stop = max(bar.start, first - (last - first) * 4), min(bar.stop, last)
        cuts = [start, first, stop] if start < first < stop else [start, stop]
        for begin, end in pairwise(cuts):
            if begin < end:
                yield _trace(bar, begin, end, place, colours, worded=end > first)


def _trace(
    bar: Bar, begin: pd.Timestamp, end: pd.Timestamp, place: int, colours: Palette, *, worded: bool
) -> dict[str, object]:
    ink = bar.pattern == "outline" or bar.colour in colours.roles
    return {
        "type": "bar",
        "x": [(end - begin).total_seconds() * 1000],
        "base": [begin],
        "y": [place],
        "width": [0.42],
        "offset": [-0.34],
        "orientation": "h",
        "marker": marker(bar, colours),
        # a word on a pattern cannot be read: the key and the hover say it
        "text": [bar.text if worded and bar.pattern in ("", "outline") else ""],
        "textposition": "inside",
        "insidetextanchor": "start",
        "textangle": 0,
        "textfont": {"size": 12, "color": colours.ink if ink else colours.on_strong},
        "hovertemplate": f"{bar.hover}<extra></extra>",
    }


def marker(bar: Bar, colours: Palette) -> dict[str, object]:
    """Colour, outline and pattern of a stretch, as plotly takes them."""
    if bar.pattern == "outline":
        return {"color": "rgba(0,0,0,0)", "line": {"color": bar.colour, "width": 2}}
    if bar.pattern:
        pattern = {
            "shape": bar.pattern,
            "fgcolor": bar.colour,
            "bgcolor": colours.panel,
            "size": 6,
            "solidity": 0.4,
        }
        return {"color": bar.colour, "pattern": pattern, "line": {"color": bar.colour, "width": 1}}
    return {"color": bar.colour, "line": {"color": colours.paper, "width": 1}}
