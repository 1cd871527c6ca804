"""The pages on the integration: how long events wait, which method is fast enough, and what the log cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_pages import Open, table, text, unfolded
from sample_generation import rows, scalar

from gapwatch.dashboard import words


def test_latency_shows_bands_and_the_naive_median_beside_them(open_page: Open, sample: Path) -> None:
    shown = table(open_page("events"), "naive_median_hours")
    told = rows(
        sample,
        "select event_type, action, median_low_hours, naive_median_hours from sync_latency where event_type is not null"
        " and action is not null and coalesce(site, integration_method, month) is null order by event_type, action",
    )
    assert len(shown) == len(told) > 5
    assert list(shown["naive_median_hours"]) == pytest.approx([row[3] for row in told], abs=0.051, nan_ok=True)


@pytest.mark.parametrize("action", ["assign", "deactivate_account"])
def test_the_curves_are_those_of_the_action_asked_for(open_page: Open, sample: Path, action: str) -> None:
    steps = table(unfolded(open_page("events", waits=action), "survival"), "unanswered_pct")
    expected = scalar(sample, f"select count(*) from survival_steps where action = '{action}' and site is null")
    assert len(steps) == expected > 10
    assert steps["unanswered_pct"].between(0, 100).all()
    assert (steps["unanswered_low_pct"] <= steps["unanswered_high_pct"]).all()


def test_methods_are_judged_site_by_site_and_narrow_with_the_scope(open_page: Open, sample: Path) -> None:
    shown = table(open_page("events"), "fitness")
    told = [words.tidy(row[0]) for row in rows(sample, "select says from method_fitness")]
    assert sorted(shown["says"]) == sorted(told)
    assert "Carries no roles" in set(shown["fitness"])
    assert set(table(open_page("events", site="BAY1"), "fitness")["site"]) == {"BAY1"}


def test_runs_silent_days_and_swallowed_events_are_those_of_the_tables(open_page: Open, sample: Path) -> None:
    page = unfolded(open_page("health"), "silent_days", "swallowed")
    runs = table(page, "swallowed_events")
    assert list(runs["swallowed_events"]) == sorted(runs["swallowed_events"], reverse=True)
    assert runs["swallowed_events"].sum() == scalar(sample, "select sum(swallowed_events) from integration_health") > 0
    silent = scalar(sample, "select count(*) from sync_run_days where is_silent")
    assert len(table(page, "silent_on")) == silent > 0
    assert f"{silent} days passed without a run" in text(page)
    lost = table(page, "failure")
    assert len(lost) == scalar(sample, "select count(*) from swallowed_events")
    assert set(lost["failure"]) <= {"Record failed", "Run failed", "No run"}


def test_completions_in_the_hris_and_records_that_changed(open_page: Open, sample: Path) -> None:
    page = unfolded(open_page("health"), "writeback_rows")
    counts = table(page, "completions")
    assert dict(zip(counts["writeback_status"], counts["completions"], strict=True))["Missing in the HRIS"] == scalar(
        sample, "select count(*) from writeback where status = 'missing_in_hris'"
    )
    told = table(page, "hris_completed_at")
    assert len(told) == scalar(sample, "select count(*) from writeback where status not in ('same', 'pending')")
    changed = table(page, "record_change")
    assert len(changed) == scalar(sample, "select count(*) from record_changes") > 0
    assert set(changed["record_change"]) == {"Altered", "Back-dated", "Vanished", "Silently removed"}
