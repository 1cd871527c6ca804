"""What the figures of a page leave open: the share that is not evaluable, and for want of which source.

Owns the sentences; the shares and reasons are those of ``evaluability``. Called by pages, right under their headline.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from gapwatch.dashboard import words
from gapwatch.dashboard.answers import View

_MARK = ":orange[:material/help:]"


def requirements(shown: View, population: dict[str, Any]) -> None:
    """Say how many requirements of the scope can't be judged (``population``: the row of page_population)."""
    text = requirements_said(population, because=_reason(shown, "requirements_because"))
    if text:
        st.markdown(f"{_MARK} {text}")


def requirements_said(population: dict[str, Any], *, because: str) -> str:
    """The sentence, in Markdown; empty when every requirement can be judged."""
    unknown, measured = int(population.get("not_evaluable") or 0), int(population.get("measured") or 0)
    if not unknown:
        return ""
    least = population.get("compliance_pct")
    left = "No compliance can be stated." if least is None else f"Compliance is at least {words.percent(least)}."
    share = words.percent(100 * unknown / measured)
    verb = "is" if unknown == 1 else "are"
    return f"**{unknown:,} of {words.count(measured, 'requirement')} ({share}) {verb} not evaluable**{because}. {left}"


def answers(head: dict[str, Any]) -> None:
    """Say how many answers to HR events can't be judged (``head``: the row of page_events_headline)."""
    text = answers_said(head)
    if text:
        st.markdown(f"{_MARK} {text}")


def answers_said(head: dict[str, Any]) -> str:
    """The sentence, in Markdown; empty when every answer can be judged."""
    unknown, due = int(head.get("answers_not_evaluable") or 0), int(head.get("answers_due") or 0)
    reason = head.get("answers_because")
    because = f": {words.plain(reason)}" if reason else ": the LMS feeds do not reach back that far"
    if not unknown:
        return f"The answers are those known so far{because}." if reason else ""
    share = words.percent(100 * unknown / due)
    verb = "is" if unknown == 1 else "are"
    return f"**{unknown:,} of {words.count(due, 'answer')} ({share}) {verb} not evaluable**{because}."


def accounts(head: dict[str, Any]) -> None:
    """Say why nobody can tell who can still log in (``head``: the row of page_leavers_headline), if so."""
    reason = head.get("not_evaluable_because")
    if reason:
        st.markdown(
            f"{_MARK} **Who can log in now is not evaluable**: {words.plain(reason)}. The rows are what was known then."
        )


def whole(shown: View) -> None:
    """Say what of the whole organisation's figures can't be judged, and for want of which source."""
    lines = whole_said(shown.first("page_evaluability", site=None))
    if lines:
        st.markdown(f"{_MARK} What cannot be judged for now:\n" + "".join(f"\n- {line}" for line in lines))


def whole_said(row: dict[str, Any]) -> list[str]:
    """A line of Markdown for each kind of figure (``row``: of page_evaluability); none when all can be judged."""
    lines: list[str] = []
    unknown, answers_unknown = (int(row.get(f"{name}_not_evaluable") or 0) for name in ("requirements", "answers"))
    if unknown:
        because = row["requirements_because"] or "the completions feed does not reach back that far"
        share = words.percent(row["requirements_not_evaluable_pct"])
        measured = words.count(int(row["requirements"]), "requirement")
        lines.append(f"**{unknown:,} of {measured} ({share})** that would count as met or open: {words.plain(because)}")
    if answers_unknown:
        because = row["answers_because"] or "the LMS feeds do not reach back that far"
        share = words.percent(row["answers_not_evaluable_pct"])
        due = words.count(int(row["answers_due"]), "answer")
        lines.append(f"**{answers_unknown:,} of {due} to HR events ({share})**: {words.plain(because)}")
    elif row.get("answers_because"):
        lines.append(f"**Answers to HR events** since then: {words.plain(row['answers_because'])}")
    if row.get("lms_because"):
        assigned = words.count(int(row["lms_not_evaluable"]), "assignment")
        lines.append(f"**What the LMS itself shows**, of {assigned}: {words.plain(row['lms_because'])}")
    if row.get("accounts_because"):
        lines.append(f"**Who can log in now**: {words.plain(row['accounts_because'])}")
    return lines


def _reason(shown: View, name: str) -> str:
    reason = shown.first("page_evaluability").get(name)
    return f": {words.plain(reason)}" if reason else ": the completions feed does not reach back that far"
