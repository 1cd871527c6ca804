"""Integration health: is each source alive, what did its loads hold, how fast does each method answer, what failed."""

from __future__ import annotations

import datetime as dt
import shlex

import streamlit as st

from gapwatch.dashboard import evaluable, shell, tables, words
from gapwatch.dashboard.answers import ROW_LIMIT, View
from gapwatch.dashboard.figures import canvas, health


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    shell.title(
        _sentence(shown),
        shown,
        told="A source is fresh when its newest accepted load is no older than the configuration promises, at the "
        "later of as-of and known-at. One row each below.",
    )
    if shown.scope.narrowed():
        st.caption(":material/filter_alt_off: The whole organisation: a source serves all sites.")
    evaluable.whole(shown)
    _sources(shown)
    _methods(shown)
    _runs(shown)
    _scorecard(shown)
    _writeback(shown)
    _changes(shown)
    _deliveries(shown)


def _sentence(shown: View) -> str:
    sources = shown.ask("page_sources")
    if sources.empty:
        return "No source is configured"
    sick = int((sources["status"] != "fresh").sum())
    if not sick:
        return f"All {words.count(len(sources), 'source')} delivered as promised"
    verb = "is" if sick == 1 else "are"
    return f"{sick} of {words.count(len(sources), 'source')} {verb} late, absent or held back"


def _sources(shown: View) -> None:
    st.header(
        "Sources",
        anchor=False,
        help="Age of the newest accepted load at the later of as-of and known-at, against what the "
        "configuration promises.",
    )
    days = shown.ask("page_load_days")
    if not days.empty:
        st.caption("One cell a day: what each source delivered in the last 30 days")
        st.plotly_chart(
            health.strip(days, shown.palette, until=words.local_time(shown.run.known_at, shown.zone).date()),
            theme=None,
            config=canvas.CONFIG,
            key="strip",
            alt="Strip of days per source; the tables below hold the same facts",
        )
    tables.show(
        shown.ask("page_sources"),
        [
            "source",
            "status",
            "newest_loaded_at",
            "age_hours",
            "expect_every_hours",
            "rows_read",
            "volume",
            "rows_rejected",
            "rejected_pct",
            "feed",
            "drifted_columns",
            "held_loads",
            "loads",
            "source_owner",
        ],
        shown,
        name="sources",
        help_texts={
            "held_loads": "Loads that the load guard or a check kept out, ever.",
            "rows_read": "Rows of the newest load.",
            "volume": "The newest delivery against the ten before: low below half of the smallest, high above twice "
            "the largest; empty with fewer than three.",
            "source_owner": "Who answers for it, as the configuration says.",
            "rows_rejected": "Rows of the newest load that could not be used.",
            "drifted_columns": "Columns that the mapping does not know; they are kept, but nothing uses them.",
        },
    )


def _methods(shown: View) -> None:
    st.header(
        "How fast each method answers",
        anchor=False,
        help="Median and 90% by Kaplan-Meier from the clock start; unanswered events count as waiting.",
    )
    rows = shown.ask_if_built("page_latency_by_method")
    if rows.empty:
        st.markdown("Not known: no answer could be judged yet, or no site states its integration method.")
        return
    whole = rows[rows["event_type"].isna() & rows["action"].isna()]
    columns = [
        "integration_method",
        "event_type",
        "action",
        "answers",
        "unanswered",
        "median_hours",
        "p90_hours",
        "within_sla_pct",
    ]
    if rows["not_evaluable"].any():
        columns.append("not_evaluable_pct")
    if not whole.empty:
        tables.show(whole, [name for name in columns if name not in ("event_type", "action")], shown, name="methods")
        parts = rows[rows["event_type"].notna() & rows["action"].notna()]
        if not parts.empty:
            tables.folded("The same by HR event and action", parts, columns, shown, name="methods_parts")
    else:
        tables.show(rows, columns, shown, name="methods")


def _runs(shown: View) -> None:
    rows = shown.ask_if_built("page_integration_health")
    st.header(
        "Runs of the integration",
        anchor=False,
        help="The integration's own log, from its first run to as-of. A day is silent when it passed without a run on "
        "a day of the week that usually has one.",
    )
    if rows.empty:
        st.markdown("No run log is loaded; give the feed sync_runs to see outages here.")
        return
    silent, swallowed = int(rows["silent_days"].sum()), int(rows["swallowed_events"].sum())
    st.markdown(
        f"{words.count(int(rows['failed'].sum()), 'run')} failed as a whole, {words.count(silent, 'day')} passed "
        f"without a run; {words.count(swallowed, 'HR event')} answered late or never may be due to it."
    )
    tables.show(
        rows,
        [
            "integration",
            "method",
            "runs",
            "success_pct",
            "failed",
            "partly",
            "median_minutes",
            "p90_minutes",
            "records_failed",
            "records_failed_pct",
            "silent_days",
            "last_silent_on",
            *(["not_evaluable_days"] if rows["not_evaluable_days"].any() else []),
            "timeouts",
            "format_mismatches",
            "missing_job_codes",
            "authentication_errors",
            "other_errors",
            "swallowed_events",
            "last_ok_at",
        ],
        shown,
        name="runs",
        help_texts={
            "swallowed_events": "HR events answered late or never whose record failed in this integration, or that "
            "began while it was down.",
            "partly": "Runs in which some records failed.",
            "not_evaluable_days": "Days after the newest load of the log on which a run was expected: nobody can say.",
        },
    )
    days = shown.ask("page_silent_days")
    if not days.empty:
        tables.folded(
            f"{words.count(len(days), 'silent day')}",
            days,
            ["integration", "site", "silent_on"],
            shown,
            name="silent_days",
        )
    lost = shown.ask("page_swallowed_events", row_limit=ROW_LIMIT)
    if not lost.empty:
        columns = [
            "failed_at",
            "integration",
            "failure",
            "error_class",
            "worker_id",
            "event_type",
            "effective_at",
            "actions_missing",
            "actions_late",
            "hours_overdue",
            "run_id",
        ]
        told = f"Each failure with the HR event that it may have swallowed: {words.count(tables.total(lost), 'row')}"
        tables.folded(told, lost, columns, shown, name="swallowed")
        tables.download("swallowed-events", "page_swallowed_events", shown, count=tables.total(lost))


def _scorecard(shown: View) -> None:
    rows = shown.ask_if_built("scorecard")
    st.header(
        "Scorecard",
        anchor=False,
        help="Ten criteria and five marks of a good integration: measured where data can tell, else taken from the "
        "policy's attestations with name and date, else unknown.",
    )
    if rows.empty:
        st.markdown("This report was built without a scorecard; run gapwatch build.")
        return
    counts = rows["rating"].value_counts()
    told = [f"{int(counts[name])} {name}" for name in ("green", "amber", "red", "unknown") if name in counts]
    st.markdown(f"{words.joined(told)}, of {len(rows)}.")
    rows = rows.assign(criterion=rows["title"], reason=[words.tidy(text) for text in rows["reason"].fillna("")])
    tables.show(
        rows,
        ["criterion", "rating", "reason", "shown_rows", "basis", "rows_sql"],
        shown,
        name="scorecard",
        help_texts={
            "shown_rows": "Rows that fall short: those of the statement.",
            "rows_sql": "The rows this cell rests on: gapwatch sql with this statement.",
        },
    )
    label = "The rows behind each cell"
    with st.expander(label, icon=":material/table_rows:", key="scorecard_rows", on_change="rerun") as box:
        for row in rows[rows["rows_sql"].notna()].to_dict("records") if box.open else ():
            st.markdown(f"**{words.plain(row['title'])}**, {row['rating']}: {words.plain(row['reason'])}")
            st.code(f"gapwatch sql {shlex.quote(str(row['rows_sql']))}", language="bash", wrap_lines=True)


def _writeback(shown: View) -> None:
    st.header(
        "Completions in the HRIS",
        anchor=False,
        help="Each passing completion of the LMS against its copy in the HRIS, which has three days to arrive.",
    )
    counts = shown.ask_if_built("page_writeback")
    if counts.empty:
        st.markdown("The HRIS takes no completions here, or its copies are not loaded (feed hris_training_records).")
        return
    tables.show(counts, ["writeback_status", "completions", "median_latency_hours"], shown, name="writeback")
    told_alike = counts["writeback_status"].isin(["same", "pending"])
    differ = int(counts.loc[~told_alike, "completions"].sum())
    if not differ:
        return
    columns = [
        "writeback_status",
        "worker_id",
        "course_id",
        "completed_at",
        "hris_completed_at",
        "result",
        "hris_result",
        "recorded_at",
        "completion_id",
    ]
    tables.folded(
        f"{words.count(differ, 'completion')} that the two tell differently",
        lambda: shown.ask("page_writeback_rows", row_limit=ROW_LIMIT),
        columns,
        shown,
        name="writeback_rows",
    )
    tables.download("writeback", "page_writeback_rows", shown, count=differ)


def _changes(shown: View) -> None:
    st.header(
        "Records that changed afterwards",
        anchor=False,
        help="Each load against the one before: completions that were altered, dated back or left out, and assignments "
        "that disappeared without a removal date.",
    )
    rows = shown.ask_if_built("page_record_changes", row_limit=ROW_LIMIT)
    if rows.empty:
        st.markdown("No completion or assignment differs from what its source said before.")
        return
    kinds = rows["record_change"].value_counts()
    told = [f"{number:,} {words.said(words.CHANGES, kind).lower()}" for kind, number in kinds.items()]
    st.markdown(f"{words.joined(told)}.")
    columns = [
        "record_change",
        "record_id",
        "changed_column",
        "old_value",
        "new_value",
        "observed_at",
        "source",
        "load_id",
    ]
    named = rows["changed_column"].map(lambda column: tables.heading(str(column)), na_action="ignore")
    values = {name: rows[name].map(lambda text: _moment(text, shown), na_action="ignore") for name in columns[3:5]}
    tables.show(rows.assign(changed_column=named, **values), columns, shown, name="changes")
    tables.cut_note(rows)
    tables.download("record-changes", "page_record_changes", shown, count=tables.total(rows))


def _moment(text: str, shown: View) -> str:
    """A value that is an instant as people write it; any other as it is."""
    try:
        return words.moment(dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S"), shown.zone)  # noqa: DTZ007 (UTC)
    except ValueError:
        return text


def _deliveries(shown: View) -> None:
    head = shown.first("page_quality_headline")
    st.header(
        "Checks, rejected rows and loads",
        anchor=False,
        help="What gapwatch checks on every report, the rows that could not be used, and every load that was made.",
    )
    checked = f"{int(head['passed']):,} of {words.count(int(head['checks']), 'check')} passed"
    rejected = f"{int(head['rows_rejected']):,} of {words.count(int(head['rows_read']), 'row')} rejected"
    held = f"{int(head['held']):,} of {words.count(int(head['loads']), 'load')} held back"
    st.markdown(f"{checked if head['checks'] else 'No check has run on this report'}; {rejected}; {held}.")
    shell.link("quality", "See them on Data quality", shown, icon=":material/arrow_forward:")


page()
