"""The trust line: whether the figures rest on whole, fresh data, in words. The gravest thing comes first."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd
import streamlit as st

from gapwatch.dashboard import words
from gapwatch.dashboard.addresses import link, opened_by
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures.canvas import records

_SHOWN: Final = 3
_DAY: Final = 24.0


def clock() -> dt.datetime:
    """The present instant, UTC and aware."""
    return dt.datetime.now(dt.UTC)


def problems(shown: View) -> list[tuple[str, str]]:
    """(gravity ``error`` or ``warning``, sentence in Markdown) for each thing that weakens the figures."""
    found = [("error", text) for text in _failed_checks(shown.ask("page_checks"))]
    for row in records(shown.ask("page_sources")):
        source, status = f"**{words.plain(row['source'])}**", row["status"]
        if status == "never_loaded":
            found.append(("error", f"{source} has never delivered"))
        elif status == "held":
            found.append(("warning", f"{source} has a newer load held back; the figures rest on the one before"))
        elif status != "fresh":
            promise = words.hours(row["expect_every_hours"])
            found.append(("warning", f"{source} is {words.hours(row['age_hours'])} old, promised every {promise}"))
    return found


def brief(shown: View) -> str:
    """The age of the newest data and what is not as promised, in one line of Markdown for under a headline."""
    known = shown.ask("page_sources")
    loaded = known["newest_loaded_at"].max()
    stale = _unloaded_hours(shown, known)
    newest = "No data has been loaded" if pd.isna(loaded) else f"Newest data of {words.moment(loaded, shown.zone)}"
    newest += f", {words.hours(stale)} ago" if stale else ""
    found = problems(shown)
    if not found:
        mark = ":orange[:material/history:]" if stale else ":material/verified:"
        were = "were as promised then" if stale else "as promised"
        return f"{mark} {newest}; all {words.count(len(known), 'source')} {were}."
    named = "; ".join(text for _, text in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f":orange[:material/warning:] {newest}; {named}{more}."


def line(shown: View) -> None:
    """Show the line: all well in one sentence, or what is not, each in words."""
    known = shown.ask("page_sources")
    found = problems(shown)
    age = _age(shown, known)
    if not found:
        well = _all_well(known, then=bool(age))
        st.markdown(f"{age} {well}" if age else f":green[:material/verified:] {well}")
        return
    grave = [text for gravity, text in found if gravity == "error"]
    late = [text for gravity, text in found if gravity == "warning"]
    lines = [f":red[:material/error:] {text}." for text in grave[:_SHOWN]]
    if len(grave) > _SHOWN:
        lines.append(f"And {len(grave) - _SHOWN} more: see Integration health.")
    if len(late) > _SHOWN:
        oldest = known["age_hours"].max()
        told = f"{len(late)} of {words.count(len(known), 'source')} are late or held back"
        told += f", the oldest {words.hours(oldest)} old"
        lines.append(f":orange[:material/warning:] {told}: see Integration health.")
    elif late:
        fresh = int((known["status"] == "fresh").sum())
        lines.append(f":orange[:material/warning:] {'; '.join(late)}. {_others(fresh)}")
    st.markdown("  \n".join([*lines, age]))
    if "health" in opened_by(shown.viewer):
        link("health", "See Integration health", shown, icon=":material/arrow_forward:")


def _age(shown: View, known: pd.DataFrame) -> str:
    """A sentence when the newest report is older than any source's promise, by the clock; else nothing."""
    hours = _unloaded_hours(shown, known)
    if not hours:
        return ""
    loaded = words.moment(shown.run.known_at, shown.zone)
    return f":orange[:material/history:] Nothing has been loaded since {loaded}, {words.hours(hours)} ago."


def _unloaded_hours(shown: View, known: pd.DataFrame) -> float:
    """Hours since the newest report's knowledge ends, where that is longer than any source's promise; else 0."""
    if shown.scope.as_of is not None or shown.scope.known_at is not None:
        return 0.0
    hours = (clock() - shown.run.known_at).total_seconds() / 3600
    promised = known["expect_every_hours"].min()
    return 0.0 if hours <= (_DAY if pd.isna(promised) else promised) else hours


def _failed_checks(checks: pd.DataFrame) -> list[str]:
    graver = checks[checks["status"].isin(["fail", "error"]) & checks["severity"].isin(["blocking", "critical"])]
    told: list[str] = []
    for row in records(graver):
        name = str(row["check_id"]).replace("_", " ")
        what = row["detail"] if isinstance(row["detail"], str) and row["detail"] else name
        verb = "could not run" if row["status"] == "error" else "failed"
        told.append(f"Critical check {verb}: {words.plain(what)}")
    return told


def _all_well(known: pd.DataFrame, *, then: bool = False) -> str:
    promised = known[known["expect_every_hours"].notna()]
    aged = known[known["age_hours"].notna()]
    if aged.empty:
        return "No source is configured, so there is nothing to be late."
    oldest = records(aged.sort_values("age_hours", ascending=False, kind="stable"))[0]
    age = "less than an hour" if oldest["age_hours"] < 1 else words.hours(oldest["age_hours"])
    promise = "as fresh as promised" if len(promised) else "loaded; none has a promised age"
    if then:
        return f"Then all {words.count(len(known), 'source')} were {promise}, and no critical check failed."
    return (
        f"All {words.count(len(known), 'source')} are {promise}; the oldest, "
        f"{words.plain(oldest['source'])}, is {age} old. No critical check failed."
    )


def _others(fresh: int) -> str:
    return f"The other {words.count(fresh, 'source')} {'is' if fresh == 1 else 'are'} fresh." if fresh else ""
