"""Every page: its numbers equal SQL on the same tables, and what it says when there is little or nothing to
say.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import pytest
from app_pages import APP, Open, figures, links, table, text, unfolded
from sample_generation import rows, rows_of, scalar, settings_of
from streamlit.testing.v1 import AppTest

from gapwatch.config import load_settings
from gapwatch.dashboard import words
from gapwatch.dashboard.answers import PAGE_ROWS
from gapwatch.pipeline import generation_for
from gapwatch.viewers import Viewer
from gapwatch.warehouse.generations import generation_path

PAGES = ("overview", "gaps", "worker", "events", "accounts", "health")


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_whole_and_narrowed_to_a_site(open_page: Open, page: str) -> None:
    assert open_page(page).title[0].value
    narrowed = open_page(page, site="FRS1", employment_type="employee")
    assert "Fresno food plant" in narrowed.caption[0].value or "Fresno food plant" in text(narrowed)


def test_overview_figures_equal_sql(open_page: Open, sample: Path) -> None:
    shown = figures(open_page())
    open_gaps = scalar(sample, "select count(*) from gaps where closed_at is null")
    assert open_gaps > 100
    assert shown["Open gaps"] == f"{open_gaps:,}"
    exposure = scalar(sample, "select sum(exposure_days) from gaps where closed_at is null")
    assert shown["Exposure days"] == f"{exposure:,.0f}"
    assert shown["Unsynced events"] == f"{scalar(sample, 'select count(*) from unsynced_events'):,}"
    leavers = scalar(sample, "select count(*) from stale_accounts where kind = 'stale' and is_open")
    assert shown["Active leavers"] == str(leavers)
    inflation = scalar(sample, "select inflation_pct from inflation where site is null")
    assert shown["Dashboard inflation"] == f"{inflation:.1f} points"


def test_each_figure_of_the_overview_is_defined_and_leads_to_its_rows(open_page: Open) -> None:
    app = open_page(site="FRS1")
    assert [metric.label for metric in app.metric if not metric.help] == []
    kept = {"site": "FRS1"}
    answers = ("events", {**kept, "verdict": "unsynced"})
    assert links(app)[:4] == [("gaps", kept), ("gaps", kept), answers, ("accounts", kept)]
    assert "Share completed according to the LMS" not in text(app)
    app.button(key="see_inflation").click().run()
    assert "Share completed according to the LMS" in text(app)


def test_headline_says_what_sql_says(open_page: Open, sample: Path) -> None:
    ((gaps, people, sites, critical, longest),) = rows(
        sample,
        "select count(*), count(distinct person_id), count(distinct coalesce(site, role_site)),"
        " count(*) filter (where severity = 'critical'), max(exposure_days) from gaps where closed_at is "
        "null",
    )
    assert open_page().title[0].value == (
        f"{gaps:,} open gaps on {people:,} people at {sites} sites, {critical:,} critical;"
        f" {longest:,.0f} days the longest."
    )


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ({"site": "BAY1"}, "coalesce(site, role_site) = 'BAY1'"),
        ({"severity": "critical"}, "severity = 'critical'"),
        ({"owner": "hr"}, "owner = 'hr'"),
        ({"department": "Unit 100"}, "department = 'Unit 100'"),
        (
            {"authority": "OSHA", "site": "FRS1"},
            "coalesce(site, role_site) = 'FRS1' and requirement_id in"
            " (select requirement_id from policy_requirements where authority = 'OSHA')",
        ),
    ],
)
def test_scope_narrows_as_sql_does(open_page: Open, sample: Path, query: dict[str, str], condition: str) -> None:
    expected = scalar(sample, f"select count(*) from gaps where closed_at is null and {condition}")
    assert figures(open_page(**query))["Open gaps"] == f"{expected:,}"
    gaps = open_page("gaps", **query)
    assert (len(table(gaps, "exposure_days")) if expected else 0) == min(expected, PAGE_ROWS)
    assert gaps.title[0].value.startswith(words.count(expected, "open gap") if expected else "No open gaps")


def test_links_keep_as_of_and_scope(open_page: Open) -> None:
    found = links(open_page(site="BAY1", as_of="2026-10-31T18:00:00Z"))
    assert len(found) > 6
    assert all(query["site"] == "BAY1" and query["as_of"] == "2026-10-31T18:00:00Z" for _, query in found)


def test_choosing_a_site_goes_into_the_address_and_clearing_takes_it_out(open_page: Open) -> None:
    app = open_page(severity="critical")
    app.selectbox(key="control_site").set_value("HNY1").run()
    assert app.query_params["site"] == "HNY1"
    assert app.query_params["severity"] == "critical"
    next(button for button in app.button if button.label == "Clear filters").click().run()
    assert "site" not in app.query_params
    assert "severity" not in app.query_params


def test_a_site_that_does_not_exist_narrows_to_nothing_and_says_so(open_page: Open) -> None:
    app = open_page(site="NOWHERE")
    assert app.title[0].value.startswith("Nothing was required at NOWHERE")
    assert figures(app)["Open gaps"] == "0"


def test_a_past_day_shows_that_days_truth(open_page: Open, sample: Path) -> None:
    app = open_page(as_of="2026-03-14")
    instant = dt.datetime(2026, 3, 14, 5, tzinfo=dt.UTC)  # 00:00 in Chicago, which keeps summer time by then
    path = generation_for(settings_of(sample), as_of=instant, known_at=dt.datetime(2026, 10, 31, 18, tzinfo=dt.UTC))
    expected = rows_of(path, "select count(*) from gaps where closed_at is null")[0][0]
    assert figures(app)["Open gaps"] == f"{expected:,}"
    assert expected != scalar(sample, "select count(*) from gaps where closed_at is null")
    assert "as of 14 Mar 2026, 00:00 CDT" in app.caption[0].value


def test_an_unreadable_date_is_named_and_the_newest_report_is_shown(open_page: Open) -> None:
    app = open_page("gaps", as_of="yesterday")
    assert "as_of=yesterday" in app.warning[0].value
    assert "31 Oct 2026" in text(app)


def test_gaps_table_lists_every_open_gap_and_the_detail_of_one(open_page: Open, sample: Path) -> None:
    expected = rows(sample, "select gap_id, worker_id, exposure_days, cause from gaps where closed_at is null")
    app = open_page("gaps", gap=str(expected[0][0]))
    turned = range(2, -(-len(expected) // PAGE_ROWS) + 1)
    shown = [table(app, "exposure_days"), *(table(open_page("gaps", page=str(at)), "exposure_days") for at in turned)]
    assert {len(page) for page in shown[:-1]} == {PAGE_ROWS}
    assert sorted(worker for page in shown for worker in page["worker_id"]) == sorted(row[1] for row in expected)
    beyond = open_page("gaps", page=str(len(shown) + 1))
    assert "no rows on this page" in beyond.info[0].value
    assert str(expected[0][1]) in app.subheader[0].value
    assert ("worker", str(expected[0][1])) in [(page, query.get("worker", "")) for page, query in links(app)]


def test_gaps_narrow_to_cause_and_closed(open_page: Open, sample: Path) -> None:
    expected = scalar(sample, "select count(*) from gaps where closed_at is not null and cause = 'assignment_removed'")
    app = open_page("gaps", status="closed", cause="assignment_removed")
    assert expected > 0
    assert len(table(app, "exposure_days")) == min(expected, PAGE_ROWS)
    assert app.title[0].value.startswith(words.count(expected, "closed gap"))


def test_worker_page_says_the_audit_sentences(open_page: Open, sample: Path) -> None:
    ((worker_id, name),) = rows(
        sample,
        "select worker_id, full_name from gaps join staged_workers using (worker_id)"
        " where closed_at is null order by exposure_days desc, worker_id limit 1",
    )
    app = open_page("worker", worker=str(worker_id), on="2026-10-01")
    assert app.title[0].value == f"{name} ({worker_id})"
    said = text(app)
    assert f"On 2026-10-01 {worker_id} ({name}) was " in said
    assert "NOT met: open since" in said
    gaps = scalar(sample, f"select count(*) from gaps where worker_id = '{worker_id}'")
    assert len(table(app, "exposure_days")) == gaps


def test_nobody_of_that_id_leads_to_a_search_that_finds_people(open_page: Open, sample: Path) -> None:
    app = open_page("worker", worker="W-NOBODY")
    assert "Nobody has the worker ID W-NOBODY" in app.title[0].value
    ((worker_id, name),) = rows(
        sample, "select worker_id, full_name from staged_workers order by worker_id limit 1 offset 400"
    )
    app.text_input(key="worker_text").set_value(str(name).upper()).run()
    assert ("worker", worker_id) in [(page, query.get("worker", "")) for page, query in links(app)]


def test_events_page_counts_answers_as_sql_does(open_page: Open, sample: Path) -> None:
    app = unfolded(open_page("events"), "event_counts")
    unsynced = scalar(sample, "select count(*) from unsynced_events")
    total = scalar(sample, "select count(*) from hr_events, run_parameters where effective_at <= as_of")
    assert app.title[0].value.startswith(f"{unsynced:,} of {total:,} HR events")
    counted = table(app, "events").groupby("verdict")["answers"].sum()
    assert counted["Missing"] == scalar(sample, "select count(*) from event_responses where verdict = 'missing'")
    assert counted["Early"] == scalar(sample, "select count(*) from event_responses where verdict = 'early'")
    app.selectbox(key="choice_verdict").set_value("late").run()
    assert app.query_params["verdict"] == "late"
    late = scalar(sample, "select count(*) from event_responses where verdict = 'late'")
    assert len(table(app, "latency_hours")) == min(late, 50)
    assert f"Rows 1 to 50 of {late:,}" in text(app)


def test_accounts_page_lists_leavers_orphans_and_undecided(open_page: Open, sample: Path) -> None:
    app = open_page("accounts")
    leavers = scalar(sample, "select count(*) from stale_accounts where kind = 'stale' and is_open")
    assert len(table(app, "days_active")) == 50
    assert f"Rows 1 to 50 of {leavers}" in text(app)
    app.button(key="pager_after").click().run()
    assert app.query_params["page"] == "2"
    assert len(table(app, "days_active")) == leavers - 50 > 0
    app.segmented_control(key="stale_status").set_value("Closed since").run()
    assert "page" not in app.query_params
    assert len(table(app, "last_login_at")) == scalar(
        sample, "select count(*) from stale_accounts where kind = 'orphan'"
    )
    undecided = "from account_links where status in ('ambiguous', 'unlinked')"
    assert len(table(app, "decided_by")) == scalar(sample, f"select count(*) {undecided}")


def test_accounts_page_shows_candidates_and_the_command_of_a_decision(open_page: Open, sample: Path) -> None:
    app = open_page("accounts")
    (best,) = rows(
        sample,
        "select account_candidates.account_id, account_candidates.worker_id, explanation from account_candidates"
        " inner join account_links on account_candidates.account_id = account_links.account_id"
        " where account_links.status = 'ambiguous' order by score desc, 1 limit 1",
    )
    account, worker, explanation = best
    command = f'gapwatch identity decide {account} --worker {worker} --by "YOUR NAME" --reason "ON WHAT GROUNDS"'
    assert command in [code.value for code in app.code]
    assert any(explanation in text.value for text in app.markdown)
    app.segmented_control(key="link_status").set_value("Linked").run()
    assert not app.exception
    assert len(table(app, "linked_to")) == scalar(sample, "select count(*) from account_links where status = 'linked'")
    assert not any("decide" in code.value for code in app.code)


def test_health_page_lists_each_source_and_leads_to_the_checks(open_page: Open, sample: Path) -> None:
    app = open_page("health")
    assert sorted(table(app, "age_hours")["source"]) == [
        row[0] for row in rows(sample, "select source from sources order by 1")
    ]
    passed, checks = rows(sample, "select count(*) filter (where status = 'pass'), count(*) from check_results")[0]
    assert f"{passed:,} of {checks:,} checks passed" in text(app)
    assert sum("quality" in page for page, _ in links(app)) == 2  # the sidebar's, and its own


def test_before_the_first_report_the_page_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "gapwatch.toml"
    config.write_text('[organisation]\nname = "New"\n', encoding="utf-8")
    monkeypatch.setenv("GAPWATCH_CONFIG", str(config))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "No report yet"
    assert app.code[0].value == "gapwatch run"


def test_a_broken_configuration_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "gapwatch.toml"
    config.write_text('[organisation]\ntimezone = "Middle/Earth"\n', encoding="utf-8")
    monkeypatch.setenv("GAPWATCH_CONFIG", str(config))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "The configuration cannot be read"
    assert "Middle/Earth" in app.error[0].value


def test_a_day_nobody_knew_anything_of_is_explained_with_a_way_back(open_page: Open) -> None:
    app = open_page(known_at="2020-01-01")
    assert app.title[0].value == "This day cannot be shown"
    app.button[0].click().run()
    assert "open gaps" in app.title[0].value


@pytest.mark.parametrize(("hours", "told"), [(1, False), (23, False), (25, True), (24 * 21, True)])
def test_trust_line_says_when_nothing_has_been_loaded_for_longer_than_promised(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, hours: int, told: bool
) -> None:
    loaded = dt.datetime(2026, 10, 31, 18, tzinfo=dt.UTC)
    monkeypatch.setattr("gapwatch.dashboard.trust.clock", lambda: loaded + dt.timedelta(hours=hours))
    said = text(open_page())
    assert ("Then all 14 sources were as fresh as promised" in said) is told
    assert ("All 14 sources are as fresh as promised" in said) is not told
    assert ("Nothing has been loaded since 31 Oct 2026, 13:00 CDT" in said) is told


def test_a_page_that_fails_says_so_in_words_and_leaves_the_trace_to_the_log(
    sample: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GAPWATCH_CONFIG", str(sample))
    monkeypatch.setattr("gapwatch.dashboard.trust.line", lambda _: 1 / 0)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "could not be drawn" in app.error[0].value
    assert "ZeroDivisionError" not in text(app)
    assert "page_failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("page", "statement", "lacking"),
    [
        ("accounts", "drop table stale_accounts", "the table stale_accounts"),
        ("gaps", "alter table gaps drop column closed_at", "the column closed_at"),
        (
            "overview",
            "alter table run_parameters drop column organisation_timezone",
            "the column organisation_timezone",
        ),
    ],
)
def test_a_report_of_another_version_says_what_it_lacks_and_to_build_it_anew(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str, statement: str, lacking: str
) -> None:
    warehouse = load_settings(sample).warehouse.path
    older = tmp_path / "warehouse"
    (older / "generations").mkdir(parents=True)
    shutil.copy(warehouse / "current", older / "current")
    built = generation_path(warehouse)
    shutil.copy(built, older / "generations" / built.name)
    with duckdb.connect(str(older / "generations" / built.name)) as connection:
        connection.execute(statement)
    (tmp_path / "gapwatch.toml").write_text('[organisation]\nname = "Older"\n', encoding="utf-8")
    monkeypatch.setenv("GAPWATCH_CONFIG", str(tmp_path / "gapwatch.toml"))

    app = AppTest.from_file(str(APP), default_timeout=60)
    if page != "overview":
        app.switch_page(f"gapwatch/dashboard/pages/{page}.py")
    app.run()

    assert not app.exception
    assert f"The report has not got {lacking}," in app.error[0].value.replace("\\", "")
    assert "gapwatch run" in [block.value for block in app.code]
    assert len(app.title) == 1
    assert "Error" not in text(app)


def test_an_auditor_whose_period_has_ended_sees_its_last_day(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    auditor = Viewer(
        who="a@example.com", role="auditor", period_from=dt.date(2026, 9, 1), period_to=dt.date(2026, 9, 30)
    )
    monkeypatch.setattr("gapwatch.dashboard.entrance.viewer", lambda _: auditor)
    app = open_page("gaps")
    assert "as of 1 Oct 2026, 00:00 CDT" in app.caption[0].value
    assert app.date_input(key="control_as_of").value == dt.date(2026, 10, 1)
    refused = AppTest.from_file(str(APP), default_timeout=60)
    refused.query_params["as_of"] = "2026-10-20"
    refused.run()
    assert refused.title[0].value == "Your role does not show this"
    assert "**Your period:** 1 Sep 2026 to 30 Sep 2026" in text(refused)


def test_a_role_that_nobody_held_at_the_site_is_said(open_page: Open) -> None:
    app = open_page("incident", site="BAY1", role="NOSUCH")
    assert "Nobody ever held the role NOSUCH here" in app.info[0].value
