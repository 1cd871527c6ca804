"""The address says what a page is about, and says it again the same way."""

from __future__ import annotations

import datetime as dt

from gapwatch.dashboard.state import Scope, day_of


def test_a_full_address_survives_the_round_trip() -> None:
    query = {
        "as_of": "2026-03-14T06:00:00Z",
        "known_at": "2026-04-01T00:00:00Z",
        "site": "BAY1",
        "department": "Unit 100",
        "authority": "OSHA",
        "owner": "hr",
        "severity": "critical",
        "employment_type": "contractor",
    }
    scope, problems = Scope.from_query(query, zone="America/Chicago")
    assert not problems
    assert scope.to_query() == query
    assert scope.as_of == dt.datetime(2026, 3, 14, 6, tzinfo=dt.UTC)


def test_a_bare_date_is_midnight_in_the_organisations_zone() -> None:
    scope, _ = Scope.from_query({"as_of": "2026-03-14"}, zone="America/Chicago")
    assert scope.to_query() == {"as_of": "2026-03-14T05:00:00Z"}
    assert day_of(dt.datetime(2026, 3, 14, 5, tzinfo=dt.UTC), zone="America/Chicago") == dt.date(2026, 3, 14)
    assert day_of(dt.datetime(2026, 3, 14, 4, 59, tzinfo=dt.UTC), zone="America/Chicago") == dt.date(2026, 3, 13)


def test_what_cannot_be_read_is_named_and_not_guessed() -> None:
    scope, problems = Scope.from_query({"as_of": "14/03/2026", "site": "BAY1"}, zone="UTC")
    assert scope == Scope(site="BAY1")
    assert len(problems) == 1
    assert "as_of=14/03/2026" in problems[0]


def test_empty_and_foreign_parameters_mean_nothing() -> None:
    scope, problems = Scope.from_query({"site": "", "worker": "W1", "as_of": " "}, zone="UTC")
    assert scope == Scope()
    assert not problems
    assert scope.narrowed() == {}
