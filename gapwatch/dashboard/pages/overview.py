"""Overview: the answer, whether to trust it, what to do first, and five pictures."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from gapwatch.dashboard import evaluable, pictures, shell, tables, trust, words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures.canvas import records

_QUESTIONS: Final = ("page_events_headline", "page_leavers_headline", "page_inflation", "page_evaluability")
_WORST: Final[dict[str, object]] = {"status": "open", "row_limit": 10}


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    shown.ahead(*_QUESTIONS, pictures.question())
    shown.ahead("page_gaps", **_WORST)
    gaps = shown.first("page_headline")
    population = shown.first("page_population")
    shell.title(
        _sentence(gaps, population, shown),
        shown,
        told="An open gap: a requirement in force for a worker that is neither met nor waived, in grace or on leave, "
        "as of the instant above. Its rows are on the page Gaps.",
        with_trust=False,
    )
    trust.line(shown)
    evaluable.requirements(shown, population)
    _figures(gaps, population, shown)
    _act_first(shown)
    pictures.draw(shown)


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
        told = f"Nothing was required{place} on {day}, so there is nothing to check"
        return f"{told}: mind the filters." if shown.scope.narrowed() else f"{told}."
    people = words.count(int(population["people"]), "person", "people")
    checked = words.count(int(population["checked"]), "requirement")
    if population.get("not_evaluable"):
        return f"No open gap is known{place} on {day}, but not all can be judged; {people}, {checked} checked."
    return f"No open gaps{place} on {day}; {people}, {checked} checked."


def _figures(gaps: dict[str, Any], population: dict[str, Any], shown: View) -> None:
    events = shown.first("page_events_headline")
    leavers = shown.first("page_leavers_headline")
    inflation = _inflation_row(shown)
    as_of = shown.as_of_words()
    checked = words.number(population.get("checked"))
    with st.container(horizontal=True, gap="small", key="figures"):
        _metric(
            ("gaps", "See the gaps", {}),
            shown,
            "Open gaps",
            f"{gaps['open_gaps']:,}",
            int(gaps["open_gaps"] - gaps["open_gaps_before"]),
            f"Worker-requirements that were required and not met at {as_of}, of {checked} checked.",
        )
        _metric(
            ("gaps", "See the days of each", {}),
            shown,
            "Exposure days",
            words.number(gaps["exposure_days"]),
            round(gaps["exposure_days"] - gaps["exposure_days_before"]),
            f"Days that the open gaps have been open in all, up to {as_of}: {gaps['open_gaps']:,} gaps on "
            f"{gaps['people']:,} people. A week earlier: the gaps open then, up to then.",
        )
        _metric(
            ("events", "See the answers", {"verdict": "unsynced"}),
            shown,
            "Unsynced events",
            words.number(events["unsynced"]),
            int(events["unsynced"] - events["unsynced_before"]),
            f"HR events with at least one answer of the LMS late or missing, of {events['events']:,} HR "
            f"events up to "
            f"{as_of}. {events['unanswered']:,} of them still wait for an answer.",
        )
        _metric(
            ("accounts", "See the accounts", {}),
            shown,
            "Active leavers",
            words.number(leavers["leavers"]),
            int(leavers["leavers"] - leavers["leavers_before"]),
            f"LMS accounts that can still log in although the person's employment has ended, at {as_of}. "
            f"{leavers['past_promise']:,} are past the promised time, {leavers['used']:,} were used since.",
        )
        with st.container(border=True, height="stretch", gap="xsmall", key="figure_inflation"):
            st.metric(
                "Dashboard inflation",
                words.points(inflation.get("inflation_pct")).removeprefix("+") if inflation else _without_whole(shown),
                None,
                delta_description="no earlier report",
                help=_inflation_help(inflation, as_of),
            )
            st.button(
                "See it by site",
                key="see_inflation",
                type="tertiary",
                icon=":material/arrow_downward:",
                on_click=pictures.open_inflation,
            )


def _metric(rows: tuple[str, str, dict[str, str]], shown: View, label: str, value: str, change: int, told: str) -> None:
    """One figure with its change, its definition and the way to its rows: page, words, and its own filters."""
    page_name, words_of_link, narrowed = rows
    with st.container(border=True, height="stretch", gap="xsmall", key=f"figure_{label.lower().replace(' ', '_')}"):
        st.metric(
            label,
            value,
            f"{change:+,}" if change else "no change",
            delta_color="inverse" if change else "off",
            delta_arrow="auto" if change else "off",
            delta_description="in a week",
            help=told,
        )
        shell.link(page_name, words_of_link, shown, icon=":material/arrow_forward:", **narrowed)


def _inflation_row(shown: View) -> dict[str, Any]:
    rows = shown.ask("page_inflation")
    wanted = rows if shown.scope.site else rows[rows["site"].isna()]
    return records(wanted)[0] if len(wanted) else {}


def _without_whole(shown: View) -> str:
    return words.UNKNOWN if shown.ask("page_inflation").empty else "by site"


def _inflation_help(row: dict[str, Any], as_of: str) -> str:
    if not row:
        return (
            "What the LMS shows less what is true, in percentage points. It is published for single sites and for the "
            "whole organisation: each of your sites is below; a site that is not in this data has none."
        )
    return (
        f"What the LMS shows less what is true, in percentage points, at {as_of}. The LMS shows "
        f"{words.percent(row['lms_pct'])} ({words.number(row['lms_completed'])} of "
        f"{words.number(row['lms_assigned'])} "
        f"assignments completed); true is {words.percent(row['true_pct'])} "
        f"({words.number(row['trained'])} of "
        f"{words.number(row['required'])} worker-requirements met{_unknown(row)}). Published per site only: other "
        f"filters do not narrow it."
    )


def _unknown(row: dict[str, Any]) -> str:
    if not row["not_evaluable"]:
        return ""
    return f"; {words.number(row['not_evaluable'])}, {words.percent(row['not_evaluable_pct'])}, are not evaluable"


def _act_first(shown: View) -> None:
    st.header(
        "Act first",
        anchor=False,
        help="The ten open gaps that weigh most: severity (critical 4, high 3, medium 2, low 1) times days open.",
    )
    rows = shown.ask("page_gaps", **_WORST)
    if rows.empty:
        st.markdown("Nothing is open here. Nobody has to act.")
        return
    st.caption(
        "Who, severity and days open, what for; role and site, cause, **who must act**. A line leads to the record."
    )
    with st.container(key="act_first", gap=None):
        for row in records(rows):
            _action(row, shown)
    shell.link("gaps", "All gaps", shown, icon=":material/arrow_forward:")


def _action(row: dict[str, Any], shown: View) -> None:
    who = words.person(row["full_name"], row["worker_id"])
    place = ", ".join(words.plain(part) for part in tables.cells(row, "job_title", "site"))
    severity = str(row["severity"])
    colour = {"critical": "red", "high": "orange"}.get(severity, "gray")
    parts = [
        f"**{words.plain(who)}**",
        f":{colour}[**{severity.capitalize()}**], **{words.days(row['exposure_days'])}**",
        words.plain(row["requirement"]),
        place,
        words.said(words.CAUSES, row["cause"]),
        f"**{words.said(words.OWNERS, row['owner'])}**",
    ]
    shell.link("worker", " · ".join(parts), shown, worker=str(row["worker_id"]), gap=str(row["gap_id"]))


page()
