"""Data quality: which checks failed and on which rows, which rows could not be used, and which loads are held back."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pandas as pd
import streamlit as st

from gapwatch.dashboard import controls, shell, tables, words
from gapwatch.dashboard.answers import ROW_LIMIT, View
from gapwatch.dashboard.figures.canvas import records

_RESULTS = {"failed": "Not passed", "passed": "Passed", "all": "All"}


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    head = shown.first("page_quality_headline")
    shell.title(
        _sentence(head),
        shown,
        told="A check passes when no row contradicts it. Rows read are those of every load so far; each is accepted or "
        "rejected. Checks, rejected rows and loads are listed below.",
    )
    if shown.scope.narrowed():
        st.caption(":material/filter_alt_off: The whole organisation: a check judges whole deliveries.")
    _held(shown)
    _checks(shown, head)
    _rejects(shown, head)
    _loads(shown)


def _sentence(head: dict[str, Any]) -> str:
    if not head["checks"]:
        return "No check has run on this report"
    failed = int(head["checks"]) - int(head["passed"])
    passed = f"{int(head['passed']):,} of {words.count(int(head['checks']), 'check')} passed"
    grave = f", {int(head['grave']):,} critical" if head["grave"] else ", none critical" if failed else ""
    broken = f", {int(head['broken']):,} could not run" if head["broken"] else ""
    rejected = int(head["rows_rejected"])
    share = f" ({words.percent(100 * rejected / head['rows_read'])})" if rejected else ""
    rows = f"{rejected:,} of {words.count(int(head['rows_read']), 'row')} rejected{share}"
    held = f"; {words.count(int(head['held']), 'load')} held back" if head["held"] else ""
    return f"{passed}{f', {failed:,} did not' if failed else ''}{grave if failed else ''}{broken}; {rows}{held}"


def _held(shown: View) -> None:
    rows = shown.ask("page_held_loads")
    st.header(
        "Held loads",
        anchor=False,
        help="Deliveries that look wrong. Their rows are kept but do not count: the data before them stays in force.",
    )
    if rows.empty:
        st.markdown("No load is held back: everything that was delivered counts.")
        return
    failed = shown.ask("page_held_checks") if shown.may("page_held_checks") else pd.DataFrame()
    for batch, files in rows.groupby("batch", sort=False):
        first = records(files)[0]
        with st.container(border=True):
            st.subheader(words.plain(first["source"]), anchor=False)
            when = words.moment(first["loaded_at"], shown.zone)
            number = words.count(int(first["files_together"]), "file")
            rows_read = words.count(int(files["rows_read"].sum()), "row")
            st.markdown(f"{number} of {when}, {rows_read}: {words.plain(first['reason'])}.")
            for check in records(failed[failed["load_id"].isin(files["load_id"])]) if len(failed) else []:
                st.markdown(f"- {words.plain(check['detail'] or check['check_id'])}")
            st.caption(
                "Held rightly: correct the source and deliver again. Held wrongly: who decides that records it on the "
                "machine of the warehouse, and the next build counts the load."
            )
            st.code(
                f'gapwatch release {shlex.quote(str(batch))} --by "YOUR NAME" --reason "WHY IT MAY COUNT"\n'
                "gapwatch build",
                language="bash",
                wrap_lines=True,
            )


def _checks(shown: View, head: dict[str, Any]) -> None:
    st.header(
        "Checks",
        anchor=False,
        help="What gapwatch checks on every report: rows tested, and rows for which it does not hold. Blocking: "
        "nothing is published. Critical: figures may be wrong. Warning: look into it.",
    )
    rows = shown.ask("page_checks")
    if rows.empty:
        st.markdown("No check has run on this report: gapwatch run runs them.")
        return
    chosen = controls.chosen("result", _RESULTS, standard="failed")
    left, _ = st.columns([0.3, 0.7])
    with left:
        controls.choice("Show", "result", _RESULTS, standard="failed")
    passing = rows["status"] == "pass"
    rows = rows[~passing if chosen == "failed" else passing if chosen == "passed" else passing | True]
    if rows.empty:
        st.success(
            f"All {words.count(int(head['checks']), 'check')} passed: nothing in the data contradicts what gapwatch "
            "relies on."
            if chosen == "failed"
            else "No check passed.",
            icon=":material/check_circle:",
        )
        return
    rows = rows.assign(
        failed_pct=100.0 * rows["rows_failed"].astype("float") / rows["rows_checked"].where(rows["rows_checked"] > 0)
    ).reset_index(drop=True)
    columns = ["status", "severity", "check_id", "feed", "rows_checked", "rows_failed", "failed_pct"]
    picked = tables.choose(rows, columns, shown, name="quality_checks")
    tables.download("checks", "page_checks", shown, count=int(head["checks"]))
    asked = st.query_params.get("check")
    if picked is not None:
        asked = str(rows["check_id"].iloc[picked])
        st.query_params["check"] = asked
    mine = rows[rows["check_id"] == asked]
    if mine.empty:
        st.caption("Pick a check for what it says, what to do, and the rows that fail it.")
    else:
        _check(records(mine)[0], shown)


def _check(check: dict[str, Any], shown: View) -> None:
    st.subheader(words.sentence_case(str(check["check_id"]).replace("_", " ")), anchor=False)
    detail = check["detail"] if isinstance(check["detail"], str) else ""
    said, _, do = detail.partition(" Do: ")
    if said:
        st.markdown(f"{words.plain(words.sentence_case(said.rstrip('.')))}.")
    if do:
        st.markdown(f"**What to do:** {words.plain(do.rstrip('.'))}.")
    failed = check["rows_failed"]
    if pd.isna(failed) or not failed:
        return
    if not shown.may("page_check_rows"):
        st.caption("The rows themselves are for the compliance officer.")
        return
    kept = shown.ask("page_check_rows", check_id=check["check_id"], row_limit=ROW_LIMIT)
    if kept.empty:
        st.caption("The rows were not kept with this report.")
        return
    of_all = f"The first {len(kept):,} of {int(failed):,} rows" if len(kept) < failed else "The rows"
    st.caption(f"{of_all} for which it does not hold.")
    found = pd.DataFrame([json.loads(row) for row in kept["row"]])
    whole = found.astype("str").where(found.notna()).apply(_dated)
    tables.show(whole, list(whole.columns), shown, name="quality_rows")


def _dated(values: pd.Series[Any]) -> pd.Series[Any]:
    """Instants and days as such, where every value of the column is one; a check's rows are kept as text."""
    if not str(values.name).endswith(("_at", "_on")):
        return values
    told = pd.to_datetime(values, errors="coerce", format="ISO8601")
    return told if told.notna().equals(values.notna()) and told.dt.tz is None else values


def _rejects(shown: View, head: dict[str, Any]) -> None:
    st.header(
        "Rejected rows",
        anchor=False,
        help="Rows that could not be used, by load, column and reason. Nothing is dropped in silence: rows read = "
        "accepted + rejected, for every load.",
    )
    rows = shown.ask("page_rejects")
    if rows.empty:
        if head["rows_rejected"]:
            st.markdown("Which rows were rejected is not part of your role.")
        else:
            st.markdown(
                f"No row was rejected: all {words.count(int(head['rows_read']), 'row')} of "
                f"{words.count(int(head['loads']), 'load')} are in use."
            )
        return
    picked = tables.choose(
        rows,
        ["source", "loaded_at", "column_name", "reason", "rows_rejected", "first_row", "load_id"],
        shown,
        name="quality_rejects",
    )
    narrowed = {"load_id": None if picked is None else str(rows["load_id"].iloc[picked])}
    every = shown.ask("page_rejected_rows", row_limit=ROW_LIMIT, **narrowed)
    tables.download("rejected-rows", "page_rejected_rows", shown, count=tables.total(every), **narrowed)
    if picked is None:
        st.caption("Pick a line for the rows of its load. Correct them at the source, or in a file of your own:")
    else:
        tables.show(every, ["row_number", "column_name", "reason", "address"], shown, name="quality_rejected_rows")
        tables.cut_note(every)
    load = f" --load {shlex.quote(str(narrowed['load_id']))}" if picked is not None else ""
    st.code(
        f"gapwatch rejects{load} --export rejects.csv\ngapwatch rejects --retake rejects.csv   # once corrected",
        language="bash",
        wrap_lines=True,
    )


def _loads(shown: View) -> None:
    label = "Every load, with rows read, accepted and rejected"
    with st.expander(label, icon=":material/history:", key="every_load", on_change="rerun") as box:
        if not box.open:
            return
        rows = shown.ask("page_loads", row_limit=500)
        if rows.empty:
            st.markdown("Nothing was loaded by then.")
            return
        columns = ["loaded_at", "source", "status", "rows_read", "rows_accepted", "rows_rejected", "reason", "load_id"]
        tables.show(rows, columns, shown, name="quality_loads")
        tables.cut_note(rows)


page()
