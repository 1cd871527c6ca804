"""What all figures share: type, margins, axes barely there, and hover labels."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from gapwatch.dashboard.theme import FONT, Palette

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "responsive": True}


def picture(
    colours: Palette,
    traces: Sequence[object] = (),
    *,
    height: int,
    left: int = 8,
    right: int = 8,
    top: int = 8,
    bottom: int = 8,
    xaxis: Mapping[str, object] | None = None,
    yaxis: Mapping[str, object] | None = None,
    **layout: object,
) -> go.Figure:
    """A figure of those traces in the product's type and colours; margins in pixels, axes grow into them.

    What is passed here is checked once; each trace, label or line added later is checked with all before it.
    """
    axis = {
        "gridcolor": colours.lines,
        "zeroline": False,
        "linecolor": colours.lines,
        "tickcolor": colours.lines,
        "tickfont": {"color": colours.muted, "size": 13},
        "automargin": True,
        "fixedrange": True,
    }
    told: dict[str, object] = {
        "height": height,
        "margin": {"l": left, "r": right, "t": top, "b": bottom},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": colours.ink},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": colours.panel,
            "bordercolor": colours.lines,
            "font": {"family": FONT, "size": 13, "color": colours.ink},
            "align": "left",
        },
        "xaxis": axis | dict(xaxis or {}),
        "yaxis": axis | dict(yaxis or {}),
    }
    return go.Figure(data=list(traces), layout=told | layout)


def line(at: object, look: Mapping[str, object], *, layer: str = "above") -> dict[str, object]:
    """A vertical line from bottom to top at that place of the axis, as plotly takes it."""
    return {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "y domain", "line": look, "layer": layer}


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dicts by column name."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def safe(text: object) -> str:
    """Source text for a label or hover: plotly reads a little HTML, so its signs are escaped."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrapped(text: str, width: int) -> str:
    """The text on at most two lines of about ``width`` characters, the rest cut off with an ellipsis."""
    lines = textwrap.wrap(text, width, max_lines=2, placeholder="…")
    return "<br>".join(safe(line) for line in lines)
