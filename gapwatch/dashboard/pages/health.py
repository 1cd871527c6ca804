"""Integration health: is each source alive, what did its loads hold, how fast does each method answer,
which checks fail.
"""

from __future__ import annotations

import streamlit as st

from gapwatch.dashboard import shell, tables, words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures import canvas, health


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    shell.title(_sentence(shown), shown)
    if shown.scope.narrowed():
        st.caption(":material/filter_alt_off: The whole organisation: a source serves all sites.")
    _sources(shown)
    _methods(shown)
    _runs(shown)
    _checks(shown)
    _rejects(shown)
    _loads(shown)


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
            "feed",
            "status",
            "newest_loaded_at",
            "age_hours",
            "expect_every_hours",
            "rows_read",
            "rows_rejected",
            "drifted_columns",
            "held_loads",
            "loads",
        ],
        shown,
        name="sources",
        help_texts={
            "held_loads": "Loads that the load guard or a check kept out, ever.",
            "rows_read": "Rows of the newest load.",
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
    if not whole.empty:
        tables.show(whole, [name for name in columns if name not in ("event_type", "action")], shown, name="methods")
        parts = rows[rows["event_type"].notna() & rows["action"].notna()]
        if not parts.empty:
            tables.behind("By HR event and action", parts, columns, shown, name="methods_parts")
    else:
        tables.show(rows, columns, shown, name="methods")


def _runs(shown: View) -> None:
    rows = shown.ask("page_sync_runs")
    st.header("Runs of the integration", anchor=False, help="The thirty days before as-of.")
    if rows.empty:
        st.markdown("No run log is loaded for these thirty days; give the feed sync_runs to see outages here.")
        return
    tables.show(
        rows,
        [
            "integration",
            "method",
            "runs",
            "ok",
            "partly",
            "failed",
            "last_ok_at",
            "records_in",
            "records_failed",
            "errors",
            "commonest_error",
        ],
        shown,
        name="runs",
    )


def _checks(shown: View) -> None:
    rows = shown.ask("page_checks")
    st.header("Checks", anchor=False, help="What gapwatch checks in every run, failures first.")
    if rows.empty:
        st.markdown("No check has run on this report.")
        return
    failed = rows[rows["status"] != "pass"]
    st.caption(f"{len(rows) - len(failed):,} of {words.count(len(rows), 'check')} passed.")
    columns = ["status", "severity", "check_id", "feed", "rows_failed", "rows_checked", "detail"]
    if not failed.empty:
        tables.show(failed, columns, shown, name="checks_failed")
    tables.behind("All checks", rows, columns, shown, name="checks")


def _rejects(shown: View) -> None:
    rows = shown.ask("page_rejects")
    st.header(
        "Rejected rows",
        anchor=False,
        help="Rows that could not be used, by load, column and reason. Nothing is dropped in silence.",
    )
    if rows.empty:
        st.markdown("No row was rejected.")
        return
    tables.show(
        rows,
        ["source", "loaded_at", "column_name", "reason", "rows_rejected", "first_row", "load_id"],
        shown,
        name="rejects",
        help_texts={"first_row": "Row in the file; the header is row 1."},
    )


def _loads(shown: View) -> None:
    with st.expander("Every load", icon=":material/history:"):
        rows = shown.ask("page_loads", row_limit=500)
        tables.show(
            rows,
            [
                "loaded_at",
                "source",
                "status",
                "rows_read",
                "rows_accepted",
                "rows_rejected",
                "reason",
                "address",
                "load_id",
            ],
            shown,
            name="loads",
        )
        tables.download("loads", "page_loads", shown, count=tables.total(rows))


page()
