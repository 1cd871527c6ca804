"""Incident: who held a role at a site on a day, and was what each of them needed in force."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd
import streamlit as st

from gapwatch.dashboard import controls, inspection, shell, tables, words
from gapwatch.dashboard.answers import ROW_LIMIT, View
from gapwatch.dashboard.figures.canvas import records

_DAY: Final = "incident_on"
_MOST: Final = 60


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    roles = shown.ask("page_roles_held")
    if roles.empty:
        shell.title("Nobody ever held a role here", shown)
        st.markdown("There is no role history in this report, so there is nobody to ask about.")
        return
    site = _site(roles, shown)
    at_site = roles[roles["site"] == site]
    jobs = {str(row["job_code"]): _job(str(row["job_title"]), str(row["job_code"])) for row in records(at_site)}
    role = controls.chosen("role", jobs)
    on = inspection.day_in_question(shown, st.query_params.get("on"))
    asked = {"site": site, "role": role, "on": on.isoformat()}
    rows = shown.ask("page_people_day", row_limit=ROW_LIMIT, **asked) if site and role else pd.DataFrame()
    found = inspection.people(rows) if len(rows) else []
    place = str(at_site["site_name"].iloc[0]) if len(at_site) else str(site)
    shell.title(
        _headline(rows, found, jobs.get(role or "", ""), place, on) if site else "Where was it?",
        shown,
        told="Who held the role when the day began, 00:00 at the site, and which of their requirements were not met "
        "then. One row a person, and one a requirement, below."
        if found
        else "",
    )
    _narrowing(shown)
    _controls(roles, jobs, site, on, shown)
    named = st.query_params.get("role")
    if site and named and named not in jobs:
        st.info(f"Nobody ever held the role {words.plain(named)} here.", icon=":material/info:")
    if not site:
        st.markdown("Choose the site, then the role and the day: the table shows who held it and what was in force.")
        return
    if not role:
        st.markdown("Choose the role and the day: the table shows who held it and what was in force.")
        return
    if not found:
        told = f"Nobody held the role {jobs[role]} at {place} when {words.day(on)} began."
        st.markdown(words.plain(told))
        return
    _people(found, rows, shown, on, asked)


def _site(roles: pd.DataFrame, shown: View) -> str | None:
    sites = list(dict.fromkeys(roles["site"].astype(str)))
    if shown.scope.site in sites:
        return shown.scope.site
    return sites[0] if len(sites) == 1 else None


def _job(title: str, code: str) -> str:
    return title if title == code else f"{title} ({code})"


def _headline(rows: pd.DataFrame, found: list[inspection.Person], role: str, place: str, on: dt.date) -> str:
    if not role:
        return f"Which role at {place}?"
    people = int(rows["total_people"].iloc[0]) if len(rows) else 0
    who = words.count(people, "person", "people") if people else "nobody"
    # how they stood is known of all of them, or not said
    told = f": {inspection.standing(found)}" if found and tables.total(rows) == len(rows) else ""
    return f"On {words.day(on)}, {who} held the role {role} at {place}{told}"


def _narrowing(shown: View) -> None:
    if set(shown.scope.narrowed()) - {"site", "authority"}:
        st.caption(":material/filter_alt_off: Of the filters, site and authority alone narrow this page.")


def _controls(roles: pd.DataFrame, jobs: dict[str, str], site: str | None, on: dt.date, shown: View) -> None:
    names = dict(zip(roles["site"], roles["site_name"], strict=True))
    sites = {str(one): f"{name} ({one})" if name != one else str(one) for one, name in names.items()}
    left, middle, right = st.columns(3)
    with left:
        controls.choice("Site", "site", sites, standard=site, everything="Choose the site")
    with middle:
        controls.choice("Role", "role", jobs, everything="Choose the role")
    with right:
        st.session_state[_DAY] = on
        st.date_input(
            "Day",
            key=_DAY,
            format="YYYY-MM-DD",
            max_value=inspection.day_in_question(shown, None),
            on_change=_set_day,
            help="Roles and requirements as they were at 00:00 of that day at the site, by what is known in this "
            "report.",
        )


def _set_day() -> None:
    st.query_params["on"] = st.session_state[_DAY].isoformat()


def _people(
    found: list[inspection.Person], rows: pd.DataFrame, shown: View, on: dt.date, asked: dict[str, str | None]
) -> None:
    inspection.because(rows)
    st.header(
        "Who held it",
        anchor=False,
        help="One line a person. A gap: required that day, and neither trained nor waived, on leave or in grace.",
    )
    picked = inspection.overview(found, shown, name="incident_people")
    if picked is None:
        st.caption("Pick a person for the audit sentences of that day.")
    else:
        one = found[picked]
        st.subheader(words.plain(one.name), anchor=False)
        inspection.sentences(one.worker_id, on, shown)
        shell.link(
            "worker",
            f"See {words.plain(one.name)} on one time axis",
            shown,
            icon=":material/arrow_forward:",
            worker=one.worker_id,
            on=on.isoformat(),
        )
    st.header("What was required, and what was in force", anchor=False)
    what = st.segmented_control(
        "Show", ["All", "Not met"], default="All", key="incident_rows", label_visibility="collapsed"
    )
    required = rows[rows["requirement_id"].notna()]
    if what == "Not met":
        required = required[required["state"].isin(["gap", "not_evaluable", "in_grace"])]
    if required.empty:
        st.markdown("Nothing was required of them." if what != "Not met" else "Everything that was required was met.")
    else:
        if len(found) <= _MOST and st.toggle("With the audit sentences", key="incident_sentences"):
            required = inspection.with_sentences(required, on, shown)
        inspection.requirements(required, shown, name="incident", with_people=True)
    if tables.total(rows) > len(rows):
        tables.cut_note(rows)
        tables.download("incident-all", "page_people_day", shown, count=tables.total(rows), **asked)
    if len(found) <= _MOST:
        shell.link(
            "survey",
            f"Build the workbook for {'this person' if len(found) == 1 else f'these {len(found):,} people'}",
            shown,
            icon=":material/inventory_2:",
            workers=";".join(one.worker_id for one in found),
        )


page()
