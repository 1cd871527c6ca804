"""Dates, durations, numbers and source text, as a reader sees them."""

from __future__ import annotations

import datetime as dt

import pytest

from gapwatch.dashboard import words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (41.2, "41 days"),
        (2, "2 days"),
        (1.5, "36 h"),
        (0.2, "4.8 h"),
        (0.01, "14 min"),
        (0, "0 min"),
        (1234.5, "1,234 days"),
    ],
)
def test_days(value: float, said: str) -> None:
    assert words.days(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(5.24, "5.2 h"), (52, "52 h"), (71.9, "72 h"), (72, "3 days"), (0.5, "30 min"), (None, "not known")],
)
def test_hours(value: float | None, said: str) -> None:
    assert words.hours(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (100.0, "100%"),
        (0.0, "0%"),
        (97.84, "97.8%"),
        (9.96, "10.0%"),
        (54.4, "54%"),
        (10.2, "10%"),
        (float("nan"), "not known"),
    ],
)
def test_percent_has_a_decimal_only_near_the_ends(value: float, said: str) -> None:
    assert words.percent(value) == said


def test_points_carry_their_sign() -> None:
    assert words.points(7.24) == "+7.2 points"
    assert words.points(-0.4) == "−0.4 points"


def test_counts() -> None:
    assert words.count(1, "open gap") == "1 open gap"
    assert words.count(1200, "person", "people") == "1,200 people"


def test_an_instant_is_told_in_its_zone_and_names_it() -> None:
    instant = dt.datetime(2026, 3, 14, 5, tzinfo=dt.UTC)
    assert words.moment(instant, "America/Chicago") == "14 Mar 2026, 00:00 CDT"
    assert words.moment(instant.replace(tzinfo=None), "Europe/Paris") == "14 Mar 2026, 06:00 CET"


def test_headline_in_one_and_in_many() -> None:
    assert (
        words.headline(gaps=12, people=9, sites=3, critical=2, longest_days=41.0)
        == "12 open gaps on 9 people at 3 sites, 2 critical; 41 days the longest."
    )
    assert (
        words.headline(gaps=1, people=1, sites=1, critical=0, longest_days=0.5)
        == "1 open gap on 1 person, none critical; 12 h the longest."
    )


def test_source_text_never_becomes_markup() -> None:
    hostile = "<script>x</script> [a](javascript:alert(1)) **b** `c` $d$ :red[e] # f | g"
    told = words.plain(hostile)
    for sign in "<>[]*`$:#|":
        assert all(told[place - 1] == "\\" for place, found in enumerate(told) if found == sign), sign
    assert words.plain(None) == ""
    assert words.plain("Ana-Lucía O'Neil") == "Ana-Lucía O'Neil"


def test_a_person_without_a_name_is_their_id() -> None:
    assert words.person(None, "0042") == "0042"
    assert words.person("Dana Ruiz", "W1042") == "Dana Ruiz (W1042)"


def test_sentence_case_keeps_capitals_that_mean_something() -> None:
    assert words.sentence_case("no LMS account") == "No LMS account"
    assert words.sentence_case(words.CAUSES["not_recorded"]) == "HR had not recorded the role"


@pytest.mark.parametrize(
    ("said", "tidy"),
    [
        ("promises 1 h, but nine in ten take 1417.3 h", "Promises 1 h, but nine in ten take 59 days"),
        ("promises 0.25 h, but 4 h is needed", "Promises 15 min, but 4 h is needed"),
        ("95.3 % (14821 of 15550) are in the HRIS", "95.3% (14,821 of 15,550) are in the HRIS"),
        ("since 2026-03-14, in 1910.1030 and 29104-b", "Since 2026-03-14, in 1910.1030 and 29104-b"),
    ],
)
def test_a_sentence_of_the_report_is_tidied(said: str, tidy: str) -> None:
    assert words.tidy(said) == tidy


def test_a_time_zone_is_named_by_its_place() -> None:
    assert [words.zone(name) for name in ("America/New_York", "UTC")] == ["New York time", "UTC"]
