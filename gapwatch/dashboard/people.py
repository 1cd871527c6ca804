"""People: finding one, and saying in two sentences who somebody is."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gapwatch.dashboard import shell, tables, words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures.canvas import records


def search(shown: View) -> None:
    """Look somebody up by id, name, user name or e-mail address; each hit links to the worker."""
    text = st.text_input(
        "Worker ID, name, user name or e-mail address",
        key="worker_text",
        placeholder="W1042 or Dana",
        icon=":material/search:",
    ).strip()
    rows = shown.ask("page_worker_search", text=text or None)
    if rows.empty:
        st.markdown(f"Nobody matches **{words.plain(text)}**. Try a part of the name, or the ID as HR writes it.")
        return
    if not text:
        st.caption("Until you type: the workers with most exposure.")
    for row in records(rows):
        left, right = st.columns([0.4, 0.6], vertical_alignment="center")
        with left:
            shell.link(
                "worker",
                words.plain(words.person(row["full_name"], row["worker_id"])),
                shown,
                worker=str(row["worker_id"]),
            )
        open_gaps = int(row["open_gaps"])
        gaps = (
            f"**{words.count(open_gaps, 'open gap')}**, {words.days(row['exposure_days'])}"
            if open_gaps
            else "no open gap"
        )
        right.caption(" · ".join([*[words.plain(part) for part in tables.cells(row, "job_title", "site")], gaps]))
    if len(rows) == 20:
        st.caption("The first twenty; type more to narrow it down.")


def standing(person: dict[str, Any], roles: pd.DataFrame, shown: View) -> str:
    """Role, place and gaps of a worker (a row of ``page_worker``, the rows of ``page_worker_roles``) in two or three
    sentences of Markdown.
    """
    since = (
        words.day(words.local_time(person["valid_from"], person["timezone"]))
        if person["valid_from"] is not None
        else ""
    )
    role = words.plain(person["job_title"] or words.UNKNOWN)
    code = (
        f" ({words.plain(person['job_code'])})"
        if person["job_code"] and person["job_code"] != person["job_title"]
        else ""
    )
    place = f" at {words.plain(person['site_name'])}" if person["site_name"] else ""
    if person["valid_from"] is None:
        first = "No role is known."
    elif person["is_held_now"]:
        away = f", {words.said({}, person['status'])}" if person["status"] != "active" else ""
        first = f"{role}{code}{place} since {since}{away}, {words.said({}, person['employment_type'])}."
        others = _others(person, roles, shown)
        first += f" Also {words.joined(others)}." if others else ""
    else:
        ended = person["valid_to"]
        until = f" to {words.day(words.local_time(ended, person['timezone']))}" if ended is not None else ""
        verb = "Was" if ended is not None else "Will be"
        first = f"{verb} {role}{code}{place} from {since}{until}; holds no role at {shown.as_of_words()}."
    required = words.count(int(person["required_now"]), "requirement")
    open_gaps = int(person["open_gaps"])
    gaps = f":red[**{words.count(open_gaps, 'open gap')}**]" if open_gaps else "no open gap"
    ever = int(person["gaps_ever"])
    return f"{first} {required} in force, {gaps}; {words.count(ever, 'gap')} in the whole record."


def _others(person: dict[str, Any], roles: pd.DataFrame, shown: View) -> list[str]:
    """The roles that are held at as-of beside the one that ``page_worker`` names: "Registered nurse at HNY3"."""
    if roles.empty:
        return []
    as_of = shown.run.as_of.replace(tzinfo=None)
    ended = roles["valid_to"].notna() & (roles["valid_to"] <= as_of)
    held = roles[roles["is_employed"] & (roles["valid_from"] <= as_of) & ~ended]
    told = [" at ".join(words.plain(part) for part in tables.cells(row, "job_title", "site")) for row in records(held)]
    this = " at ".join(words.plain(part) for part in tables.cells(person, "job_title", "site"))
    return [one for one in dict.fromkeys(told) if one != this]
