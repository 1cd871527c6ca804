"""The pages' questions agree with the published tables, and with the report of the day they speak about."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sample_generation import rows, rows_of, settings_of

from gapwatch.pipeline import generation_for
from gapwatch.reads import Reader
from gapwatch.warehouse.generations import generation_path


@pytest.fixture(scope="module")
def reader(sample: Path) -> Reader:
    """A reader of the published sample."""
    return Reader(generation_path(settings_of(sample).warehouse.path))


def test_population_is_that_of_compliance_for_every_site(reader: Reader, sample: Path) -> None:
    told = rows(
        sample,
        "select site, people, trained + gap + waived + on_leave + in_grace + not_evaluable,"
        " requirement_compliance_pct from compliance",
    )
    assert len(told) == 7
    for site, people, checked, compliance in told:
        row = reader.ask("page_population", site=site).iloc[0]
        assert (row["people"], row["checked"]) == (people, checked)
        assert row["compliance_pct"] == pytest.approx(compliance)


def test_population_of_a_part_is_smaller_and_parts_add_up(reader: Reader) -> None:
    whole = reader.ask("page_population").iloc[0]
    parts = [reader.ask("page_population", severity=name).iloc[0] for name in ("critical", "high", "medium", "low")]
    for figure in ("checked", "measured", "not_evaluable"):
        assert sum(part[figure] for part in parts) == whole[figure]
    assert all(0 <= part["checked"] < whole["checked"] for part in parts)


def test_trend_ends_with_the_gaps_open_now_and_moves_by_what_opened_and_closed(reader: Reader, sample: Path) -> None:
    weeks = reader.ask("page_trend")
    assert weeks["open_gaps"].iloc[-1] == rows(sample, "select count(*) from gaps where closed_at is null")[0][0]
    moved = (weeks["opened"] - weeks["closed"]).iloc[1:]
    assert list(weeks["open_gaps"].diff().iloc[1:]) == list(moved)


def test_gap_days_of_the_months_are_those_of_the_timeline(reader: Reader, sample: Path) -> None:
    months = reader.ask("page_cause_months")
    assert months["month"].nunique() == 12
    first = months["month"].min()
    ((expected,),) = rows(
        sample,
        "select sum(epoch(coalesce(valid_to, as_of)) - epoch(greatest(valid_from, begins))) / 86400"
        " from compliance_timeline, run_parameters,"
        f" (select timezone('UTC', timezone('America/Chicago', timestamp '{first:%Y-%m-%d}')) as begins) as bounds"
        " where state = 'gap' and coalesce(valid_to, as_of) > begins",
    )
    assert months["gap_days"].sum() == pytest.approx(float(expected))
    owners = rows(sample, "select distinct cause, owner from compliance_timeline where state = 'gap'")
    assert set(zip(months["cause"], months["owner"], strict=True)) <= set(owners)


def test_a_week_earlier_is_what_the_report_of_that_day_says(reader: Reader, sample: Path) -> None:
    before = reader.run.as_of - dt.timedelta(days=7)
    path = generation_for(settings_of(sample), as_of=before, known_at=reader.run.known_at)
    head = reader.ask("page_headline").iloc[0]
    ((open_gaps, exposure),) = rows_of(path, "select count(*), sum(exposure_days) from gaps where closed_at is null")
    assert head["open_gaps_before"] == open_gaps
    assert head["exposure_days_before"] == pytest.approx(exposure, abs=0.01)
    ((unsynced,),) = rows_of(path, "select count(*) from unsynced_events")
    assert reader.ask("page_events_headline").iloc[0]["unsynced_before"] == unsynced
    ((leavers,),) = rows_of(path, "select count(*) from stale_accounts where kind = 'stale' and is_open")
    assert reader.ask("page_leavers_headline").iloc[0]["leavers_before"] == leavers


def test_act_first_are_the_ten_that_weigh_most(reader: Reader, sample: Path) -> None:
    expected = rows(
        sample,
        "select gap_id from gaps where closed_at is null order by exposure_days * case severity"
        " when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end desc, gap_id limit 10",
    )
    assert list(reader.ask("page_gaps", status="open", row_limit=10)["gap_id"]) == [row[0] for row in expected]


def test_heat_map_cells_add_up_to_the_open_gaps(reader: Reader, sample: Path) -> None:
    cells = reader.ask("page_heat")
    assert cells["open_gaps"].sum() == rows(sample, "select count(*) from gaps where closed_at is null")[0][0]
    assert (cells["people"] <= cells["people_required"]).all()


def test_a_limit_cuts_the_rows_but_not_the_total(reader: Reader) -> None:
    cut, whole = reader.ask("page_events", row_limit=5), reader.ask("page_events")
    assert len(cut) == 5
    assert len(whole) > 2000
    assert cut["total_rows"].iloc[0] == len(whole)


def test_dates_are_those_of_the_site(reader: Reader) -> None:
    gaps = reader.ask("page_gaps")
    midnight_in_new_york = gaps[(gaps["opened_at"] == "2025-05-01 04:00:00") & gaps["site"].str.startswith("HNY")]
    assert len(midnight_in_new_york) > 0
    assert set(midnight_in_new_york["opened_on"].astype(str)) == {"2025-05-01"}
