"""Pictures of HR events and the LMS's answers."""

from __future__ import annotations

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from gapwatch.dashboard import words
from gapwatch.dashboard.figures.canvas import blank
from gapwatch.dashboard.theme import LIGHT, Palette

_PATTERNS: Final = {"pending": ".", "not_evaluable": "\\"}


def verdicts(counts: pd.DataFrame, colours: Palette) -> go.Figure:
    """Per event type one bar of all its answers, split by verdict; ``counts``: the rows of
    ``page_event_counts``.
    """
    totals = counts.groupby("event_type")["answers"].sum().sort_values()
    names = {event: f"{words.said(words.EVENTS, event)} ({total:,})" for event, total in totals.items()}
    figure = blank(colours, height=70 + 36 * len(totals), right=16, top=40)
    fills = {
        "early": colours.states["trained"],
        "on_time": colours.states["trained"],
        "late": colours.owners["training"],
        "missing": colours.state("gap"),
        "pending": colours.states["in_grace"],
        "not_evaluable": colours.states["not_evaluable"],
    }
    joined = counts.assign(verdict=counts["verdict"].replace({"early": "on_time"}))
    for verdict in ("on_time", "late", "missing", "pending", "not_evaluable"):
        mine = joined[joined["verdict"] == verdict].groupby("event_type")["answers"].sum()
        if not mine.sum():
            continue
        share = [100.0 * mine.get(event, 0) / totals[event] for event in totals.index]
        held = [int(mine.get(event, 0)) for event in totals.index]
        name = "on time or early" if verdict == "on_time" else words.VERDICTS[verdict].lower()
        pattern = {
            "shape": _PATTERNS.get(verdict, ""),
            "fgcolor": fills[verdict],
            "bgcolor": colours.panel,
            "size": 6,
        }
        figure.add_trace(
            go.Bar(
                x=share,
                y=[names[event] for event in totals.index],
                orientation="h",
                name=name,
                marker={
                    "color": fills[verdict],
                    "pattern": pattern,
                    "line": {"color": colours.paper, "width": 1},
                },
                text=[
                    f"{value:,}" if part >= 6 and verdict not in _PATTERNS else ""
                    for value, part in zip(held, share, strict=True)
                ],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                constraintext="none",
                textfont={"color": _on(verdict, colours), "size": 13},
                customdata=held,
                hovertemplate=f"%{{y}}: %{{customdata:,}} {name} (%{{x:.1f}}%)<extra></extra>",
            )
        )
    figure.update_layout(
        barmode="stack",
        bargap=0.3,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal",
                "itemclick": False, "itemdoubleclick": False},
    )  # fmt: skip
    figure.update_xaxes(visible=False, range=[0, 100])
    figure.update_yaxes(showgrid=False, showline=False)
    return figure


def _on(verdict: str, colours: Palette) -> str:
    """A text colour with enough contrast on that verdict's fill."""
    return LIGHT.ink if verdict == "late" else colours.on_strong
