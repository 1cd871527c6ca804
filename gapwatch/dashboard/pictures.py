"""The overview's pictures, each with its heading, its words for having nothing to show, and its table."""

from __future__ import annotations

from typing import Final

import streamlit as st

from gapwatch.dashboard import shell, tables, words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures import canvas, overview

_TABS: Final = "pictures"
_WHERE: Final = "Where the gaps are"
_WHY: Final = "Who lets them happen"
_BETTER: Final = "Is it getting better"
_INFLATION: Final = "LMS and truth"
_ASKED: Final = {_WHERE: "page_heat", _WHY: "page_cause_months", _BETTER: "page_trend", _INFLATION: "page_inflation"}
_NARROW: Final = 7  # columns that a phone can show


def draw(shown: View) -> None:
    """The picture whose tab is open, and no other: each takes its time."""
    st.header("The whole picture", anchor=False)
    pictures = {_WHERE: where, _WHY: why, _BETTER: better, _INFLATION: inflation}
    for tab, picture in zip(st.tabs(list(pictures), key=_TABS, on_change="rerun"), pictures.values(), strict=True):
        if tab.open:
            with tab:
                picture(shown)


def question() -> str:
    """What the picture whose tab is open asks."""
    return _ASKED[st.session_state.get(_TABS) or _WHERE]


def open_inflation() -> None:
    """Turn to what the LMS shows beside what is true."""
    st.session_state[_TABS] = _INFLATION


def where(shown: View) -> None:
    """Which requirements at which sites have open gaps; a click on a cell leads to them."""
    cells = shown.ask("page_heat")
    if cells.empty:
        st.markdown("No requirement has an open gap in this scope.")
        return
    requirements = cells["requirement_id"].nunique()
    sites = cells["site"].nunique(dropna=False)
    cut = [
        words.count(most, one) + f" of {there:,}"
        for most, there, one in (
            (overview.HEAT_ROWS, requirements, "requirement"),
            (overview.HEAT_COLUMNS, sites, "site"),
        )
        if there > most
    ]
    beyond = f" Those with most exposure: {words.joined(cut)}; the table holds all." if cut else ""
    st.caption(
        f"Open gaps; the stronger the colour, the more. Click a cell to see them.{beyond}",
        help=f"Open gaps per requirement and site at {shown.as_of_words()}, most exposure first.",
    )
    # many columns need more room than a phone has: the picture is then moved sideways
    with st.container(key="heat_wide" if sites > _NARROW else "heat_narrow"):
        event = st.plotly_chart(
            overview.heat_map(cells, shown.palette),
            theme=None,
            config=canvas.CONFIG,
            key="heat_map",
            on_select="rerun",
            selection_mode="points",
            alt="Heat map of open gaps by requirement and site; the table below holds the same figures",
        )
    points = event.selection.points
    if points:
        site, requirement = points[0]["customdata"][0], points[0]["customdata"][1]
        shell.go("gaps", shown, requirement=str(requirement), **({"site": str(site)} if site != "no site" else {}))
    tables.behind(
        "Open gaps by requirement and site",
        cells,
        [
            "requirement",
            "requirement_id",
            "site_name",
            "open_gaps",
            "people",
            "people_required",
            "exposure_days",
            "longest_days",
        ],
        shown,
        name="heat",
    )


def why(shown: View) -> None:
    """Gap days of the last twelve months by cause and by who must act."""
    months = shown.ask("page_cause_months")
    if months.empty:
        st.markdown("Nobody stood in a gap in the last twelve months.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.caption(
            "Gap days of the last 12 months by cause, coloured by who must act. Click a bar to see the gaps.",
            help="Days that people stood in a gap, by the cause at the time, in the last twelve calendar months. "
            "Closed gaps count too.",
        )
        event = st.plotly_chart(
            overview.cause_totals(months, shown.palette),
            theme=None,
            config=canvas.CONFIG,
            key="cause_totals",
            on_select="rerun",
            selection_mode="points",
            alt="Bars of gap days by cause; the table below holds the same figures",
        )
        points = event.selection.points
        if points:
            shell.go("gaps", shown, cause=str(points[0]["customdata"][1]), status="all")
    with right:
        st.caption("Gap days per month by who must act")
        st.plotly_chart(
            overview.cause_months(months, shown.palette),
            theme=None,
            config=canvas.CONFIG,
            key="cause_months",
            alt="Stacked bars of gap days per month by owner; the table below holds the same figures",
        )
    tables.behind("Gap days by month and cause", months, ["month", "cause", "owner", "gap_days"], shown, name="causes")


def better(shown: View) -> None:
    """Open gaps week by week, and what opened and closed."""
    weeks = shown.ask("page_trend")
    if weeks.empty:
        st.markdown("There is no history before this day.")
        return
    if not weeks[["open_gaps", "opened", "closed"]].to_numpy().any():
        st.markdown("No gap was open in this scope in all these weeks.")
        return
    failed = " Crosses mark weeks with failed runs of the integration." if weeks["failed_runs"].sum() else ""
    st.caption(
        f"Open gaps, and those opened and closed each week.{failed}",
        help="Open gaps at the end of each week up to as-of, and how many opened and closed in it.",
    )
    st.plotly_chart(
        overview.trend(weeks, shown.palette),
        theme=None,
        config=canvas.CONFIG,
        key="trend",
        alt="Line of open gaps per week; the table below holds the same figures",
    )
    tables.behind(
        "Open gaps by week",
        weeks.iloc[::-1],
        ["week_ends_at", "open_gaps", "opened", "closed", "failed_runs"],
        shown,
        name="trend",
    )


def inflation(shown: View) -> None:
    """What the LMS shows beside what is true, per site."""
    rows = shown.ask("page_inflation")
    known = rows[rows["inflation_pct"].notna()]
    if known.empty:
        st.markdown("Not known: nothing is assigned, or nothing is required, so there is no percentage.")
        return
    beyond = (
        f". The {overview.INFLATION_ROWS} that differ most of {len(known):,}; the table holds all"
        if len(known) > overview.INFLATION_ROWS
        else ""
    )
    st.caption(
        f"Share completed according to the LMS, and share of requirements truly met{beyond}",
        help="The LMS counts assignments of active accounts, whoever they belong to; true is trained / "
        "(trained + gap).",
    )
    st.plotly_chart(
        overview.inflation(known, shown.palette),
        theme=None,
        config=canvas.CONFIG,
        key="inflation",
        alt="Bars of LMS and true completion per site; the table below holds the same figures",
    )
    tables.behind(
        "LMS and true completion",
        rows.assign(site_name=rows["site_name"].where(rows["site"].notna(), "All sites")),
        [
            "site_name",
            "lms_completed",
            "lms_assigned",
            "lms_pct",
            "trained",
            "required",
            "true_pct",
            "inflation_pct",
            "lms_pct_without_stale",
        ],
        shown,
        name="inflation",
    )
