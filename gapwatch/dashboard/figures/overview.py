"""The overview's pictures: where gaps are, who lets them happen, whether it gets better, what the LMS
hides.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from gapwatch.dashboard import words
from gapwatch.dashboard.figures.canvas import picture, safe, wrapped
from gapwatch.dashboard.theme import Palette

HEAT_ROWS = 16
HEAT_COLUMNS = 12
INFLATION_ROWS = 12


def heat_map(cells: pd.DataFrame, colours: Palette) -> go.Figure:
    """Open gaps per requirement (rows) and site (columns), those with most exposure, sorted by it; a point per cell
    can be clicked.

    ``cells``: the rows of ``page_heat``. Point customdata: site, requirement_id.
    """
    by_row = cells.groupby("requirement_id", dropna=False)["exposure_days"].sum().sort_values(ascending=False)
    by_column = cells.groupby("site", dropna=False)["exposure_days"].sum().sort_values(ascending=False)
    rows = list(by_row.index[:HEAT_ROWS])
    columns = [site if isinstance(site, str) else "no site" for site in by_column.index[:HEAT_COLUMNS]]
    shown = cells.assign(column=[site if isinstance(site, str) else "no site" for site in cells["site"]])
    shown = shown[shown["requirement_id"].isin(rows) & shown["column"].isin(columns)]
    titles = dict(zip(shown["requirement_id"], shown["requirement"], strict=True))
    labels = [wrapped(titles[row], 28) for row in rows]
    labels = _distinct(labels, rows)
    name = dict(zip(rows, labels, strict=True))
    top = max(int(shown["open_gaps"].max()), 4)
    heat = {
        "type": "heatmap",
        "x": shown["column"],
        "y": [name[row] for row in shown["requirement_id"]],
        "z": shown["open_gaps"],
        "zmin": 0,
        "zmax": top,
        "colorscale": [list(stop) for stop in colours.heat],
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "hoverinfo": "skip",
    }
    points = {
        "type": "scatter",
        "x": shown["column"],
        "y": heat["y"],
        "mode": "markers+text",
        "marker": {"size": 26, "opacity": 0, "symbol": "square", "color": colours.ink},
        "text": [f"{value:,}" for value in shown["open_gaps"]],
        "textfont": {"size": 13, "color": colours.ink},
        "customdata": [[row.column, row.requirement_id, _cell_words(row)] for row in shown.itertuples(index=False)],
        "hovertemplate": "%{customdata[2]}<extra></extra>",
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}, "textfont": {"color": colours.muted}},
    }
    return picture(
        colours,
        [heat, points],
        height=40 + 36 * len(rows),
        top=30,
        xaxis=_categories(columns) | {"side": "top"},
        yaxis=_categories(labels[::-1]),
        clickmode="event+select",
    )


def _categories(names: list[str]) -> dict[str, object]:
    """An axis of those names in that order, without lines."""
    return {
        "categoryorder": "array",
        "categoryarray": names,
        "showgrid": False,
        "showline": False,
        "type": "category",
        "range": [-0.5, len(names) - 0.5],
    }


def _cell_words(row: object) -> str:
    cell = row._asdict()  # type: ignore[attr-defined]
    gaps = words.count(int(cell["open_gaps"]), "open gap")
    required = cell["people_required"]
    of = "" if pd.isna(required) else f" of {words.count(int(required), 'person', 'people')} required"
    return (
        f"<b>{safe(cell['requirement'])}</b> "
        f"({safe(cell['requirement_id'])})<br>{safe(cell['site_name'])}<br>"
        f"{gaps} on {words.count(int(cell['people']), 'person', 'people')}{of}<br>"
        f"{words.days(cell['exposure_days'])} of exposure, {words.days(cell['longest_days'])} the longest"
    )


def _distinct(labels: list[str], keys: list[str]) -> list[str]:
    return [f"{label} ({key})" if labels.count(label) > 1 else label for label, key in zip(labels, keys, strict=True)]


def cause_totals(months: pd.DataFrame, colours: Palette) -> go.Figure:
    """Gap days by cause over all months of ``page_cause_months``, longest first, coloured by who must act; a bar can
    be clicked. Point customdata: owner in words, cause.
    """
    totals = months.groupby(["cause", "owner"])[["gap_days"]].sum().reset_index().sort_values("gap_days")
    figure = picture(colours, height=40 + 34 * max(len(totals), 1), right=16)
    names = [words.said(words.CAUSES, cause) for cause in totals["cause"]]
    figure.add_trace(
        go.Bar(
            x=totals["gap_days"],
            y=names,
            orientation="h",
            marker={"color": [colours.owner(owner) for owner in totals["owner"]]},
            text=[f"{value:,.0f}" for value in totals["gap_days"]],
            textposition="outside",
            cliponaxis=False,
            customdata=[[words.said(words.OWNERS, row.owner), row.cause] for row in totals.itertuples(index=False)],
            hovertemplate="%{y}: %{x:,.0f} gap days<br>must act: %{customdata[0]}<extra></extra>",
            unselected={"marker": {"opacity": 1}},
        )
    )
    longest = float(totals["gap_days"].max()) if len(totals) else 1.0
    # room for the number behind the longest bar on a phone, too
    digits = len(f"{longest:,.0f}")
    figure.update_xaxes(visible=False, range=[0, longest * (1 + 0.045 * digits)])
    figure.update_yaxes(showgrid=False, ticks="")
    figure.update_layout(bargap=0.35)
    return figure


def cause_months(months: pd.DataFrame, colours: Palette) -> go.Figure:
    """Gap days per month, stacked by who must act, each owner named beside the last bar."""
    frame = months.groupby(["month", "owner"], as_index=False)["gap_days"].sum()
    figure = picture(colours, height=300, right=92, top=24)
    # a month that has just begun holds nothing yet: names stand beside the last bar there is
    all_months = sorted(frame[frame["month"] <= frame.loc[frame["gap_days"] > 0, "month"].max()]["month"].unique())
    reached = 0.0
    for owner in words.OWNERS:
        mine = frame[frame["owner"] == owner].set_index("month")["gap_days"].reindex(all_months, fill_value=0.0)
        if not mine.sum():
            continue
        figure.add_trace(
            go.Bar(
                x=all_months,
                y=mine,
                name=words.OWNERS[owner],
                marker={"color": colours.owner(owner)},
                hovertemplate=f"%{{x|%b %Y}}: %{{y:,.0f}} gap days, {words.OWNERS[owner]}<extra></extra>",
            )
        )
    shares = frame.groupby("owner")["gap_days"].sum()
    height = float(frame.groupby("month")["gap_days"].sum().max()) if len(frame) else 1.0
    last = all_months[-1] if all_months else None
    named = [owner for owner in words.OWNERS if shares.get(owner, 0)]
    for owner in named:
        value = frame[(frame["owner"] == owner) & (frame["month"] == last)]["gap_days"].sum()
        middle = max(reached + value / 2, 0)
        reached += value
        figure.add_annotation(
            x=1.01, xref="paper", y=middle, text=words.OWNERS[owner], showarrow=False, xanchor="left",
            font={"color": colours.owner(owner), "size": 13},
        )  # fmt: skip
    _spread(figure, least=height * 0.075)
    figure.update_layout(barmode="stack", bargap=0.3)
    figure.update_xaxes(showgrid=False, tickformat="%b\n%Y", dtick="M2" if len(all_months) > 8 else "M1")
    figure.update_yaxes(rangemode="tozero", nticks=5, tickformat=",.0f")
    return figure


def _spread(figure: go.Figure, *, least: float) -> None:
    """Move labels apart that would lie on each other, upwards."""
    below = float("-inf")
    for label in sorted(figure.layout.annotations, key=lambda item: float(item.y)):
        label.y = max(float(label.y), below + least)
        below = float(label.y)


def trend(weeks: pd.DataFrame, colours: Palette) -> go.Figure:
    """Open gaps at the end of each week; opened above and closed below the line of the panel beneath;
    failed runs marked.
    """
    figure = picture(colours, height=300, right=70, top=16)
    at = weeks["week_ends_at"]
    figure.add_trace(
        go.Scatter(
            x=at,
            y=weeks["open_gaps"],
            mode="lines",
            line={"color": colours.ink, "width": 2, "shape": "linear"},
            hovertemplate="%{x|%-d %b %Y}: %{y:,.0f} open gaps<extra></extra>",
            yaxis="y",
        )
    )
    for column, colour, sign, name in (
        ("opened", colours.state("gap"), 1, "opened"),
        ("closed", colours.state("trained"), -1, "closed"),
    ):
        figure.add_trace(
            go.Bar(
                x=at,
                y=weeks[column] * sign,
                marker={"color": colour},
                customdata=weeks[column],
                hovertemplate=f"week to %{{x|%-d %b %Y}}: %{{customdata:,.0f}} {name}<extra></extra>",
                yaxis="y2",
            )
        )
    failed = weeks[weeks["failed_runs"] > 0]
    if len(failed):
        figure.add_trace(
            go.Scatter(
                x=failed["week_ends_at"],
                y=[0] * len(failed),
                mode="markers",
                marker={
                    "symbol": "x-thin",
                    "size": 8,
                    "line": {"width": 2, "color": colours.owner("integration")},
                },
                cliponaxis=False,
                customdata=failed["failed_runs"],
                hovertemplate="week to %{x|%-d %b %Y}: %{customdata:,.0f} failed runs of the "
                "integration<extra></extra>",
                yaxis="y",
            )
        )
    axis = {
        "gridcolor": colours.lines,
        "zeroline": False,
        "fixedrange": True,
        "nticks": 4,
        "automargin": True,
    }
    tick = {"tickfont": {"color": colours.muted}}
    busiest = float(max(weeks["opened"].max(), weeks["closed"].max(), 1))
    figure.update_layout(
        yaxis={**axis, **tick, "domain": [0.42, 1], "rangemode": "tozero", "tickformat": ",.0f"},
        yaxis2={**axis, **tick, "domain": [0, 0.34], "zeroline": True, "zerolinecolor": colours.lines,
                "range": [-busiest * 1.1, busiest * 1.1], "showticklabels": False, "showgrid": False},
        barmode="overlay",
        bargap=0.25,
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, tickformat="%b\n%Y", anchor="y2", nticks=7)
    if len(weeks):
        last = weeks.iloc[-1]
        _end_label(figure, float(last["open_gaps"]), f"{last['open_gaps']:,.0f} open", colours.ink, "y")
        _end_label(figure, busiest * 0.6, "opened", colours.state("gap"), "y2")
        _end_label(figure, -busiest * 0.6, "closed", colours.state("trained"), "y2")
    return figure


def _end_label(figure: go.Figure, y: float, text: str, colour: str, axis: str) -> None:
    figure.add_annotation(
        x=1.01, xref="paper", y=y, yref=axis, text=text, showarrow=False, xanchor="left",
        font={"color": colour, "size": 13},
    )  # fmt: skip


def inflation(rows: pd.DataFrame, colours: Palette) -> go.Figure:
    """Per site two zero-based bars: what the LMS shows and what is true, with the difference named beside them; the
    first rows of ``page_inflation``, which are the whole and the sites that differ most.
    """
    frame = rows[rows["lms_pct"].notna() & rows["true_pct"].notna()].iloc[:INFLATION_ROWS].iloc[::-1]
    names = [safe(name) if isinstance(name, str) else "<b>All sites</b>" for name in frame["site_name"]]
    figure = picture(colours, height=24 + 58 * max(len(frame), 1), right=104)
    bars = (
        ("true_pct", colours.accent, "true", colours.on_strong),
        ("lms_pct", colours.shown, "LMS", colours.on_shown),
    )
    for column, colour, name, text in bars:
        figure.add_trace(
            go.Bar(
                x=frame[column],
                y=names,
                orientation="h",
                marker={"color": colour},
                text=[f"{name} {words.percent(value)}" for value in frame[column]],
                textposition="inside",
                insidetextanchor="start",
                constraintext="none",
                textfont={"color": text, "size": 13},
                hovertemplate="%{y}: %{text}<extra></extra>",
            )
        )
    for label, value in zip(names, frame["inflation_pct"], strict=True):
        figure.add_annotation(
            x=100, xref="x", y=label, text=words.points(value), showarrow=False, xanchor="left", xshift=8,
            font={"color": colours.ink if abs(value) >= 0.05 else colours.muted, "size": 13},
        )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.22, bargroupgap=0.04)
    figure.update_xaxes(range=[0, 100], visible=False)
    figure.update_yaxes(showgrid=False, showline=False)
    return figure
