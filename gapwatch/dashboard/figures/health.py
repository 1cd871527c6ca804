"""Pictures of integration health."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import plotly.graph_objects as go

from gapwatch.dashboard import words
from gapwatch.dashboard.figures.canvas import picture, records, safe
from gapwatch.dashboard.theme import Palette

DAYS = 30


def strip(days: pd.DataFrame, colours: Palette, *, until: dt.date) -> go.Figure:
    """A row per source, a cell per day up to ``until``: delivered, with rejects, held, or nothing (empty)."""
    names = sorted(days["source"].unique(), reverse=True)
    first = until - dt.timedelta(days=DAYS - 1)
    figure = picture(colours, height=44 + 24 * len(names), top=28)
    kinds = {
        "delivered": (colours.states["trained"], "square"),
        "delivered, rows rejected": (colours.owners["training"], "square-cross"),
        "held back": (colours.state("gap"), "x"),
    }
    frame = days.assign(
        kind=[
            "held back" if row["held"] else "delivered, rows rejected" if row["rejected"] else "delivered"
            for row in records(days)
        ]
    )
    for kind, (colour, symbol) in kinds.items():
        mine = frame[frame["kind"] == kind]
        if mine.empty:
            continue
        hovers = [
            f"<b>{safe(row['source'])}</b>, {words.day(row['loaded_on'])}<br>{kind}: "
            f"{words.count(int(row['loads']), 'load')}, "
            f"{words.count(int(row['rows_read']), 'row')} read, {int(row['rejected']):,} rejected"
            for row in records(mine)
        ]
        figure.add_trace(
            go.Scatter(
                x=mine["loaded_on"],
                y=[safe(source) for source in mine["source"]],
                mode="markers",
                name=kind,
                marker={
                    "symbol": symbol,
                    "size": 13,
                    "color": colour,
                    "line": {"width": 1, "color": colours.paper},
                },
                hovertext=hovers,
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )
    figure.update_layout(
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.0,
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
        },
    )
    half = dt.timedelta(hours=12)
    start, stop = (dt.datetime.combine(day, dt.time()) for day in (first, until))
    figure.update_xaxes(range=[start - half, stop + half], showgrid=False, tickformat="%-d %b", nticks=8)
    figure.update_yaxes(categoryorder="array", categoryarray=[safe(name) for name in names], type="category")
    return figure
