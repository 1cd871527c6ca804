"""What the figures draw, from small frames worked out by hand."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from itertools import pairwise

import pandas as pd

from gapwatch.dashboard.figures import events, health, overview, worker
from gapwatch.dashboard.theme import DARK, LIGHT


def heat_cells() -> pd.DataFrame:
    """Two requirements at two sites; EAP and SITE2 weigh most."""
    return pd.DataFrame(
        [
            ("SITE1", "Plant one", "BBP", "Bloodborne pathogens", 9, 9, 30.0, 10.0, 40.0),
            ("SITE2", "Plant <two>", "EAP", "Emergency action plan", 1, 1, 200.0, 200.0, float("nan")),
        ],
        columns=["site", "site_name", "requirement_id", "requirement", "open_gaps", "people", "exposure_days",
                 "longest_days", "people_required"],
    )  # fmt: skip


def test_heat_map_sorts_by_exposure_and_labels_every_cell() -> None:
    figure = overview.heat_map(heat_cells(), LIGHT)
    assert list(figure.layout.xaxis.categoryarray) == ["SITE2", "SITE1"]
    assert list(figure.layout.yaxis.categoryarray) == ["Bloodborne pathogens", "Emergency action plan"]  # from below
    points = figure.data[1]
    assert list(points.text) == ["9", "1"]
    assert [tuple(cell[:2]) for cell in points.customdata] == [("SITE1", "BBP"), ("SITE2", "EAP")]
    assert "Plant &lt;two&gt;" in points.customdata[1][2]
    assert "9 open gaps on 9 people of 40 people required" in points.customdata[0][2]


def test_heat_map_shows_the_rows_with_most_exposure_only() -> None:
    many = pd.concat(
        [
            heat_cells().iloc[:1].assign(requirement_id=f"R{n}", requirement=f"Title {n}", exposure_days=float(n))
            for n in range(40)
        ]
    )
    shown = overview.heat_map(many, DARK).layout.yaxis.categoryarray
    assert len(shown) == overview.HEAT_ROWS
    assert shown[-1] == "Title 39"


def test_heat_map_and_inflation_stay_readable_with_forty_sites() -> None:
    many = pd.concat([heat_cells().iloc[:1].assign(site=f"S{n:02}", exposure_days=float(n)) for n in range(40)])
    columns = overview.heat_map(many, LIGHT).layout.xaxis.categoryarray
    assert list(columns)[:2] == ["S39", "S38"]
    assert len(columns) == overview.HEAT_COLUMNS
    rows = pd.DataFrame(
        {"site_name": [None, *(f"Plant {n}" for n in range(40))], "lms_pct": 97.0, "true_pct": 80.0,
         "inflation_pct": 17.0}
    )  # fmt: skip
    figure = overview.inflation(rows, LIGHT)
    assert len(figure.data[0].y) == overview.INFLATION_ROWS
    assert figure.data[0].y[-1] == "<b>All sites</b>"  # drawn at the top
    assert figure.layout.height < 800


def test_waiting_is_drawn_over_thirty_days_at_most_with_labels_apart() -> None:
    steps = pd.DataFrame(
        {"integration_method": ["rest", "scim", "sftp"], "hours": [10.0, 20.0, 7000.0],
         "unanswered_pct": [8.0, 9.0, 8.5], "unanswered_low_pct": 5.0, "unanswered_high_pct": 12.0}
    )  # fmt: skip
    figure = events.survival(steps, LIGHT, lines={"needed in 4 h": 4.0})
    assert figure.layout.xaxis.range == (0, events.LONGEST)
    assert list(figure.layout.xaxis.ticktext)[:2] == ["0", "3"]
    heights = sorted(float(label.y) for label in figure.layout.annotations if label.text != "needed in 4 h")
    assert all(above - below > 5 for below, above in pairwise(heights))


def test_cause_months_stack_owners_and_labels_keep_apart() -> None:
    months = pd.DataFrame(
        [(dt.date(2026, 1, 1), "expired", "learner", 10.0), (dt.date(2026, 2, 1), "no_account", "integration", 5.0),
         (dt.date(2026, 2, 1), "never_assigned", "integration", 6.0), (dt.date(2026, 2, 1), "not_recorded", "hr", 0.1)],
        columns=["month", "cause", "owner", "gap_days"],
    )  # fmt: skip
    figure = overview.cause_months(months, LIGHT)
    bars = {bar.name: list(bar.y) for bar in figure.data}
    assert bars == {"HR": [0.0, 0.1], "Integration": [0.0, 11.0], "Learner": [10.0, 0.0]}
    heights = sorted(float(label.y) for label in figure.layout.annotations)
    assert all(above - below > 0.5 for below, above in pairwise(heights))


def test_owners_are_named_beside_the_last_month_that_holds_days() -> None:
    months = pd.DataFrame(
        [(dt.date(2026, 1, 1), "expired", "learner", 40.0), (dt.date(2026, 1, 1), "no_account", "integration", 20.0),
         (dt.date(2026, 2, 1), "expired", "learner", 0.0)],
        columns=["month", "cause", "owner", "gap_days"],
    )  # fmt: skip
    figure = overview.cause_months(months, LIGHT)
    assert {month for bar in figure.data for month in bar.x} == {dt.date(2026, 1, 1)}
    assert {label.text: float(label.y) for label in figure.layout.annotations} == {"Integration": 10.0, "Learner": 40.0}


def test_trend_marks_failed_runs_and_draws_closed_downwards() -> None:
    weeks = pd.DataFrame(
        {
            "week_ends_at": pd.to_datetime(["2026-01-04", "2026-01-11"]),
            "open_gaps": [3, 5],
            "opened": [1, 4],
            "closed": [0, 2],
            "failed_runs": [0, 1],
        }
    )
    line, opened, closed, failed = overview.trend(weeks, LIGHT).data
    assert list(line.y) == [3, 5]
    assert list(opened.y) == [1, 4]
    assert list(closed.y) == [0, -2]
    assert list(failed.x) == [pd.Timestamp("2026-01-11")]


def test_inflation_names_the_difference_and_starts_at_zero() -> None:
    rows = pd.DataFrame(
        {
            "site_name": [None, "Plant one"],
            "lms_pct": [97.0, 90.0],
            "true_pct": [80.0, 90.0],
            "inflation_pct": [17.0, 0.0],
        }
    )
    figure = overview.inflation(rows, LIGHT)
    assert list(figure.layout.xaxis.range) == [0, 100]
    assert {label.text for label in figure.layout.annotations} == {"+17.0 points", "+0.0 points"}


def test_verdicts_add_up_to_the_whole_of_each_event() -> None:
    counts = pd.DataFrame(
        [
            ("hire", "assign", "early", 1),
            ("hire", "assign", "on_time", 2),
            ("hire", "create_account", "missing", 1),
            ("transfer", "assign", "late", 5),
        ],
        columns=["event_type", "action", "verdict", "answers"],
    )
    figure = events.verdicts(counts, LIGHT)
    by_name = {bar.name: [part[0] for part in bar.customdata] for bar in figure.data}
    assert by_name == {"early": [1, 0], "on time": [2, 0], "late": [0, 5], "missing": [1, 0]}
    assert list(figure.data[2].customdata[1]) == [5, "transfer", "late"]
    assert [sum(shares) for shares in zip(*(bar.x for bar in figure.data), strict=True)] == [100.0, 100.0]


def test_strip_tells_held_and_rejected_from_delivered() -> None:
    days = pd.DataFrame(
        [
            ("hr", dt.date(2026, 1, 1), 1, 0, 0, 10),
            ("hr", dt.date(2026, 1, 2), 1, 1, 0, 10),
            ("lms", dt.date(2026, 1, 2), 1, 0, 3, 10),
        ],
        columns=["source", "loaded_on", "loads", "held", "rejected", "rows_read"],
    )
    figure = health.strip(days, LIGHT, until=dt.date(2026, 1, 2))
    assert {trace.name: list(trace.y) for trace in figure.data} == {
        "delivered": ["hr"], "held back": ["hr"], "delivered, rows rejected": ["lms"],
    }  # fmt: skip


def story() -> worker.Story:
    """One role since January, trained to March, in a gap since; one course assigned and passed."""
    start, turn = pd.Timestamp("2026-01-05 06:00"), pd.Timestamp("2026-03-01 06:00")
    roles = pd.DataFrame([{"assignment_key": "primary", "valid_from": start, "valid_to": pd.NaT, "status": "active",
                           "employment_type": "employee", "job_code": "OP", "job_title": "Operator "
                               "<i>", "department": "Ops",
                           "site": "BAY1", "recorded_at": start, "is_employed": True}])  # fmt: skip
    accounts = pd.DataFrame([{"account_id": "A1", "method": "email", "status": "active", "created_at": start,
                              "deactivated_at": pd.NaT, "load_id": "L1", "row_number": 7}])  # fmt: skip
    shared = {
        "requirement_id": "BBP",
        "requirement": "Bloodborne",
        "citation": "29 CFR",
        "site": None,
        "course_id": "C1",
    }
    bands = pd.DataFrame([
        {**shared, "valid_from": start, "valid_to": turn, "state": "trained", "cause": None, "owner": None,
         "completion_id": "K1", "credential_ends_at": turn, "completed_at": start, "load_id": "L2", "row_number": 9},
        {**shared, "valid_from": turn, "valid_to": pd.NaT, "state": "gap", "cause": "expired",
         "owner": "learner",
         "completion_id": None, "credential_ends_at": pd.NaT, "completed_at": pd.NaT, "load_id": None,
         "row_number": None},
    ])  # fmt: skip
    mark = {
        "requirement_id": "BBP",
        "site": None,
        "course_id": "C1",
        "result": None,
        "recorded_at": pd.NaT,
        "load_id": "L2",
        "row_number": 9,
    }
    marks = pd.DataFrame([
        {**mark, "kind": "assignment", "what": "rule", "at_instant": start, "reference": "AS1"},
        {**mark, "kind": "completion", "what": "passed", "at_instant": start, "reference": "K1"},
        {**mark, "kind": "event", "what": "hire", "at_instant": start, "reference": "e1", "recorded_at": start,
         "requirement_id": None},
    ])  # fmt: skip
    return worker.Story(roles, accounts, bands, marks, dt.datetime(2026, 6, 1, tzinfo=dt.UTC), "America/Chicago")


def test_worker_bands_meet_at_as_of_in_local_time_and_name_their_source() -> None:
    figure = worker.timeline(story(), LIGHT)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    hovers = [bar.hovertemplate for bar in bars]
    trained = next(bar for bar in bars if "<b>trained</b>" in bar.hovertemplate)
    gap = next(bar for bar in bars if "<b>gap: expired</b>" in bar.hovertemplate)
    assert pd.Timestamp(trained.base[0]) == pd.Timestamp("2026-01-05 00:00")
    assert pd.Timestamp(gap.base[0]) + pd.Timedelta(milliseconds=gap.x[0]) == pd.Timestamp("2026-05-31 19:00")
    assert gap.marker.color == LIGHT.states["gap"]
    assert "row 9 of load<br>L2" in trained.hovertemplate
    assert "must act: Learner" in gap.hovertemplate
    assert any("Operator &lt;i&gt; · BAY1" in hover for hover in hovers)
    assert {trace.marker.symbol for trace in figure.data if trace.type == "scatter"} == {
        "triangle-right",
        "diamond",
        "circle",
    }


def test_worker_without_account_says_so_and_key_names_states_only_that_occur() -> None:
    told = story()
    figure = worker.timeline(
        worker.Story(told.roles, told.accounts.iloc[:0], told.bands, told.marks.iloc[:0], told.as_of, told.zone), DARK
    )
    assert any("none is linked" in str(label.text) for label in figure.layout.annotations)
    assert worker.states_drawn(told.bands) == ["trained", "gap"]
    assert [label.text for label in worker.key(["trained", "gap"], DARK).layout.annotations] == ["trained", "gap"]


def test_figures_do_not_need_streamlit() -> None:
    modules = "gapwatch.dashboard.figures.overview, gapwatch.dashboard.figures.worker"
    code = f"import sys, {modules}; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
