"""Worker: one person on one time axis, and the audit sentences for a day."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pandas as pd
import streamlit as st

from gapwatch.dashboard import shell, tables, words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures import canvas, worker
from gapwatch.dashboard.state import day_of
from gapwatch.errors import GapwatchError
from gapwatch.person import AuditSentence, audit_sentences

_MARKS = {
    "gap": ":red[:material/cancel:]",
    "trained": ":green[:material/check_circle:]",
    "waived": ":violet[:material/verified_user:]",
}


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    worker_id = st.query_params.get("worker", "").strip()
    if not worker_id:
        shell.title("Whose record do you want to see?", shown)
        _search(shown)
        return
    person = shown.first("page_worker", worker=worker_id)
    if not person:
        shell.title(f"Nobody has the worker ID {worker_id}", shown)
        st.markdown("Neither the worker list nor the role history knows it on this day. Look the person up:")
        _search(shown)
        return
    shell.title(words.person(person["full_name"], worker_id), shown, intro=_standing(person, shown))
    bands = shown.ask("page_worker_bands", worker=worker_id)
    _picture(worker_id, bands, str(person["timezone"]), shown)
    _sentences(worker_id, shown)
    _tables(worker_id, str(person["timezone"]), shown)
    shell.link("worker", "Look up somebody else", shown, icon=":material/person_search:")


def _search(shown: View) -> None:
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
    for row in canvas.records(rows):
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


def _standing(person: dict[str, Any], shown: View) -> str:
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
        f"Times of {zone}. Point at a band or mark for its dates and source row; drag sideways for "
        f"earlier years."
    )


def _sentences(worker_id: str, shown: View) -> None:
    st.header(
        "What the record says for one day",
        anchor=False,
        help="One sentence per requirement, each with the rows it rests on.",
    )
    on = _chosen_day(shown)
    st.session_state["worker_on"] = on
    picked, _ = st.columns([0.3, 0.7])
    picked.date_input("Day", key="worker_on", format="YYYY-MM-DD", on_change=_set_day)
    try:
        sentences = audit_sentences(shown.reader, worker_id, on)
    except GapwatchError as error:
        st.error(words.plain(error.what), icon=":material/error:")
        return
    opening, shared = _opening(sentences)
    if opening:
        st.markdown(f"**{words.plain(opening)}**")
        st.caption(_rests_on(shared))
    for sentence in sorted(sentences, key=lambda one: one.state != "gap"):
        mark = _MARKS.get(sentence.state, ":gray[:material/remove:]")
        with st.container(gap=None):
            st.markdown(f"{mark} {words.plain(sentence.text.removeprefix(opening).strip())}")
            st.caption(_rests_on(sentence.sources[len(shared) :]))
    with st.expander("The sentences in full, to copy", icon=":material/content_copy:"):
        st.code("\n".join(sentence.text for sentence in sentences), language=None, wrap_lines=True)


def _opening(sentences: list[AuditSentence]) -> tuple[str, tuple[str, ...]]:
    """What all sentences begin with (who, in which role) and the sources they share; nothing for a single one."""
    if len(sentences) < 2:
        return "", ()
    start = os.path.commonprefix([sentence.text for sentence in sentences])
    opening = start[: start.rfind(". ") + 1]
    shared = os.path.commonprefix([sentence.sources for sentence in sentences])
    return opening, tuple(shared) if opening else ()


def _rests_on(sources: tuple[str, ...]) -> str:
    return f"Rests on {'; '.join(words.plain(source) for source in sources)}" if sources else ""


def _chosen_day(shown: View) -> dt.date:
    text = st.query_params.get("on", "")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return day_of(shown.run.as_of, zone=shown.zone)


def _set_day() -> None:
    st.query_params["on"] = st.session_state["worker_on"].isoformat()


def _tables(worker_id: str, zone: str, shown: View) -> None:
    st.header("The rows behind it", anchor=False)
    gaps = shown.ask("page_worker_gaps", worker=worker_id)
    answers = shown.ask("page_worker_answers", worker=worker_id)
    bands = shown.ask("page_worker_bands", worker=worker_id)
    marks = shown.ask("page_worker_marks", worker=worker_id)
    gap_tab, event_tab, band_tab, mark_tab, account_tab = st.tabs(
        [
            f"Gaps ({len(gaps)})",
            f"Answers to HR events ({len(answers)})",
            "Requirements",
            "LMS records",
            "Roles and accounts",
        ]
    )
    with gap_tab:
        _rows(
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
    with event_tab:
        _rows(
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
    with band_tab:
        _rows(
            bands,
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
    with mark_tab:
        _rows(
            marks,
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
    with account_tab:
        _rows(
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
            shown.ask("page_worker_accounts", worker=worker_id),
            ["account_id", "method", "status", "created_at", "deactivated_at", "last_login_at"],
            shown,
            zone,
            "worker_accounts",
            "No LMS account is linked to this person.",
        )


def _rows(frame: pd.DataFrame, columns: list[str], shown: View, zone: str, name: str, empty: str) -> None:
    if frame.empty:
        st.markdown(empty)
    else:
        tables.show(frame, columns, shown, name=name, zone=zone)


page()
