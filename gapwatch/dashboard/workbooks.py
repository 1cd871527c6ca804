"""Evidence workbooks made from a page: built once when a button says so, kept for the session, and handed over.

Owns the button, the progress and the two downloads. The workbook itself is ``gapwatch.evidence``; nothing is written
but its own log of exports and the access log.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import streamlit as st

from gapwatch.dashboard import entrance, words
from gapwatch.dashboard.answers import View
from gapwatch.errors import GapwatchError

_BUILT: Final = "_built_workbook"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Built:
    """A workbook and its manifest, and what they say about themselves. ``asked`` is what they were built for."""

    asked: tuple[str, ...]
    file_name: str
    workbook: bytes
    manifest: bytes
    export_id: str
    status: str
    reasons: tuple[str, ...]
    unbalanced: tuple[str, ...]
    sheets: int
    obligations: int
    gaps: int


def offer(label: str, shown: View, *, page: str, request: Mapping[str, Any], help_text: str | None = None) -> None:
    """A button that builds the workbook of that request (arguments of ``write_evidence``), and its files once built."""
    asked = (page, shown.stamp, *(f"{name}={value}" for name, value in sorted(request.items())))
    if st.button(label, type="primary", icon=":material/inventory_2:", key=f"build_{page}", help=help_text):
        st.session_state.pop(_BUILT, None)
        _build(shown, page=page, request=request, asked=asked)
    built = st.session_state.get(_BUILT)
    if isinstance(built, Built) and built.asked == asked:
        _hand_over(built, page)


def _build(shown: View, *, page: str, request: Mapping[str, Any], asked: tuple[str, ...]) -> None:
    from gapwatch.evidence import write_evidence
    from gapwatch.evidence.signing import signing_key

    file_name = f"gapwatch-{page}-{shown.run.as_of:%Y-%m-%d}.xlsx"
    with tempfile.TemporaryDirectory(prefix="gapwatch-export-") as folder:
        status = st.status("Building the workbook …", expanded=False)
        try:
            summary = write_evidence(
                shown.reader,
                Path(folder) / file_name,
                key=signing_key(None),
                progress=lambda step: status.update(label=f"Building the workbook: {step}"),
                **request,
            )
            made = summary.path.read_bytes(), summary.manifest_path.read_bytes()
        except GapwatchError as error:
            status.update(label="The workbook was not built", state="error")
            st.error(words.plain(f"{words.sentence_case(error.what)}."), icon=":material/error:")
            if error.do:
                st.markdown(f"**What to do:** {words.plain(error.do)}")
            return
        status.update(label=f"Built at {dt.datetime.now(dt.UTC):%H:%M} UTC", state="complete")
    entrance.log(
        shown.settings,
        shown.viewer,
        did="downloaded",
        page=page,
        scope={"export": summary.export_id},
        run_id=shown.run.run_id,
    )
    st.session_state[_BUILT] = Built(
        asked=asked,
        file_name=file_name,
        workbook=made[0],
        manifest=made[1],
        export_id=summary.export_id,
        status=summary.status,
        reasons=tuple(summary.reasons),
        unbalanced=tuple(summary.unbalanced),
        sheets=len(summary.rows),
        obligations=summary.rows_of("Obligations"),
        gaps=summary.rows_of("Gaps"),
    )


def _hand_over(built: Built, page: str) -> None:
    why = f": {words.plain('; '.join(built.reasons))}" if built.reasons else ""
    balance = (
        "Its tie-out balances."
        if not built.unbalanced
        else f"Its tie-out does not balance: {words.plain('; '.join(built.unbalanced))}."
    )
    st.markdown(
        f":green[:material/task:] **Export {built.export_id}**, {built.status}{why}. "
        f"{words.count(built.sheets, 'sheet')}, {words.count(built.obligations, 'interval')} of obligations, "
        f"{words.count(built.gaps, 'gap')}. {balance}"
    )
    with st.container(horizontal=True):
        st.download_button(
            f"Workbook, {words.count(-(-len(built.workbook) // 1024), 'kB', 'kB')} (XLSX)",
            built.workbook,
            file_name=built.file_name,
            mime=_XLSX,
            icon=":material/download:",
            key=f"workbook_{page}",
            on_click="ignore",
        )
        st.download_button(
            "Its manifest (JSON)",
            built.manifest,
            file_name=built.file_name.replace(".xlsx", ".manifest.json"),
            mime="application/json",
            icon=":material/download:",
            key=f"manifest_{page}",
            on_click="ignore",
        )
    st.caption(
        "Keep both in one folder: gapwatch verify, or the Evidence page, proves with them that nothing was changed. "
        "The export is in the export log."
    )
