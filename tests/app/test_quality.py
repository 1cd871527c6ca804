"""Data quality and policy: their counts equal SQL, and trouble is named with the way out of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from app_pages import Open, table, text
from sample_generation import rows, scalar

from gapwatch.dashboard.addresses import PAGES

MINE = ("quality", "survey", "incident", "policy", "evidence", "digest")


@pytest.mark.parametrize("page", MINE)
def test_page_opens_whole_and_narrowed_to_a_site(open_page: Open, page: str) -> None:
    assert page in PAGES
    assert open_page(page).title[0].value
    assert "Fresno food plant" in text(open_page(page, site="FRS1", severity="critical"))


def test_checks_and_their_rows(open_page: Open, sample: Path) -> None:
    app = open_page("quality", check="records_deficient")
    passed, checks = rows(sample, "select count(*) filter (where status = 'pass'), count(*) from check_results")[0]
    assert f"{passed:,} of {checks:,} checks passed" in text(app)
    shown = table(app, "rows_checked")
    failed = rows(sample, "select check_id, rows_checked, rows_failed from check_results where status <> 'pass'")
    assert sorted(shown[["check_id", "rows_failed"]].itertuples(index=False, name=None)) == sorted(
        (check.replace("_", " ").capitalize(), number) for check, _, number in failed
    )
    kept = scalar(sample, "select count(*) from check_failures where check_id = 'records_deficient'")
    assert len(table(app, "completion_id")) == kept > 100
    assert "What to do:" in text(app)
    assert "No row was rejected" in text(app)
    assert "No load is held back" in text(app)


def test_held_loads_and_rejects_come_with_the_way_out(
    open_page: Open, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "sick"
    shutil.copytree(sample.parent, home, ignore=shutil.ignore_patterns("landing", "earlier"))
    (generation,) = [path for path in (home / "warehouse/generations").glob("*.duckdb") if _is_published(home, path)]
    with duckdb.connect(str(generation)) as connection:
        ((load_id, source, batch),) = connection.execute(
            "select load_id, source, batch from loads order by load_id limit 1"
        ).fetchall()
        connection.execute(
            "update loads set status = 'held', reason = $reason where load_id = $load",
            {"load": load_id, "reason": "61 of 900 employed workers are ended at once"},
        )
        connection.execute("insert into rejects values (?, 7, 'hired_on', '2026-13-01', 'is no date')", [load_id])
        connection.execute("update loads set rows_rejected = 1 where load_id = ?", [load_id])
    healthy = open_page("quality")  # sets the configuration; the next run reads another
    monkeypatch.setenv("GAPWATCH_CONFIG", str(home / "gapwatch.toml"))
    app = healthy.run()
    said = text(app)
    assert "1 load held back" in said
    assert "1 of " in said
    assert "61 of 900 employed workers are ended at once" in said
    commands = "\n".join(str(code.value) for code in app.code)
    assert f"gapwatch release {batch} --by" in commands
    assert "gapwatch rejects --export" in commands
    rejected = table(app, "first_row")
    assert list(rejected[["source", "column_name", "reason", "rows_rejected"]].iloc[0]) == [
        source,
        "hired_on",
        "Is no date",
        1,
    ]
    assert "2026-13-01" not in said


def _is_published(home: Path, path: Path) -> bool:
    return path.stem in (home / "warehouse" / "current").read_text(encoding="utf-8")


def test_policy_counts_equal_sql(open_page: Open, sample: Path) -> None:
    app = open_page("policy", requirement="PSM-OPS")
    requirements, authorities = rows(sample, "select count(*), count(distinct authority) from policy_requirements")[0]
    in_force = scalar(sample, "select count(distinct requirement_id) from compliance_timeline where valid_to is null")
    assert f"{requirements} requirements of {authorities} authorities, {in_force} of them in force" in text(app)
    people = dict(
        rows(
            sample,
            "select requirement_id, count(distinct worker_id) from compliance_timeline where valid_to is null"
            " group by 1",
        )
    )
    shown = table(app, "people_with_gap")
    assert {row["requirement_id"]: row["people"] for row in shown.to_dict("records") if row["people"]} == people
    gaps = rows(sample, "select count(distinct (worker_id, requirement_id)) from gaps where closed_at is null")[0][0]
    assert shown["people_with_gap"].sum() == gaps
    rules = scalar(sample, "select count(*) from policy_requirement_rules where requirement_id = 'PSM-OPS'")
    assert len(table(app, "rule_id")) == rules


def test_what_is_unmapped_is_what_the_checks_find(open_page: Open, sample: Path) -> None:
    found = dict(rows(sample, "select check_id, rows_failed from check_results where rows_failed > 0"))
    app = open_page("policy")
    labels = [part.label for part in app.expander]
    assert f"Requirements that no rule gives to anybody: {found['requirements_without_rule']}" in labels
    assert any(label.startswith("Courses that satisfy nothing: ") for label in labels)
    assert not any("Rules that reach nobody" in label for label in labels) or "rules_reach_nobody" in found
