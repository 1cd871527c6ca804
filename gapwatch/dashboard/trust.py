"""The trust line: whether the figures rest on whole, fresh data, in words. The gravest thing comes first."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from gapwatch.dashboard import words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures.canvas import records

_SHOWN: Final = 3


def problems(shown: View) -> list[tuple[str, str]]:
    """(gravity ``error`` or ``warning``, sentence in Markdown) for each thing that weakens the figures."""
    found = [("error", text) for text in _failed_checks(shown.ask("page_checks"))]
    for row in records(shown.ask("page_sources")):
        source = f"**{words.plain(row['source'])}**"
        if row["is_absent"]:
            found.append(("error", f"{source} has never delivered"))
        elif row["is_late"]:
            promise = words.hours(row["expect_every_hours"])
            found.append(
                ("warning", f"{source} is {words.hours(row['age_hours'])} old, promised every {promise}")
            )
        if row["held_loads"]:
            held = words.count(int(row["held_loads"]), "newer load")
            found.append(("warning", f"{source} has {held} held back; the figures rest on the one before"))
    return found


def line(shown: View) -> None:
    """Show the line: all well in one sentence, or what is not, each in words."""
    sources = shown.ask("page_sources")
    found = problems(shown)
    if not found:
        st.markdown(f":green[:material/verified:] {_all_well(sources)}")
        return
    grave = [text for gravity, text in found if gravity == "error"]
    late = [text for gravity, text in found if gravity == "warning"]
    lines = [f":red[:material/error:] {text}." for text in grave[:_SHOWN]]
    if len(grave) > _SHOWN:
        lines.append(f"And {len(grave) - _SHOWN} more: see Integration health.")
    if late:
        fresh = len(sources) - int((sources["is_late"] | sources["is_absent"]).sum())
        lines.append(f":orange[:material/warning:] {'; '.join(late)}. {_others(fresh)}")
    st.markdown("  \n".join(lines))


def _failed_checks(checks: pd.DataFrame) -> list[str]:
    graver = checks[
        checks["status"].isin(["fail", "error"]) & checks["severity"].isin(["blocking", "critical"])
    ]
    told: list[str] = []
    for row in records(graver):
        name = str(row["check_id"]).replace("_", " ")
        what = row["detail"] if isinstance(row["detail"], str) and row["detail"] else name
        verb = "could not run" if row["status"] == "error" else "failed"
        told.append(f"Critical check {verb}: {words.plain(what)}")
    return told


def _all_well(sources: pd.DataFrame) -> str:
    promised = sources[sources["expect_every_hours"].notna()]
    aged = sources[sources["age_hours"].notna()]
    if aged.empty:
        return "No source is configured, so there is nothing to be late."
    oldest = records(aged.sort_values("age_hours", ascending=False, kind="stable"))[0]
    age = "less than an hour" if oldest["age_hours"] < 1 else words.hours(oldest["age_hours"])
    promise = "as fresh as promised" if len(promised) else "loaded; none has a promised age"
    return (
        f"All {words.count(len(sources), 'source')} are {promise}; the oldest, "
        f"{words.plain(oldest['source'])}, is {age} old. No critical check failed."
    )


def _others(fresh: int) -> str:
    return f"The other {words.count(fresh, 'source')} {'is' if fresh == 1 else 'are'} fresh." if fresh else ""
