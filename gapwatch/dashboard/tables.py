"""Tables: column headings, formats and downloads, the same on every page.

Owns how a published column is shown. Frames arrive with published column names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from gapwatch.dashboard import downloads, words
from gapwatch.dashboard.answers import ROW_LIMIT, View

_WORDS: Final[dict[str, dict[str, str]]] = {
    "cause": words.CAUSES,
    "first_cause": words.CAUSES,
    "owner": words.OWNERS,
    "event_type": words.EVENTS,
    "ended_by": words.EVENTS,
    "action": words.ACTIONS,
    "verdict": words.VERDICTS,
    "integration_method": words.METHODS,
    "method": words.METHODS,
    "state": words.STATES,
    "status": {**words.WRITEBACK, **words.STATUS},
    "fitness": words.FITNESS,
    "failure": words.FAILURES,
    "error_class": words.ERRORS,
    "writeback_status": words.WRITEBACK,
    "record_change": words.CHANGES,
    "most_urgent_event_type": words.EVENTS,
    "rating": words.RATINGS,
}
_TOLD: Final = {"says", "promise"}
_STATED: Final = {"reason", "detail", "explanation"}  # as written, but for the capital
_SENTENCED: Final = {
    "basis",
    "volume",
    "check_id",
    "employment_type",
    "commonest_error",
    "closed_by",
    "account_status",
}
_DAYS: Final = {
    "opened_at",
    "closed_at",
    "ended_at",
    "active_until",
    "effective_at",
    "valid_from",
    "valid_to",
}
_WIDTHS: Final = {
    "cause": 175,
    "first_cause": 175,
    "requirement": 210,
    "citation": 180,
    "says": 430,
    "reason": 520,
    "detail": 430,
    "explanation": 430,
    "record_change": 120,
    "writeback_status": 150,
    "old_value": 150,
    "new_value": 150,
}
_SHARES: Final = {"inflation_pct": "%+.1f", "failed_pct": "%.2f%%", "rejected_pct": "%.2f%%"}
_WHOLE: Final = 14  # rows
_SCROLLED: Final = 460  # pixels
_LOCAL_DAY: Final = "The day by the calendar of the site."
_HEADINGS: Final[dict[str, str]] = {
    "full_name": "Name",
    "worker_id": "Worker",
    "requirement": "Requirement",
    "requirement_id": "Requirement ID",
    "owner": "Who must act",
    "exposure_days": "Days",
    "opened_at": "Opened",
    "closed_at": "Closed",
    "closed_by": "Closed by",
    "job_title": "Role",
    "effective_at": "Effective",
    "recorded_at": "Recorded",
    "event_type": "HR event",
    "clock_at": "Clock starts",
    "due_at": "Due",
    "responded_at": "Answered",
    "latency_hours": "Latency (h)",
    "median_hours": "Median (h)",
    "p90_hours": "90% within (h)",
    "within_sla_pct": "Within promise",
    "days_active": "Days active",
    "logins_after": "Logins after leaving",
    "open_assignments": "Open assignments",
    "is_open": "Still active",
    "is_within_sla": "Within promise",
    "age_hours": "Age (h)",
    "expect_every_hours": "Promised every (h)",
    "newest_loaded_at": "Newest load",
    "drifted_columns": "New columns",
    "rows_rejected": "Rows rejected",
    "held_loads": "Held back",
    "check_id": "Check",
    "median_low_hours": "Median from (h)",
    "median_high_hours": "Median to (h)",
    "naive_median_hours": "Median of the answered (h)",
    "promised_hours": "Promised (h)",
    "needed_hours": "Needed (h)",
    "most_urgent_event_type": "Most urgent event",
    "fitness": "Verdict",
    "says": "In words",
    "rows_sql": "Rows behind it (gapwatch sql)",
    "not_evaluable_pct": "Not evaluable",
    "not_evaluable_days": "Days not evaluable",
    "shown_rows": "Rows that fall short",
    "success_pct": "Runs without a fault",
    "median_minutes": "Median run (min)",
    "p90_minutes": "90% within (min)",
    "records_failed_pct": "Failed of all records",
    "median_latency_hours": "Median (h)",
    "writeback_status": "Write-back",
    "record_change": "Change",
    "hours_overdue": "Overdue (h)",
    "expected_rows": "Usual rows",
    "within": "Within promise",
    "full_site": "Site",
    "linked_to": "Belongs to",
    "licence_cost": "Licence cost",
    "reactivated_at": "Active again",
    "probability_pct": "Probability",
    "course_ids": "Courses",
    "validity_months": "Renewed (months)",
    "grace_days": "Grace (days)",
    "people_with_gap": "With a gap",
    "rule_ids": "Rules",
    "ends_on": "Valid to",
    "waived_until_on": "Waived until",
    "roles": "Role",
    "standing": "In words",
    "sentence": "Audit sentence",
    "failed_pct": "Share failed",
    "row_number": "Row in the file",
    "item": "What",
    "words": "Its name",
    "is_active": "Active",
    "starts_on": "From",
    "until_on": "Until",
    "rejected_pct": "Share rejected",
    "integration_method": "Method",
    "site_name": "Site",
    "column_name": "Column",
    "old_value": "Before",
    "new_value": "After",
    "worker_ref": "Names the worker",
    "username": "User name",
    "exposure": "Days",
    "lms_completed": "Completed in the LMS",
    "lms_assigned": "Assigned in the LMS",
    "lms_pct": "The LMS shows",
    "lms_pct_without_stale": "Without leavers",
    "trained": "Truly met",
    "required": "Required",
    "true_pct": "True",
    "inflation_pct": "Inflation (points)",
    "people_required": "People required",
    "criterion": "Criterion",
}


def heading(column: str) -> str:
    """The heading of a published column, in sentence case."""
    told = _HEADINGS.get(column)
    if told:
        return told
    text = column.removesuffix("_at").removesuffix("_on").removesuffix("_id").replace("_", " ")
    return text[:1].upper() + text[1:]


def readable(frame: pd.DataFrame, columns: Sequence[str], *, zone: str) -> pd.DataFrame:
    """Those columns with words for codes and instants in local time of ``zone`` (naive, as tables show
    them).
    """
    shown = frame.loc[:, list(columns)].copy()
    for column in columns:
        if column in _WORDS:
            shown[column] = [_sentenced(value, _WORDS[column]) for value in shown[column]]
        elif _is_instant(column, shown[column]):
            local = shown[column].dt.tz_localize("UTC").dt.tz_convert(zone)
            shown[column] = local.dt.tz_localize(None).dt.floor("s")
        elif pd.api.types.is_bool_dtype(shown[column].dtype):
            shown[column] = ["Yes" if value else "No" for value in shown[column]]
        elif column in _SENTENCED:
            shown[column] = [_sentenced(value, {}) for value in shown[column]]
        elif column in _TOLD:
            shown[column] = [words.tidy(value) if isinstance(value, str) else None for value in shown[column]]
        elif column in _STATED:
            shown[column] = [words.sentence_case(value) if isinstance(value, str) else None for value in shown[column]]
        elif column == "severity":
            shown[column] = [None if pd.isna(value) else str(value).capitalize() for value in shown[column]]
    return shown


def configs(frame: pd.DataFrame, *, zone: str, help_texts: Mapping[str, str] | None = None) -> dict[str, ColumnConfig]:
    """How each column of a readable frame is shown: heading, format, alignment, help."""
    help_texts = help_texts or {}
    made: dict[str, ColumnConfig] = {}
    for column in frame.columns:
        name, told = heading(str(column)), help_texts.get(str(column))
        kind = frame[column].dtype
        if _is_date(str(column)):
            told = told or _LOCAL_DAY
            made[column] = st.column_config.DateColumn(name, format="D MMM YYYY", help=told)
        elif pd.api.types.is_datetime64_any_dtype(kind):
            told = told or f"{words.zone(zone)}."
            form = "D MMM YYYY" if column in _DAYS else "D MMM YYYY, HH:mm"
            made[column] = st.column_config.DatetimeColumn(name, format=form, help=told)
        elif "_pct" in str(column):
            form = _SHARES.get(str(column), "%.1f%%")
            made[column] = st.column_config.NumberColumn(name, format=form, help=told)
        elif str(column).endswith("_hours") or str(column).endswith("_minutes"):
            made[column] = st.column_config.NumberColumn(name, format="%,.1f", help=told)
        elif pd.api.types.is_float_dtype(kind) or pd.api.types.is_integer_dtype(kind):
            made[column] = st.column_config.NumberColumn(name, format="localized", help=told)
        else:
            wide = _WIDTHS.get(str(column))
            made[column] = st.column_config.TextColumn(name, help=told, width=wide)
    return made


def show(
    frame: pd.DataFrame,
    columns: Sequence[str],
    shown: View,
    *,
    name: str,
    height: int | None = None,
    help_texts: Mapping[str, str] | None = None,
    zone: str | None = None,
) -> None:
    """Show those columns as a table that can be sorted and searched; instants in ``zone``, else the
    organisation's.
    """
    zone = zone or shown.zone
    readied = _rounded(readable(frame, columns, zone=zone))
    st.dataframe(
        readied,
        hide_index=True,
        width="stretch",
        height=height or _height(len(frame)),
        placeholder="–",
        column_config=configs(readied, zone=zone, help_texts=help_texts),
        key=f"table_{name}",
        alt=f"Table: {name.replace('_', ' ')}",
    )
    if "total_rows" not in frame.columns:  # a part of a question's rows: its page offers all of them
        downloads.of_frame(name, frame, columns, shown)


def choose(
    frame: pd.DataFrame, columns: Sequence[str], shown: View, *, name: str, height: int | None = None
) -> int | None:
    """Show those columns as a table and return the position of the row that was picked, if any."""
    readied = _rounded(readable(frame, columns, zone=shown.zone))
    event = st.dataframe(
        readied,
        hide_index=True,
        width="stretch",
        height=height or _height(len(frame)),
        placeholder="–",
        column_config=configs(readied, zone=shown.zone),
        on_select="rerun",
        selection_mode="single-row",
        key=f"table_{name}",
        alt=f"Table: {name.replace('_', ' ')}",
    )
    picked = event.selection.rows
    return int(picked[0]) if picked else None


def download(name: str, question: str, shown: View, *, count: int, **parameters: object) -> None:
    """Offer all rows of that question in this scope as CSV and XLSX, read when asked for; published names, UTC."""
    downloads.of_question(name, question, shown, count=count, **parameters)


def total(frame: pd.DataFrame) -> int:
    """How many rows match in all, of which the frame may hold the first ``ROW_LIMIT``."""
    return int(frame["total_rows"].iloc[0]) if len(frame) else 0


def cut_note(frame: pd.DataFrame) -> None:
    """Say that a table shows a part, when it does."""
    if total(frame) > len(frame):
        st.caption(f"The first {ROW_LIMIT:,} of {total(frame):,} rows; the download holds all.")


def behind(label: str, frame: pd.DataFrame, columns: Sequence[str], shown: View, *, name: str) -> None:
    """The plain-table alternative of a picture, folded away."""
    folded(f"{label} as a table", frame, columns, shown, name=name)


def folded(
    label: str,
    frame: pd.DataFrame | Callable[[], pd.DataFrame],
    columns: Sequence[str],
    shown: View,
    *,
    name: str,
) -> None:
    """A table that few look into, folded away; nothing of it is asked for or sent before it is opened."""
    with st.expander(label, icon=":material/table:", key=f"folded_{name}", on_change="rerun") as box:
        if box.open:
            show(frame() if callable(frame) else frame, columns, shown, name=name)


def _height(rows: int) -> Literal["content"] | int:
    """A short table whole; a long one scrolls, so that what follows it can be reached."""
    return "content" if rows <= _WHOLE else _SCROLLED


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    for column in (str(name) for name in frame.columns):
        if not pd.api.types.is_float_dtype(frame[column].dtype):
            continue
        if column.endswith("_hours"):
            frame[column] = frame[column].round(1)
        elif column.endswith("_days") or column.startswith("days_"):
            frame[column] = frame[column].round(1 if frame[column].abs().max() < 10 else 0)
    return frame


def _sentenced(value: object, known: dict[str, str]) -> str | None:
    told = words.said(known, value)
    return None if told == words.UNKNOWN else words.sentence_case(told)


def _is_date(column: str) -> bool:
    return column.endswith("_on") or column == "month"


def _is_instant(column: str, values: pd.Series[Any]) -> bool:
    return pd.api.types.is_datetime64_any_dtype(values.dtype) and not _is_date(column)


def cells(row: Mapping[str, Any], *names: str) -> list[str]:
    """Those cells of a row as words, missing ones left out."""
    return [str(row[name]) for name in names if row.get(name) is not None and not pd.isna(row[name])]
