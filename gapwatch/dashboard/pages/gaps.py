"""Gaps: the list, narrowed as the reader likes, and all there is to know about the one that is picked."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gapwatch.dashboard import controls, evaluable, paging, shell, tables, words
from gapwatch.dashboard.answers import PAGE_ROWS, View

_COLUMNS = (
    "severity",
    "full_name",
    "worker_id",
    "requirement",
    "site",
    "exposure_days",
    "cause",
    "owner",
    "opened_on",
    "closed_on",
    "job_title",
    "department",
    "citation",
)
_CAUSES = {cause: words.sentence_case(said) for cause, said in words.CAUSES.items()}
_STATUS = {"open": "Open", "closed": "Closed", "all": "Open and closed"}


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    requirements = _requirements(shown)
    status = controls.chosen("status", _STATUS, standard="open") or "open"
    narrowed = {
        "status": None if status == "all" else status,
        "requirement": controls.chosen("requirement", requirements),
        "cause": controls.chosen("cause", _CAUSES),
    }
    first = (paging.page_number() - 1) * PAGE_ROWS
    rows = shown.ask("page_gaps", row_limit=PAGE_ROWS, row_offset=first, **narrowed)
    head = rows if len(rows) or not first else shown.ask("page_gaps", row_limit=1, **narrowed)
    shell.title(
        _sentence(head, status),
        shown,
        told="A gap: a requirement in force for a worker that is neither met nor waived, in grace or on leave. One row "
        "each below; days are those it has been open, up to as-of.",
    )
    evaluable.requirements(shown, shown.first("page_population"))
    left, middle, right = st.columns(3)
    with left:
        controls.choice("Show", "status", _STATUS, standard="open")
    with middle:
        controls.choice("Requirement", "requirement", requirements, everything="All requirements")
    with right:
        controls.choice("Cause", "cause", _CAUSES, everything="All causes")
    if rows.empty:
        if first:
            st.info("There are no rows on this page of the table.", icon=":material/info:")
            st.button("To the first rows", on_click=paging.to_first_rows)
            return
        _empty(status, shown)
        return
    columns = [name for name in _COLUMNS if name != "closed_on" or status != "open"]
    st.caption("Severity times days, the weightiest first. Pick a row to see what is behind it.")
    picked = tables.choose(rows, columns, shown, name="gaps")
    paging.pager(len(rows), tables.total(rows))
    tables.download("gaps", "page_gaps", shown, count=tables.total(rows), **narrowed)
    if picked is not None:
        st.query_params["gap"] = str(rows.iloc[picked]["gap_id"])
    gap = st.query_params.get("gap")
    if gap:
        _detail(gap, shown)


def _sentence(rows: pd.DataFrame, status: str) -> str:
    total = tables.total(rows)
    if not total:
        return "No open gaps" if status == "open" else "No gaps"
    people = int(rows["total_people"].iloc[0])
    told = {"open": "open gap", "closed": "closed gap", "all": "gap"}[status]
    return f"{words.count(total, told)} on {words.count(people, 'person', 'people')}"


def _requirements(shown: View) -> dict[str, str]:
    """Every requirement of the policy by its id; one that the address names and the policy does not, too."""
    rows = shown.ask("page_requirements")
    named = {str(key): f"{title} ({key})" for key, title in zip(rows["requirement_id"], rows["title"], strict=True)}
    told = st.query_params.get("requirement")
    return named | ({told: f"{told} (not in this policy)"} if told and told not in named else {})


def _empty(status: str, shown: View) -> None:
    population = shown.first("page_population")
    day = words.day(words.local_time(shown.run.as_of, shown.zone))
    if not population.get("checked"):
        st.info(
            f"Nothing was required in this scope on {day}, so there is nothing to check. Mind the filters.",
            icon=":material/filter_alt:",
        )
        return
    people = words.count(int(population["people"]), "person", "people")
    checked = words.count(int(population["checked"]), "requirement")
    told = "No open gap matches" if status == "open" else "No gap matches"
    st.success(f"{told} on {day}; {people} and {checked} were checked in this scope.", icon=":material/check_circle:")


def _detail(gap_id: str, shown: View) -> None:
    gap = shown.first("page_gap", gap=gap_id)
    if not gap:
        st.info("The gap this link names does not exist on this day.", icon=":material/info:")
        return
    who = words.person(gap["full_name"], gap["worker_id"])
    with st.container(border=True, key="gap_detail"):
        st.subheader(f"{words.plain(who)}: {words.plain(gap['requirement'])}", anchor=False)
        st.markdown(_story(gap))
        shell.link(
            "worker",
            f"See {words.plain(who)} on one time axis",
            shown,
            icon=":material/arrow_forward:",
            worker=str(gap["worker_id"]),
            gap=gap_id,
        )
        spent = {cause: float(gap[f"days_{cause}"] or 0) for cause in words.CAUSES}
        lines = [f"{words.CAUSES[cause]} {words.days(days)}" for cause, days in spent.items() if days > 0]
        st.markdown(f"**How the days came about:** {'; '.join(lines)}." if lines else "")
        st.caption(_basis(gap))


def _story(gap: dict[str, Any]) -> str:
    zone = str(gap["timezone"])
    opened = words.moment(words.local_time(gap["opened_at"], zone), zone)
    length = words.days(gap["exposure_days"])
    if gap["closed_at"] is None:
        state = f"Open since {opened}: **{length}**, severity **{gap['severity']}**."
    else:
        closed = words.moment(words.local_time(gap["closed_at"], zone), zone)
        state = f"Open from {opened} to {closed}: **{length}**, closed by {words.said({}, gap['closed_by'])}."
    why, who = words.said(words.CAUSES, gap["cause"]), words.said(words.OWNERS, gap["owner"])
    cause = f"Cause now: **{why}**; **{who}** must act."
    if gap["closed_at"] is not None:
        cause = f"Last cause: {why} ({who})."
    event = ""
    if gap["event_type"] is not None:
        at = words.day(words.local_time(gap["event_at"], zone))
        event = f" It opened with the HR event **{words.said(words.EVENTS, gap['event_type']).lower()}** of {at}."
    cure = (
        f" Courses that can close it: {words.plain(gap['courses'])}."
        if gap["courses"]
        else " No course earns credit for it: see the policy."
    )
    return f"{state} {cause}{event}{cure if gap['closed_at'] is None else ''}"


def _basis(gap: dict[str, Any]) -> str:
    parts = [f"Gap {gap['gap_id']}"]
    if gap["citation"]:
        parts.append(words.plain(gap["citation"]))
    if gap["rule_ids"]:
        parts.append(f"required by {words.plain(str(gap['rule_ids']).replace(';', ', '))}")
    if gap["site"]:
        parts.append(f"for {words.plain(gap['site'])}")
    return " · ".join(parts)


page()
