"""HR events and their answers: what the LMS should have done, whether it did, and how long it took."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from gapwatch.dashboard import controls, evaluable, paging, shell, tables, words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.figures import canvas, events

_SHOW = {
    "unsynced": "Late or missing",
    "all": "All answers",
    **{key: words.VERDICTS[key] for key in words.VERDICTS},
}
_JUDGED = {key: words.ACTIONS[key] for key in ("assign", "create_account", "deactivate_account")}
_COLUMNS = (
    "verdict",
    "event_type",
    "effective_on",
    "full_name",
    "worker_id",
    "action",
    "requirement",
    "site",
    "due_at",
    "responded_at",
    "latency_hours",
    "recorded_at",
)


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    shown.ahead("page_events_headline", "page_event_counts", "page_latency", "page_method_fitness")
    shown.ahead("page_events", **paging.place(), **_narrowed())
    head = shown.first("page_events_headline")
    shell.title(
        _sentence(head),
        shown,
        told="An HR event is unsynced when at least one answer that it calls for came late or not at all; it waits "
        "while one is still missing. Each answer is a row of the ledger below.",
    )
    shell.not_narrowed(shown, "page_events_headline")
    evaluable.answers(head)
    counts = shown.ask("page_event_counts")
    if counts.empty:
        st.markdown("No HR event in this scope called for an answer of the LMS.")
        return
    _answers(counts, shown)
    _latency(shown)
    _curves(shown)
    _fitness(shown)
    _ledger(shown)


def _sentence(head: dict[str, Any]) -> str:
    total = int(head["events"])
    if not total:
        return "No HR events in this scope"
    unsynced = int(head["unsynced"])
    if not unsynced and (head["answers_not_evaluable"] or head["answers_because"]):
        return f"As far as can be judged, the LMS answered {words.count(total, 'HR event')} in time"
    if not unsynced:
        return f"The LMS answered all of {words.count(total, 'HR event')} in time"
    return (
        f"{unsynced:,} of {words.count(total, 'HR event')} answered late or not at all; "
        f"{int(head['unanswered']):,} still wait for an answer"
    )


def _answers(counts: pd.DataFrame, shown: View) -> None:
    st.header(
        "How the LMS answered",
        anchor=False,
        help="One answer per event, action and requirement. The clock starts when the event is both "
        "effective and recorded; the promise is the policy's SLA.",
    )
    st.caption(
        "Answers by HR event and verdict, share of each event's answers. Click a bar: the ledger shows its rows."
    )
    st.plotly_chart(
        events.verdicts(counts, shown.palette),
        theme=None,
        config=canvas.CONFIG,
        key="verdicts",
        on_select=_narrow_ledger,
        selection_mode="points",
        alt="Bars of answers by event type and verdict; the table below holds the same figures",
    )
    tables.behind(
        "Answers by event, action and verdict",
        counts,
        ["event_type", "action", "verdict", "answers", "events"],
        shown,
        name="event_counts",
    )


def _narrow_ledger() -> None:
    """Show the answers of the bar that was clicked; what else narrowed the ledger is let go."""
    points = st.session_state["verdicts"].selection.points
    if not points:
        return
    _, event_type, verdict = points[0]["customdata"]
    st.query_params.pop("action", None)
    st.query_params.pop("page", None)
    st.query_params["event_type"] = str(event_type)
    st.query_params["verdict"] = str(verdict)


def _latency(shown: View) -> None:
    rows = shown.ask_if_built("page_latency")
    st.header(
        "How fast it answers",
        anchor=False,
        help="Median and 90% by Kaplan-Meier from the clock start: unanswered events count as waiting, "
        "not as never asked. Whole organisation.",
    )
    if rows.empty:
        st.markdown("Not known: no answer could be judged yet.")
        return
    tables.show(
        rows,
        [
            "event_type",
            "action",
            "answers",
            "unanswered",
            "within_sla_pct",
            "median_hours",
            "p90_hours",
            "median_low_hours",
            "median_high_hours",
            "naive_median_hours",
            *(["not_evaluable_pct"] if rows["not_evaluable"].any() else []),
        ],
        shown,
        name="latency",
        help_texts={
            "median_hours": "Half were answered within this time; empty when fewer than half were.",
            "median_low_hours": "Where the 95% band of the median begins.",
            "median_high_hours": "Where the 95% band of the median ends; empty: not known yet.",
            "naive_median_hours": "The median over the answered events alone. It leaves out just those that wait, "
            "so it is too short; shown to compare with reports that do so.",
        },
    )
    if shown.scope.narrowed():
        st.caption("The whole organisation: latency is not narrowed by the scope.")


def _curves(shown: View) -> None:
    st.header(
        "How long events wait, by method",
        anchor=False,
        help="Kaplan-Meier: the share of events still unanswered so many hours after the clock start, with 95% bands. "
        "Events without an answer count as waiting until as-of. The picture shows thirty days at most; the table all "
        "steps of a quarter of a percentage point and more.",
    )
    action = controls.chosen("waits", _JUDGED, standard="assign")
    left, _ = st.columns([0.3, 0.7])
    with left:
        controls.choice("Waiting for", "waits", _JUDGED, standard="assign")
    steps = shown.ask_if_built("page_survival", action=action)
    if steps.empty and shown.viewer.sites and not shown.scope.site:
        st.markdown("Choose one of your sites: the curves are drawn for one site at a time.")
        return
    if steps.empty:
        st.markdown("Not known: no such answer could be judged here, or no site states its integration method.")
        return
    need = shown.ask("page_method_fitness")
    need = need[need["action"] == action]
    lines = {f"needed in {need['needed_hours'].min():,.0f} h": float(need["needed_hours"].min())} if len(need) else {}
    st.plotly_chart(
        events.survival(steps, shown.palette, lines=lines),
        theme=None,
        config=canvas.CONFIG,
        key="survival",
        alt="Steps of the share still unanswered by hours, one line a method; the table below holds the same figures",
    )
    tables.behind(
        "Steps of the curves",
        steps,
        [
            "integration_method",
            "hours",
            "at_risk",
            "answers",
            "still_waiting",
            "unanswered_pct",
            "unanswered_low_pct",
            "unanswered_high_pct",
        ],
        shown,
        name="survival",
    )


def _fitness(shown: View) -> None:
    rows = shown.ask_if_built("page_method_fitness")
    st.header(
        "Is the method fast enough?",
        anchor=False,
        help="Each method against what it promises by its nature, and against the shortest limit that the policy sets "
        "for the events of the site.",
    )
    if rows.empty:
        st.markdown("Not known: no site here states its integration method, or none has had an event yet.")
        return
    tables.show(
        rows,
        [
            "site",
            "action",
            "integration_method",
            "fitness",
            "says",
            "promise",
            "needed_hours",
            "median_hours",
            "p90_hours",
            "answers",
            "unanswered",
        ],
        shown,
        name="fitness",
    )


def _narrowed() -> dict[str, str | None]:
    """What the address shows of the ledger."""
    verdict = controls.chosen("verdict", _SHOW, standard="unsynced")
    return {
        "verdict": None if verdict == "all" else verdict,
        "event_type": controls.chosen("event_type", words.EVENTS),
        "action": controls.chosen("action", words.ACTIONS),
    }


def _ledger(shown: View) -> None:
    st.header("The ledger", anchor=False, help="Every HR event with the LMS action it called for.")
    left, middle, right = st.columns(3)
    with left:
        controls.choice("Verdict", "verdict", _SHOW, standard="unsynced")
    with middle:
        controls.choice("HR event", "event_type", words.EVENTS, everything="All events")
    with right:
        controls.choice("Action", "action", words.ACTIONS, everything="All actions")
    narrowed = _narrowed()
    rows = paging.page_of("page_events", shown, **narrowed)
    if rows is None:
        return
    if rows.empty:
        st.success("No answer matches in this scope.", icon=":material/check_circle:")
        return
    st.caption(f"{words.count(tables.total(rows), 'answer')}, the newest event first. Pick a row to go to the worker.")
    picked = tables.choose(rows, _COLUMNS, shown, name="ledger")
    paging.pager(len(rows), tables.total(rows))
    tables.download("event-answers", "page_events", shown, count=tables.total(rows), **narrowed)
    if picked is not None:
        row = rows.iloc[picked]
        who = words.person(row["full_name"], row["worker_id"])
        shell.link(
            "worker",
            f"See {words.plain(who)} on one time axis",
            shown,
            icon=":material/arrow_forward:",
            worker=str(row["worker_id"]),
        )


page()
