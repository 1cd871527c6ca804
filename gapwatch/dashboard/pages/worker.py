"""Worker: one person on one time axis, and the audit sentences for a day."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gapwatch.dashboard import people, sentences, shell, tables, words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures import canvas, worker


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    worker_id = st.query_params.get("worker", "").strip()
    if not worker_id:
        shell.title("Whose record do you want to see?", shown)
        people.search(shown)
        return
    shown.ahead("page_worker_roles", "page_worker_bands", "page_worker_accounts", "page_worker_marks", worker=worker_id)
    person = shown.first("page_worker", worker=worker_id)
    if not person:
        shell.title(f"Nobody has the worker ID {worker_id}", shown)
        st.markdown("Neither the worker list nor the role history knows it on this day. Look the person up:")
        people.search(shown)
        return
    roles = shown.ask("page_worker_roles", worker=worker_id)
    shell.title(
        words.person(person["full_name"], worker_id),
        shown,
        intro=people.standing(person, roles, shown),
        told="Requirements in force and open gaps are those at as-of; every gap, answer and record is in the tables at "
        "the end of this page.",
    )
    bands = shown.ask("page_worker_bands", worker=worker_id)
    _picture(worker_id, bands, str(person["timezone"]), shown)
    sentences.show(worker_id, shown)
    _tables(worker_id, str(person["timezone"]), shown)
    shell.link("worker", "Look up somebody else", shown, icon=":material/person_search:")


def _picture(worker_id: str, bands: pd.DataFrame, zone: str, shown: View) -> None:
    roles = shown.ask("page_worker_roles", worker=worker_id)
    if roles.empty:
        st.markdown("There is no role history for this worker ID, so nothing was required of it.")
        return
    accounts = shown.ask("page_worker_accounts", worker=worker_id)
    marks = shown.ask("page_worker_marks", worker=worker_id)
    story = worker.Story(roles, accounts, bands, marks, shown.run.as_of, zone)
    states = worker.states_drawn(bands)
    if states:
        st.plotly_chart(
            worker.key(states, shown.palette),
            theme=None,
            config=canvas.CONFIG,
            key="key",
            alt=f"Key: {', '.join(words.STATES[s] for s in states)}",
        )
    st.plotly_chart(
        worker.timeline(story, shown.palette),
        theme=None,
        config=canvas.CONFIG,
        key="timeline",
        alt="Time axis of roles, accounts and requirements of one worker; the tables below hold the same facts",
    )
    st.caption(
        "▷ assigned · ◆ completion · ✕ assignment removed · ● HR event. "
        f"All times are {words.zone(zone)}. Point at a band or mark for its dates and source row; drag sideways for "
        f"earlier years."
    )


def _tables(worker_id: str, zone: str, shown: View) -> None:
    st.header("The rows behind it", anchor=False)
    gaps = shown.ask("page_worker_gaps", worker=worker_id)
    answers = shown.ask("page_worker_answers", worker=worker_id)
    gap_tab, event_tab, band_tab, mark_tab, account_tab = st.tabs(
        [
            f"Gaps ({len(gaps)})",
            f"Answers to HR events ({len(answers)})",
            "Requirements",
            "LMS records",
            "Roles and accounts",
        ],
        key="worker_rows",
        on_change="rerun",
    )
    if gap_tab.open:
        _rows(
            gap_tab,
            gaps,
            [
                "requirement",
                "site",
                "severity",
                "opened_on",
                "closed_on",
                "exposure_days",
                "cause",
                "owner",
                "closed_by",
            ],
            shown,
            zone,
            "worker_gaps",
            "No gap in the whole record.",
        )
    if event_tab.open:
        _rows(
            event_tab,
            answers,
            [
                "event_type",
                "effective_at",
                "action",
                "requirement",
                "due_at",
                "responded_at",
                "latency_hours",
                "verdict",
            ],
            shown,
            zone,
            "worker_answers",
            "No HR event called for an answer.",
        )
    if band_tab.open:
        _rows(
            band_tab,
            shown.ask("page_worker_bands", worker=worker_id),
            [
                "requirement",
                "site",
                "state",
                "cause",
                "valid_from",
                "valid_to",
                "course_id",
                "completed_at",
                "credential_ends_at",
            ],
            shown,
            zone,
            "worker_bands",
            "Nothing was required.",
        )
    if mark_tab.open:
        _rows(
            mark_tab,
            shown.ask("page_worker_marks", worker=worker_id),
            [
                "at_instant",
                "kind",
                "what",
                "course_id",
                "requirement_id",
                "reference",
                "load_id",
                "row_number",
            ],
            shown,
            zone,
            "worker_marks",
            "Neither HR nor the LMS recorded anything.",
        )
    if account_tab.open:
        _rows(
            account_tab,
            shown.ask("page_worker_roles", worker=worker_id),
            [
                "valid_from",
                "valid_to",
                "status",
                "employment_type",
                "job_title",
                "department",
                "site",
                "recorded_at",
            ],
            shown,
            zone,
            "worker_roles",
            "No role is known.",
        )
        _rows(
            account_tab,
            shown.ask("page_worker_accounts", worker=worker_id),
            ["account_id", "method", "status", "created_at", "deactivated_at", "last_login_at"],
            shown,
            zone,
            "worker_accounts",
            "No LMS account is linked to this person.",
        )


def _rows(
    tab: DeltaGenerator, frame: pd.DataFrame, columns: list[str], shown: View, zone: str, name: str, empty: str
) -> None:
    with tab:
        if frame.empty:
            st.markdown(empty)
        else:
            tables.show(frame, columns, shown, name=name, zone=zone)


page()
