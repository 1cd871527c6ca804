"""People on a day: who they were, what was required of them and whether it was met, as survey and incident show it.

Owns the layout of rows of ``page_people_day`` and of the audit sentences that go with them. Decides no state: states
and evidence arrive as the question answers them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from gapwatch.dashboard import tables, words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.state import day_of
from gapwatch.errors import GapwatchError
from gapwatch.person import audit_sentences

REQUIREMENTS: Final = (
    "state",
    "requirement",
    "citation",
    "site",
    "course_id",
    "completed_on",
    "result",
    "ends_on",
    "opened_on",
    "days_open",
    "cause",
    "owner",
    "waived_until_on",
    "rule_ids",
)
HELP: Final = {
    "state": "The requirement's state at the start of the day, 00:00 where the worker was.",
    "completed_on": "When the course that counts was completed.",
    "ends_on": "The first day that the credential no longer covers; empty: it does not expire.",
    "opened_on": "The first day of the gap.",
    "days_open": "Days from the first day of the gap to this day.",
    "rule_ids": "The rules of the policy that require it.",
    "site": "Where it counts; empty: everywhere.",
    "course_id": "The course whose completion counts.",
}
_STANDS: Final = {
    "trained": "met",
    "gap": "gap",
    "in_grace": "in grace",
    "on_leave": "on leave",
    "waived": "waived",
    "not_evaluable": "not evaluable",
}
_MARKS: Final = {
    "gap": ":red[:material/cancel:]",
    "trained": ":green[:material/check_circle:]",
    "waived": ":violet[:material/verified_user:]",
    "not_evaluable": ":orange[:material/help:]",
}


@dataclass(frozen=True)
class Person:
    """One worker on the day, and how many of their requirements are in which state."""

    worker_id: str
    full_name: str | None
    roles: str | None
    counts: Counter[str]

    @property
    def name(self) -> str:
        """ "Dana Ruiz (W1042)"."""
        return words.person(self.full_name, self.worker_id)

    @property
    def required(self) -> int:
        """How many requirements were in force."""
        return self.counts.total()

    @property
    def standing(self) -> str:
        """ "1 gap, 6 met, 1 in grace" of so many; or that nothing was required."""
        if not self.required:
            return "nothing was required" if self.roles else "held no role that day"
        order = ("gap", "not_evaluable", "trained", "waived", "in_grace", "on_leave")
        told = [
            words.count(self.counts[state], "gap") if state == "gap" else f"{self.counts[state]:,} {_STANDS[state]}"
            for state in order
            if self.counts[state]
        ]
        return f"{words.joined(told)} of {words.count(self.required, 'requirement')}"


def people(rows: pd.DataFrame) -> list[Person]:
    """The workers of those rows, in their order."""
    found: dict[str, Person] = {}
    for worker_id, full_name, roles, state in zip(
        rows["worker_id"], rows["full_name"], rows["roles"], rows["state"], strict=True
    ):
        one = found.get(worker_id) or Person(
            str(worker_id),
            str(full_name) if _told(full_name) else None,
            str(roles) if _told(roles) else None,
            Counter(),
        )
        found[worker_id] = one
        one.counts.update([str(state)] if _told(state) else [])
    return list(found.values())


def standing(found: list[Person]) -> str:
    """What is so with all of them, for a headline: "2 have 4 gaps, 2 have no gap and 1 held no role"."""
    with_gap = [one for one in found if one.counts["gap"]]
    doubtful = [one for one in found if not one.counts["gap"] and one.counts["not_evaluable"]]
    without_role = [one for one in found if not one.roles]
    gaps = sum(one.counts["gap"] for one in with_gap)
    well = len(found) - len(with_gap) - len(doubtful) - len(without_role)
    if well == len(found):
        return "no gap" if well == 1 else "none has a gap"
    if len(with_gap) == len(found) > 1:
        return f"{'both have' if len(found) == 2 else 'all have'} gaps, {gaps:,} in all"
    told = []
    if with_gap:
        told.append(f"{len(with_gap):,} {'has' if len(with_gap) == 1 else 'have'} {words.count(gaps, 'gap')}")
    if doubtful:
        told.append(f"{len(doubtful):,} cannot be judged in full")
    if well:
        told.append(f"{well:,} {'has' if well == 1 else 'have'} no gap")
    if without_role:
        told.append(f"{len(without_role):,} held no role")
    return words.joined(told)


def overview(found: list[Person], shown: View, *, name: str, picks: bool = True) -> int | None:
    """One line a person; with ``picks``, returns the position of the person that was picked, if any."""
    lines = pd.DataFrame(
        {
            "full_name": [one.full_name for one in found],
            "worker_id": [one.worker_id for one in found],
            "roles": [one.roles or "No role that day" for one in found],
            "open_gaps": [one.counts["gap"] for one in found],
            "standing": [words.sentence_case(one.standing) for one in found],
        }
    )
    if not picks:
        tables.show(lines, list(lines.columns), shown, name=name)
        return None
    return tables.choose(lines, list(lines.columns), shown, name=name)


def requirements(rows: pd.DataFrame, shown: View, *, name: str, with_people: bool = False) -> None:
    """The requirements of those rows with state and evidence; columns that nothing fills are left out."""
    always = {"state", "requirement", "citation"}
    columns = [column for column in REQUIREMENTS if column in always or bool(rows[column].notna().any())]
    ahead = ["full_name", "worker_id", "job_title"] if with_people else []
    after = ["sentence"] if "sentence" in rows else []
    whole = rows.drop(columns="total_rows")  # a table of its own, to be taken along as it is shown
    tables.show(whole, [*ahead, *columns, *after], shown, name=name, help_texts=HELP)


def with_sentences(rows: pd.DataFrame, on: dt.date, shown: View) -> pd.DataFrame:
    """Those rows with the audit sentence on each requirement of each worker (and site: one names it)."""
    told: dict[tuple[str, str | None], list[str]] = {}
    for worker_id in dict.fromkeys(rows["worker_id"].astype(str)):
        for one in audit_sentences(shown.reader, worker_id, on):
            told.setdefault((worker_id, one.requirement_id), []).append(one.text)
    pairs = zip(rows["worker_id"], rows["requirement_id"], rows["site"], strict=True)
    return rows.assign(sentence=[_on_site(told.get((str(who), str(what)), []), site) for who, what, site in pairs])


def _on_site(texts: list[str], site: Any) -> str:
    """Of several sentences on one requirement, that of the site; empty when there is none."""
    fitting = [text for text in texts if _told(site) and f" at {site} was required" in text]
    return next(iter(fitting or texts), "")


def sentences(worker_id: str, on: dt.date, shown: View) -> None:
    """The worker's audit sentences of that day, gaps first, each with the rows it rests on."""
    try:
        told = audit_sentences(shown.reader, worker_id, on)
    except GapwatchError as error:
        st.error(words.plain(error.what), icon=":material/error:")
        return
    for sentence in sorted(told, key=lambda one: one.state != "gap"):
        mark = _MARKS.get(sentence.state, ":gray[:material/remove:]")
        with st.container(gap=None):
            st.markdown(f"{mark} {words.plain(sentence.text)}")
            if sentence.sources:
                st.caption(f"Rests on {'; '.join(words.plain(source) for source in sentence.sources)}")


def because(rows: pd.DataFrame) -> None:
    """Say for want of which source something cannot be judged."""
    for reason in sorted({str(reason) for reason in rows["because"].dropna()}):
        st.markdown(f":orange[:material/help:] **Not evaluable**: {words.plain(reason)}.")


def day_in_question(shown: View, asked: str | None) -> dt.date:
    """The day that the address names under ``on``, at the latest that of as-of; else that of as-of."""
    last = day_of(shown.run.as_of, zone=shown.zone)
    try:
        return min(dt.date.fromisoformat(asked or ""), last)
    except ValueError:
        return last


def _told(value: Any) -> bool:
    return value is not None and not pd.isna(value)
