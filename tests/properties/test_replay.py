"""What must hold of the replay in any world, so that a slip in it shows without the product."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.random_worlds import random_world
from properties.replay import Tables, replay
from properties.replay_text import END, add_months, local_instant
from properties.shrinking import shrink
from worlds import World, read_world, write_world

SEEDS = st.integers(min_value=0, max_value=1_000_000)


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def _grouped(rows: list[dict[str, object]], *columns: str) -> dict[tuple[object, ...], list[dict[str, Any]]]:
    groups: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in columns), []).append(row)
    return groups


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_states_of_one_assignment_never_overlap(seed: int) -> None:
    states = _grouped(replay(random_world(seed))["role_states"], "worker_id", "assignment_key")
    for rows in states.values():
        rows.sort(key=lambda row: row["valid_from"])
        assert all((one["valid_to"] or END) <= two["valid_from"] for one, two in pairwise(rows))


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_verdict_agrees_with_its_instants(seed: int) -> None:
    world = random_world(seed)
    for row in replay(world)["event_responses"]:
        _check_verdict(row, _instant(world.as_of))


def _check_verdict(row: dict[str, Any], as_of: dt.datetime) -> None:
    answered = row["responded_at"]
    assert (answered is None) == (row["verdict"] in ("missing", "pending", "not_evaluable"))
    if answered is not None:
        assert answered <= as_of
        expected = "early" if answered < row["clock_at"] else "on_time" if answered <= row["due_at"] else "late"
        assert row["verdict"] == expected


def _bags(tables: Tables) -> dict[str, list[str]]:
    return {table: sorted(repr(sorted(row.items(), key=str)) for row in rows) for table, rows in tables.items()}


@pytest.mark.parametrize("seed", range(10))
def test_world_survives_its_folder(seed: int, tmp_path: Path) -> None:
    world, folder = random_world(seed), tmp_path
    write_world(world, folder)
    assert _bags(replay(read_world(folder))) == _bags(replay(world))


def test_shrinking_keeps_what_fails_and_little_else() -> None:
    def has_leave(world: World) -> bool:
        return any(row["status"] == "leave" for load in world.loads for row in load.feeds["role_history"])

    world = next(world for world in map(random_world, range(1000)) if has_leave(world))
    small = shrink(world, has_leave, budget=2_000)
    assert has_leave(small)
    assert sum(len(rows) for load in small.loads for rows in load.feeds.values()) == 1


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-01-05T00:00", "America/Chicago", "2026-01-05T06:00:00Z"),
        ("2026-04-24T00:00", "Africa/Cairo", "2026-04-23T22:00:00Z"),  # skipped: the instant of the change
        ("2026-04-24T00:30", "Africa/Cairo", "2026-04-23T22:00:00Z"),
        ("2026-11-01T00:00", "America/Havana", "2026-11-01T04:00:00Z"),  # occurs twice: the earlier
        ("2026-03-08T00:00", "America/Havana", "2026-03-08T05:00:00Z"),
    ],
)
def test_local_times_at_clock_changes(local: str, zone: str, utc: str) -> None:
    assert local_instant(dt.datetime.fromisoformat(local), zone) == _instant(utc)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2024-02-29", 12, "2025-02-28"), ("2025-01-31", 1, "2025-02-28"), ("2025-08-31", 6, "2026-02-28")],
)
def test_months_clamp_to_the_end_of_the_month(start: str, months: int, end: str) -> None:
    assert add_months(_instant(f"{start}T12:30:00Z"), months) == _instant(f"{end}T12:30:00Z")
