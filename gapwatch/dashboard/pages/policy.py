"""Policy: what is required on whose authority, whom it reaches, what satisfies it, and what leads nowhere."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from gapwatch.dashboard import shell, tables, words
from gapwatch.dashboard.answers import ROW_LIMIT, View
from gapwatch.dashboard.figures.canvas import records

_UNMAPPED: Final = {
    "requirement_without_course": (
        "Requirements that no course satisfies",
        "Nobody can be trained for them: add the course to course_credits.",
    ),
    "requirement_without_rule": (
        "Requirements that no rule gives to anybody",
        "Add a row to requirement_rules, or take the requirement out.",
    ),
    "job_without_profile": (
        "Job codes without a training profile",
        "Rules that go by training profile do not reach these people: give the job code its profile.",
    ),
    "job_unknown": (
        "Job codes that the jobs feed does not know",
        "Rules that go by training profile do not reach these people: add the code to the feed, or correct it in HR.",
    ),
    "rule_reaches_nobody": (
        "Rules that reach nobody",
        "Compare the rule's job codes, departments and sites with those HR writes, letter by letter.",
    ),
    "credit_names_unknown_course": (
        "Credits that name a course the LMS does not list",
        "Correct the course ID in course_credits.",
    ),
    "course_credits_nothing": (
        "Courses that satisfy nothing",
        "Often rightly so: not every course is a duty. If one is, add it to course_credits.",
    ),
}
_CONDITIONS: Final = (
    "job_code",
    "training_profile",
    "department",
    "site",
    "facility_type",
    "employment_type",
    "task_scope",
)


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    rows = shown.ask("page_policy_requirements", row_limit=ROW_LIMIT)
    unmapped = shown.ask("page_policy_unmapped", row_limit=ROW_LIMIT)
    shell.title(
        _sentence(rows, unmapped),
        shown,
        told="In force: required of at least one person at as-of. Without a rule nobody needs it; without a course "
        "nobody can meet it. One row each below.",
    )
    shell.not_narrowed(shown, "page_policy_requirements")
    _requirements(rows, shown)
    _unmapped(unmapped, shown)
    st.caption(
        f"Policy {shown.run.policy_sha256[:8]}, as it lies now: the tables in the folder that the configuration names "
        "under policy. Change it there; the next build uses it."
    )


def _sentence(rows: pd.DataFrame, unmapped: pd.DataFrame) -> str:
    if rows.empty:
        return "No requirement is in the policy, or none in this scope"
    in_use = int((rows["people"] > 0).sum())
    authorities = rows["authority"].nunique()
    said = f"{words.count(len(rows), 'requirement')} of {words.count(authorities, 'authority', 'authorities')}"
    loose = unmapped["kind"].isin(["requirement_without_course", "requirement_without_rule"])
    items = unmapped[loose & unmapped["item"].isin(rows["requirement_id"])]["item"].nunique()
    lacking = f"; {items:,} without a rule or a course" if items else ""
    return f"{said}, {in_use:,} of them in force for somebody{lacking}"


def _requirements(rows: pd.DataFrame, shown: View) -> None:
    st.header(
        "Requirements",
        anchor=False,
        help="People: of whom it is required at as-of. With a gap: those who have one now. Courses: any one of them "
        "satisfies it.",
    )
    if rows.empty:
        st.markdown("Write requirements.csv in the policy folder, or clear the filters.")
        return
    columns = [
        "requirement",
        "citation",
        "authority",
        "severity",
        "people",
        "people_with_gap",
        "rules",
        "course_ids",
        "validity_months",
        "grace_days",
        "requirement_id",
    ]
    picked = tables.choose(rows, columns, shown, name="policy")
    tables.download("requirements", "page_policy_requirements", shown, count=tables.total(rows))
    asked = st.query_params.get("requirement")
    if picked is not None:
        asked = str(rows["requirement_id"].iloc[picked])
        st.query_params["requirement"] = asked
    mine = rows[rows["requirement_id"] == asked]
    if mine.empty:
        st.caption("Pick a requirement for its rules, whom each reaches, and the courses that satisfy it.")
    else:
        _requirement(records(mine)[0], shown)


def _requirement(row: dict[str, Any], shown: View) -> None:
    st.subheader(f"{words.plain(row['requirement'])} ({words.plain(row['requirement_id'])})", anchor=False)
    st.markdown(_terms(row))
    rules = shown.ask("page_policy_rules", requirement=row["requirement_id"], row_limit=ROW_LIMIT)
    if rules.empty:
        st.warning("No rule gives it to anybody.", icon=":material/person_off:")
    else:
        st.markdown(f"**Rules** ({len(rules):,}). An empty condition means any; people are those it reaches at as-of.")
        told = [name for name in (*_CONDITIONS, "starts_on", "until_on") if rules[name].notna().any()]
        tables.show(
            rules.drop(columns="total_rows"), ["rule_id", "people", *told, "citation"], shown, name="policy_rules"
        )
    courses = shown.ask("page_policy_credits", requirement=row["requirement_id"])
    if courses.empty:
        st.warning("No course satisfies it, so nobody can be trained for it.", icon=":material/school:")
    else:
        st.markdown(f"**Courses** ({courses['course_id'].nunique():,}). Any one of them satisfies it.")
        told = [name for name in ("site", "starts_on", "until_on") if courses[name].notna().any()]
        tables.show(courses, ["course_id", "title", *told, "is_active"], shown, name="policy_courses")
    shell.link(
        "gaps",
        f"See the gaps in {words.plain(row['requirement'])}",
        shown,
        icon=":material/arrow_forward:",
        requirement=str(row["requirement_id"]),
    )


def _terms(row: dict[str, Any]) -> str:
    validity = row["validity_months"]
    grace = row["grace_days"]
    parts = [
        words.plain(row["citation"]) if _told(row["citation"]) else "no citation stated",
        f"{words.plain(row['severity'])} severity" if _told(row["severity"]) else "",
        f"renewed every {int(validity):,} months" if _told(validity) else "does not expire",
        f"{words.days(grace) if float(grace) >= 2 else words.count(int(grace), 'day')} of grace"
        if _told(grace) and grace
        else "before the first shift",
        "counted per site" if row["is_site_specific"] else "",
        f"again after {words.joined(_items(row['retrain_on']))}" if _told(row["retrain_on"]) else "",
    ]
    first = words.sentence_case("; ".join(part for part in parts if part))
    evidence = words.joined(_items(row["required_evidence"])) if _told(row["required_evidence"]) else ""
    proof = f" A record must hold: {evidence}." if evidence else ""
    kept = ""
    if _told(row["retention_years"]):
        basis = f" ({words.said({}, row['retention_basis'])})" if _told(row["retention_basis"]) else ""
        kept = f" Records are kept {words.number(row['retention_years'])} years{words.plain(basis)}."
    return f"{first}.{proof}{kept}"


def _items(text: str) -> list[str]:
    """Names of the policy in words: "completed_at;evaluator" -> "date completed", "evaluator"."""
    named = [item.strip() for item in str(text).split(";") if item.strip()]
    dated = [f"date {item.removesuffix('_at')}" if item.endswith("_at") else item for item in named]
    return [words.plain(item.replace("_", " ")) for item in dated]


def _unmapped(rows: pd.DataFrame, shown: View) -> None:
    st.header(
        "What leads nowhere",
        anchor=False,
        help="What the policy or the job list does not connect: no rule, course or profile, or nobody it reaches.",
    )
    if rows.empty:
        st.success(
            "Everything is connected: each job code has a profile, each requirement a rule and a course, each rule "
            "reaches somebody.",
            icon=":material/check_circle:",
        )
        return
    if shown.viewer.sites:
        st.caption("People are those of your sites; a rule that reaches nobody there may reach people elsewhere.")
    for kind, (label, do) in _UNMAPPED.items():
        mine = rows[rows["kind"] == kind].reset_index(drop=True)
        if mine.empty:
            continue
        concerned = mine["people"].sum()
        people = f", {words.count(int(concerned), 'person', 'people')} concerned" if concerned else ""
        with st.expander(f"{label}: {len(mine):,}{people}", icon=":material/link_off:"):
            st.markdown(words.plain(do))
            columns = ["item", "words", *(["people"] if mine["people"].notna().any() else [])]
            tables.show(mine, columns, shown, name=f"policy_{kind}")
    tables.download("unmapped", "page_policy_unmapped", shown, count=tables.total(rows))


def _told(value: Any) -> bool:
    return value is not None and not pd.isna(value)


page()
