"""Evidence: build the workbook for an auditor, see what was exported, and check a workbook that came back."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from gapwatch.dashboard import shell, tables, words, workbooks
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.sidebar import options
from gapwatch.dashboard.state import day_of
from gapwatch.errors import GapwatchError

_COLUMNS: Final = ("at", "export_id", "status", "scope", "period", "prepared_by", "reviewed_by", "by", "file", "run_id")


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    logged = _logged(shown)
    shell.title(
        _sentence(logged, shown),
        shown,
        told="Workbooks built here or with gapwatch evidence, one row each under Exported so far.",
    )
    _build(shown)
    _list(logged, shown)
    _verify()


def _sentence(logged: pd.DataFrame | None, shown: View) -> str:
    day = words.day(day_of(shown.run.as_of, zone=shown.zone))
    if logged is None:
        return f"Evidence as of {day}"
    if logged.empty:
        return f"Evidence as of {day}: nothing has been exported yet"
    newest = words.day(words.local_time(logged["at"].iloc[0], shown.zone))
    return f"Evidence as of {day}: {words.count(len(logged), 'export')} so far, the newest of {newest}"


def _build(shown: View) -> None:
    st.header(
        "Build a workbook",
        anchor=False,
        help="Excel, with its population proved before a gap is shown: sources, tie-out, obligations, evidence, gaps, "
        "and the SQL behind each figure. A manifest beside it lets anybody check that nothing was changed.",
    )
    last = day_of(shown.run.as_of, zone=shown.zone)
    known = options(shown)
    left, right = st.columns(2)
    with left:
        sites = _several("Sites", "site", known, shown, "All sites")
        departments = _several("Departments", "department", known, shown, "All departments")
        authorities = _several("Authorities", "authority", known, shown, "All authorities")
    with right:
        citations = _lines(
            st.text_area(
                "Citations, one per line",
                key="evidence_citations",
                height=68,
                placeholder="29 CFR 1910.119",
                help="As the policy writes them; paragraphs below are included. Empty: all.",
            )
        )
        if "evidence_workers" not in st.session_state:
            st.session_state["evidence_workers"] = "\n".join(_lines(st.query_params.get("workers", "")))
        workers = _lines(
            st.text_area(
                "Worker IDs, one per line",
                key="evidence_workers",
                height=68,
                placeholder="W1042",
                help="Only these people. Empty: everyone in the scope. For names, use the Survey page.",
            )
        )
        begins, ends = st.columns(2)
        period_from = begins.date_input(
            "From", value=None, key="evidence_from", format="YYYY-MM-DD", max_value=last, help="Empty: from the start."
        )
        period_to = ends.date_input(
            "To", value=None, key="evidence_to", format="YYYY-MM-DD", max_value=last, help="Empty: up to as-of."
        )
    with st.expander("Who signs, and the sample", icon=":material/draw:"):
        one, other = st.columns(2)
        signed_in = shown.viewer.who if shown.settings.sign_in is not None else ""
        prepared_by = one.text_input("Prepared by", value=signed_in, key="evidence_prepared")
        reviewed_by = other.text_input(
            "Reviewed by", key="evidence_reviewed", help="Somebody else. Without a reviewer the workbook is a DRAFT."
        )
        final = st.checkbox(
            "Build it only if it is FINAL", key="evidence_final", help="Two names, and every tie-out line balances."
        )
        size = one.number_input("Rows to draw for a tester", 0, 1000, 25, key="evidence_sample")
        seed = other.text_input("Seed of the sample", value="1", key="evidence_seed", help="Same seed, same rows.")
    request: dict[str, Any] = {
        "sites": sites or None,
        "departments": departments or None,
        "authorities": authorities or None,
        "citations": citations or None,
        "workers": workers or None,
        "period_from": period_from if isinstance(period_from, dt.date) else None,
        "period_to": period_to if isinstance(period_to, dt.date) else None,
        "prepared_by": prepared_by or None,
        "reviewed_by": reviewed_by or None,
        "final": final,
        "sample_size": int(size),
        "sample_seed": seed or "1",
    }
    ignored = [name for name in ("owner", "severity", "employment_type") if name in shown.scope.narrowed()]
    if ignored:
        named = words.joined([name.replace("_", " ") for name in ignored])
        st.caption(f":material/filter_alt_off: A workbook is whole in {named}: evidence holds passes and gaps alike.")
    workbooks.offer("Build the workbook", shown, page="evidence", request=request)


def _several(label: str, name: str, known: pd.DataFrame, shown: View, everything: str) -> list[str]:
    rows = known[known["dimension"] == name]
    labels = {
        str(value): str(value) if name != "site" or text == value else f"{text} ({value})"
        for value, text in zip(rows["value"], rows["label"], strict=True)
    }
    chosen = shown.scope.filters()[name]
    return st.multiselect(
        label,
        list(labels),
        default=[chosen] if chosen in labels else [],
        # a new filter of the sidebar is the new default here
        key=f"evidence_{name}_{chosen}",
        format_func=labels.__getitem__,
        placeholder=everything,
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\n;]", text) if line.strip()]


def _logged(shown: View) -> pd.DataFrame | None:
    """The exports, the newest first; None for a viewer whose role does not show what others exported."""
    if not shown.viewer.sees_everything:
        return None
    from gapwatch.evidence.exports import read_exports

    found = list(reversed(read_exports(shown.settings.warehouse.path)))
    return pd.DataFrame(
        [
            {
                "at": pd.Timestamp(each.at).tz_convert("UTC").tz_localize(None),
                "export_id": each.export_id,
                "status": each.status,
                "scope": _scope(each.parameters),
                "period": _period(each.parameters, shown.zone),
                "prepared_by": each.parameters.get("prepared_by"),
                "reviewed_by": each.parameters.get("reviewed_by"),
                "by": each.by,
                "file": each.file,
                "run_id": each.run_id,
                "workbook_sha256": each.workbook_sha256,
            }
            for each in found
        ],
        columns=[*_COLUMNS, "workbook_sha256"],
    )


def _scope(parameters: dict[str, Any]) -> str:
    """What an export was narrowed to, in words; how many workers, not which."""
    told = []
    for name in ("sites", "departments", "authorities", "citations"):
        if parameters.get(name):
            told.append(", ".join(str(value) for value in parameters[name]))
    if parameters.get("workers"):
        told.append(words.count(len(parameters["workers"]), "named worker"))
    return "; ".join(told) or "everything"


def _period(parameters: dict[str, Any], zone: str) -> str:
    begins, ends = parameters.get("period_from"), parameters.get("period_to")
    until = words.day(words.local_time(ends, zone)) if ends else words.UNKNOWN
    return f"{words.day(words.local_time(begins, zone))} to {until}" if begins else f"up to {until}"


def _list(logged: pd.DataFrame | None, shown: View) -> None:
    st.header(
        "Exported so far",
        anchor=False,
        help="The export log: every workbook that was built here or with gapwatch evidence, and from which report.",
    )
    if logged is None:
        st.markdown("What others exported is shown to the compliance officer.")
        return
    if logged.empty:
        st.markdown("Nothing has been exported from this warehouse. The first workbook will be listed here.")
        return
    tables.show(logged, list(_COLUMNS), shown, name="exports")


def _verify() -> None:
    st.header(
        "Check a workbook",
        anchor=False,
        help="Compares the workbook with its manifest, cell by cell. Needs no other data; nothing is kept.",
    )
    left, right = st.columns(2)
    workbook = left.file_uploader("The workbook (XLSX)", type=["xlsx"], key="verify_workbook")
    manifest = right.file_uploader("Its manifest (JSON)", type=["json"], key="verify_manifest")
    signed_by = st.text_input(
        "Public key it must be signed with",
        key="verify_key",
        placeholder="Optional: as gapwatch keys printed it",
        help="Without it a signature is checked, but not whose it is.",
    )
    if workbook is None or manifest is None:
        st.caption("Give both files: what was changed is named by sheet, row and column.")
        return
    try:
        _examine(workbook.name, workbook.getvalue(), manifest.getvalue(), signed_by.strip() or None)
    except GapwatchError as error:
        st.error(words.plain(f"{words.sentence_case(error.what)}."), icon=":material/error:")
        if error.do:
            st.markdown(f"**What to do:** {words.plain(error.do)}")


def _examine(name: str, workbook: bytes, manifest: bytes, signed_by: str | None) -> None:
    from gapwatch.evidence.manifest import manifest_path
    from gapwatch.evidence.signing import known_public_key
    from gapwatch.evidence.verify import examine

    with tempfile.TemporaryDirectory(prefix="gapwatch-verify-") as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(workbook)
        manifest_path(path).write_bytes(manifest)
        found = examine(path, signed_by=known_public_key(signed_by) if signed_by else None)
    remark = f" {words.plain(words.sentence_case(found.remark))}." if found.remark else ""
    if not found.differences:
        st.success(f"**Intact**: every cell of {words.plain(name)} is as exported.{remark}", icon=":material/verified:")
        return
    st.error(
        f"**Not intact**: {words.count(len(found.differences), 'difference')} in {words.plain(name)}.{remark}",
        icon=":material/gpp_bad:",
    )
    rows = pd.DataFrame(
        [
            {
                "sheet": each.sheet or "The file",
                "row": each.row,
                "column": each.column,
                "cell": each.cell,
                "what": each.what,
            }
            for each in found.differences
        ]
    )
    st.dataframe(
        rows.astype({"row": "Int64"}).rename(columns=str.capitalize),
        hide_index=True,
        width="stretch",
        placeholder="–",
        key="differences",
        alt="Table: differences",
    )


page()
