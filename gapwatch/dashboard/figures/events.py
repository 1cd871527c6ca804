"""Pictures of HR events and the LMS's answers."""

from __future__ import annotations

from itertools import cycle
from typing import Final

import pandas as pd
import plotly.graph_objects as go

from gapwatch.dashboard import words
from gapwatch.dashboard.figures.canvas import line, picture
from gapwatch.dashboard.theme import LIGHT, Palette

LONGEST: Final = 720.0  # hours: what waits longer than thirty days is told by the height at the end
_PATTERNS: Final = {"pending": ".", "not_evaluable": "\\"}


def verdicts(counts: pd.DataFrame, colours: Palette) -> go.Figure:
    """Per event type one bar of all its answers, split by verdict; ``counts``: the rows of ``page_event_counts``. A
    part can be clicked; its customdata: answers, event type, verdict.
    """
    totals = counts.groupby("event_type")["answers"].sum().sort_values()
    names = {event: f"{words.said(words.EVENTS, event)} ({total:,})" for event, total in totals.items()}
    bars: list[dict[str, object]] = []
    fills = {
        "early": colours.early,
        "on_time": colours.states["trained"],
        "late": colours.owners["training"],
        "missing": colours.state("gap"),
        "pending": colours.states["in_grace"],
        "not_evaluable": colours.states["not_evaluable"],
    }
    for verdict in ("early", "on_time", "late", "missing", "pending", "not_evaluable"):
        mine = counts[counts["verdict"] == verdict].groupby("event_type")["answers"].sum()
        if not mine.sum():
            continue
        share = [100.0 * mine.get(event, 0) / totals[event] for event in totals.index]
        held = [int(mine.get(event, 0)) for event in totals.index]
        name = words.VERDICTS[verdict].lower()
        pattern = {
            "shape": _PATTERNS.get(verdict, ""),
            "fgcolor": fills[verdict],
            "bgcolor": colours.panel,
            "size": 6,
        }
        bars.append(
            {
                "type": "bar",
                "x": share,
                "y": [names[event] for event in totals.index],
                "orientation": "h",
                "name": name,
                "marker": {"color": fills[verdict], "pattern": pattern, "line": {"color": colours.paper, "width": 1}},
                "text": [
                    f"{value:,}" if part >= 6 and verdict not in _PATTERNS else ""
                    for value, part in zip(held, share, strict=True)
                ],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "constraintext": "none",
                "textfont": {"color": _on(verdict, colours), "size": 13},
                "customdata": [[number, event, verdict] for number, event in zip(held, totals.index, strict=True)],
                "hovertemplate": f"%{{y}}: %{{customdata[0]:,}} {name} (%{{x:.1f}}%)<extra></extra>",
                "unselected": {"marker": {"opacity": 1}},
            }
        )
    return picture(
        colours,
        bars,
        height=70 + 36 * len(totals),
        right=16,
        top=40,
        xaxis={"visible": False, "range": [0, 100]},
        yaxis={"showgrid": False, "showline": False},
        barmode="stack",
        bargap=0.3,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal",
                "itemclick": False, "itemdoubleclick": False},
    )  # fmt: skip


def survival(steps: pd.DataFrame, colours: Palette, *, lines: dict[str, float]) -> go.Figure:
    """The share still unanswered by hours since the clock start: one stepped line a method, named at its end, with
    its 95 % band, over thirty days at most. ``steps``: the rows of ``page_survival``; ``lines``: named hours drawn as
    verticals.
    """
    shades = (colours.accent, colours.owners["training"], colours.owners["hr"], colours.owners["learner"], colours.ink)
    curves: list[dict[str, object]] = []
    labels: list[dict[str, object]] = []
    longest = min(max(float(steps["hours"].quantile(0.95)), *lines.values(), 24.0), LONGEST)
    ends: list[tuple[float, str, str]] = []
    for shade, (method, mine) in zip(cycle(shades), steps.groupby("integration_method"), strict=False):
        name = words.said(words.METHODS, method)
        near = mine[mine["hours"] <= longest]
        hours = [0.0, *near["hours"], longest]
        share, low, high = (
            [100.0, *near[column], float(near[column].iloc[-1]) if len(near) else 100.0]
            for column in ("unanswered_pct", "unanswered_low_pct", "unanswered_high_pct")
        )
        edge = {"type": "scatter", "x": hours, "mode": "lines", "name": name}
        hidden = edge | {"line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
        curves += [
            hidden | {"y": high},
            hidden | {"y": low, "fill": "tonexty", "fillcolor": _faint(shade)},
            edge
            | {
                "y": share,
                "line": {"color": shade, "width": 2, "shape": "hv"},
                "hovertemplate": f"{name}: %{{y:.1f}}% still unanswered after %{{x:.1f}} h<extra></extra>",
            },
        ]
        ends.append((share[-1], name, shade))
    for y, (_, name, shade) in zip(_apart([end[0] for end in sorted(ends)], least=6.0), sorted(ends), strict=True):
        labels.append(
            {"x": longest, "y": y, "text": name, "xanchor": "left", "showarrow": False, "xshift": 6,
             "font": {"color": shade, "size": 13}}
        )  # fmt: skip
    for name, hours_at in lines.items():
        labels.append(
            {"x": hours_at, "y": 1.0, "yref": "paper", "yanchor": "bottom", "xanchor": "left", "showarrow": False,
             "text": name, "font": {"color": colours.muted, "size": 13}}
        )  # fmt: skip
    needed = [line(hours_at, {"color": colours.muted, "width": 1, "dash": "dot"}) for hours_at in lines.values()]
    in_days = longest > 96
    step = next(each for each in (6, 12, 24, 48, 72, 120, 240) if longest / each <= 10)
    ticks = [float(at) for at in range(0, int(longest) + 1, step)]
    return picture(
        colours,
        curves,
        height=380,
        right=92,
        top=28,
        bottom=8,
        xaxis={
            "range": [0, longest],
            "tickvals": ticks,
            "ticktext": [f"{at / 24:g}" if in_days else f"{at:g}" for at in ticks],
            "title": {
                "text": f"{'days' if in_days else 'hours'} since the clock started",
                "font": {"size": 13, "color": colours.muted},
            },
            "showgrid": False,
        },
        yaxis={"range": [0, 101], "ticksuffix": "%"},
        annotations=labels,
        shapes=needed,
    )


def _apart(heights: list[float], *, least: float) -> list[float]:
    """Those heights, rising, moved up so far that each is at least so much above the one before."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + least) if placed else height)
    return placed


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.12)"


def _on(verdict: str, colours: Palette) -> str:
    """A text colour with enough contrast on that verdict's fill."""
    if verdict == "early":
        return colours.ink
    return LIGHT.ink if verdict == "late" else colours.on_strong
