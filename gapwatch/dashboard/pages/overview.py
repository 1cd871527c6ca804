"""Overview: the answer, whether to trust it, what to do first, and five pictures."""

from __future__ import annotations

from typing import Any

import streamlit as st

from gapwatch.dashboard import shell, tables, trust, words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures import canvas, overview


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    gaps = shown.first("page_headline")
    population = shown.first("page_population")
    shell.title(_sentence(gaps, population, shown), shown)
    trust.line(shown)
    _figures(gaps, population, shown)
    _act_first(shown)
    _where(shown)
    _why(shown)
    _better(shown)
    _inflation(shown)


def _sentence(gaps: dict[str, Any], population: dict[str, Any], shown: View) -> str:
    if gaps["open_gaps"]:
        return words.headline(
            gaps=int(gaps["open_gaps"]),
            people=int(gaps["people"]),
            sites=int(gaps["sites"]),
            critical=int(gaps["critical_gaps"]),
            longest_days=gaps["longest_days"],
        )
    day = words.day(words.local_time(shown.run.as_of, shown.zone))
    place = f" at {shown.scope.site}" if shown.scope.site else ""
    if not population.get("checked"):
        return f"Nothing was required{place} on {day}, so there is nothing to check. Mind the filters."
    people = words.count(int(population["people"]), "person", "people")
    checked = words.count(int(population["checked"]), "requirement")
    return f"No open gaps{place} on {day}; {people}, {checked} checked."


def _figures(gaps: dict[str, Any], population: dict[str, Any], shown: View) -> None:
    events = shown.first("page_events_headline")
    leavers = shown.first("page_leavers_headline")
    inflation = _inflation_row(shown)
    as_of = shown.as_of_words()
    checked = words.number(population.get("checked"))
    with st.container(horizontal=True, gap="small", key="figures"):
        _metric(
            "Open gaps",
            f"{gaps['open_gaps']:,}",
            int(gaps["open_gaps"] - gaps["open_gaps_before"]),
            f"Worker-requirements that were required and not met at {as_of}, of {checked} checked.",
        )
        _metric(
            "Exposure days",
            words.number(gaps["exposure_days"]),
            round(gaps["exposure_days"] - gaps["exposure_days_before"]),
            f"Days that the open gaps have been open in all, up to {as_of}: {gaps['open_gaps']:,} gaps on "
            f"{gaps['people']:,} people. A week earlier: the gaps open then, up to then.",
        )
        _metric(
            "Unsynced events",
            words.number(events["unsynced"]),
            int(events["unsynced"] - events["unsynced_before"]),
            f"HR events with at least one answer of the LMS late or missing, of {events['events']:,} HR "
            f"events up to "
            f"{as_of}. {events['unanswered']:,} of them still wait for an answer.",
        )
        _metric(
            "Active leavers",
            words.number(leavers["leavers"]),
            int(leavers["leavers"] - leavers["leavers_before"]),
            f"LMS accounts that can still log in although the person's employment has ended, at {as_of}. "
            f"{leavers['past_promise']:,} are past the promised time, {leavers['used']:,} were used since.",
        )
        st.metric(
            "Dashboard inflation",
            words.points(inflation.get("inflation_pct")).removeprefix("+").removesuffix(" points"),
            None,
            delta_description="points; no earlier run",
            help=_inflation_help(inflation, as_of),
            border=True,
        )


def _metric(label: str, value: str, change: int, told: str) -> None:
    st.metric(
        label,
        value,
        f"{change:+,}" if change else "no change",
        delta_color="inverse" if change else "off",
        delta_arrow="auto" if change else "off",
        delta_description="in a week",
        help=told,
        border=True,
    )


def _inflation_row(shown: View) -> dict[str, Any]:
    rows = shown.ask("page_inflation")
    wanted = rows if shown.scope.site else rows[rows["site"].isna()]
    return canvas.records(wanted)[0] if len(wanted) else {}


def _inflation_help(row: dict[str, Any], as_of: str) -> str:
    if not row:
        return "Not known: there is no such site at this day."
    return (
        f"What the LMS shows less what is true, in percentage points, at {as_of}. The LMS shows "
        f"{words.percent(row['lms_pct'])} ({words.number(row['lms_completed'])} of "
        f"{words.number(row['lms_assigned'])} "
        f"assignments completed); true is {words.percent(row['true_pct'])} "
        f"({words.number(row['trained'])} of "
        f"{words.number(row['required'])} worker-requirements met). Published per site only: other "
        f"filters do not narrow it."
    )


def _act_first(shown: View) -> None:
    st.header(
        "Act first",
        anchor=False,
        help="The ten open gaps that weigh most: severity (critical 4, high 3, medium 2, low 1) times days open.",
    )
    rows = shown.ask("page_act_first")
    if rows.empty:
        st.markdown("Nothing is open here. Nobody has to act.")
        return
    st.caption("Severity and days open; then role, site, cause and **who must act**. A name leads to the whole record.")
    with st.container(key="act_first", gap=None):
        for row in canvas.records(rows):
            _action(row, shown)
    shell.link("gaps", "All gaps", shown, icon=":material/arrow_forward:")


def _action(row: dict[str, Any], shown: View) -> None:
    who = words.person(row["full_name"], row["worker_id"])
    place = " · ".join(words.plain(part) for part in tables.cells(row, "job_title", "site"))
    severity = str(row["severity"])
    colour = {"critical": "red", "high": "orange"}.get(severity, "gray")
    person, what, where = st.columns([0.2, 0.4, 0.4], vertical_alignment="center", gap="small")
    with person:
        shell.link("worker", words.plain(who), shown, worker=str(row["worker_id"]), gap=str(row["gap_id"]))
    what.markdown(
        f":{colour}[**{severity.capitalize()}**] · **{words.days(row['exposure_days'])}** · "
        f"{words.plain(row['requirement'])}"
    )
    where.caption(f"{place} · {words.said(words.CAUSES, row['cause'])} · **{words.said(words.OWNERS, row['owner'])}**")


def _where(shown: View) -> None:
    st.header(
        "Where the gaps are",
        anchor=False,
        help=f"Open gaps per requirement and site at {shown.as_of_words()}, most exposure first.",
    )
    cells = shown.ask("page_heat")
    if cells.empty:
        st.markdown("No requirement has an open gap in this scope.")
        return
    requirements = cells["requirement_id"].nunique()
    beyond = (
        f" The {overview.HEAT_ROWS} requirements with most exposure of {requirements}."
        if requirements > overview.HEAT_ROWS
        else ""
    )
    st.caption(f"Open gaps; the darker, the more. Click a cell to see them.{beyond}")
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


def _why(shown: View) -> None:
    st.header(
        "Who lets them happen",
        anchor=False,
        help="Days that people stood in a gap, by the cause at the time, in the last twelve calendar "
        "months. Closed gaps count too.",
    )
    months = shown.ask("page_cause_months")
    if months.empty:
        st.markdown("Nobody stood in a gap in the last twelve months.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.caption("Gap days of the last 12 months by cause, coloured by who must act")
        st.plotly_chart(
            overview.cause_totals(months, shown.palette),
            theme=None,
            config=canvas.CONFIG,
            key="cause_totals",
            alt="Bars of gap days by cause; the table below holds the same figures",
        )
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


def _better(shown: View) -> None:
    st.header(
        "Is it getting better",
        anchor=False,
        help="Open gaps at the end of each week up to as-of, and how many opened and closed in it.",
    )
    weeks = shown.ask("page_trend")
    if weeks.empty:
        st.markdown("There is no history before this day.")
        return
    failed = " Crosses mark weeks with failed runs of the integration." if weeks["failed_runs"].sum() else ""
    st.caption(f"Open gaps, and those opened and closed each week.{failed}")
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


def _inflation(shown: View) -> None:
    rows = shown.ask("page_inflation")
    st.header(
        "What the LMS shows and what is true",
        anchor=False,
        help="The LMS counts assignments of active accounts, whoever they belong to; true is trained / "
        "(trained + gap).",
    )
    known = rows[rows["inflation_pct"].notna()]
    if known.empty:
        st.markdown("Not known: nothing is assigned, or nothing is required, so there is no percentage.")
        return
    st.caption("Share completed according to the LMS, and share of requirements truly met")
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


page()
