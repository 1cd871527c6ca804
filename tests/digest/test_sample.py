"""The digest on the sample company: its forecast comes true, and its look back is what a report of that day says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from digest.test_compose import digest_of
from digest.test_questions import ask
from sample_generation import published_sample, settings_of

from gapwatch.digest.html import render_html
from gapwatch.pipeline import build
from gapwatch.reads import Reader


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published sample's gapwatch.toml."""
    return published_sample(tmp_path_factory.mktemp("company"))


@pytest.fixture
def sample(config: Path) -> Iterator[Reader]:
    """A reader of the sample."""
    with Reader.open(settings_of(config).warehouse.path) as reader:
        yield reader


def rows_at(config: Path, sample: Reader, *, days: int, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on a report of that many days later (or before), told with the sample's knowledge."""
    settings = settings_of(config)
    as_of = sample.run.as_of + dt.timedelta(days=days)
    generation = build(settings, as_of=as_of, known_at=sample.run.known_at, publishing=False)
    try:
        with Reader.open(settings.warehouse.path, run_id=generation.run_id) as reader:
            return reader.relation(sql).fetchall()
    finally:
        generation.path.unlink()


def test_forecast_is_what_next_weeks_report_finds(config: Path, sample: Reader) -> None:
    opened = "worker_id, requirement_id, opened_at from gaps, run_parameters where opened_at > as_of"
    found = rows_at(config, sample, days=7, sql=f"select {opened} - interval '7' day")
    listed = ask(sample, "digest_forecast")
    assert len(found) > 10
    assert listed[0]["of_all"] == len(found)
    assert {(row["worker_id"], row["requirement_id"], row["opens_at"]) for row in listed} <= set(found)


def test_last_week_is_what_a_report_of_then_says(config: Path, sample: Reader) -> None:
    counts = "gap, trained + gap, people - people_without_gap, people"
    then = rows_at(config, sample, days=-7, sql=f"select {counts} from compliance where site is null")[0]
    told = next(row for row in ask(sample, "digest_numbers") if row["days_before"] == 7)
    names = ("open_gaps", "requirements", "people_with_gap", "people")
    assert tuple(told[name] for name in names) == then


def test_the_mail_fits_and_says_what_the_tables_say(sample: Reader) -> None:
    digest = digest_of(sample)
    gaps = sample.relation("select count(*), count(distinct person_id) from gaps where closed_at is null").fetchall()
    assert f"{gaps[0][0]:,} open gaps on {gaps[0][1]:,} people" in digest.headline
    assert len(render_html(digest).encode()) < 102_000  # beyond that some mail programs cut


def test_open_gaps_of_the_sites_add_up(sample: Reader) -> None:
    sites = [str(row["site"]) for row in ask(sample, "digest_sites")]
    alone = [ask(sample, "digest_headline", site)[0]["open_gaps"] for site in sites]
    assert sum(alone) == ask(sample, "digest_headline", *sites)[0]["open_gaps"]
    assert sum(alone) == ask(sample, "digest_headline")[0]["open_gaps"]
