"""The product and the plain replay give the same rows, in worlds nobody thought of."""

from __future__ import annotations

import pytest
from properties.compare import differences, differences_of_seeds, table_differences
from properties.crowds import crowd, only_group
from properties.random_modes import random_mode_world
from properties.random_worlds import random_world
from properties.replay import replay
from properties.shrinking import world_text


@pytest.mark.parametrize("seed", range(1, 26))
def test_product_gives_the_rows_of_the_replay(seed: int) -> None:
    world = random_world(seed)
    assert differences(world) == [], world_text(world)


@pytest.mark.parametrize("seed", range(1, 16))
def test_every_mode_of_loading_gives_the_rows_of_the_replay(seed: int) -> None:
    world = random_mode_world(seed)
    assert differences(world) == [], world_text(world)


def test_random_worlds_deliver_in_every_mode() -> None:
    worlds = [random_mode_world(seed) for seed in range(1, 16)]
    roles = {world.settings(name).mode for world in worlds for name in world.sources if name.startswith("role_history")}
    assert roles == {"full", "delta", "snapshot", "event"}
    assert any("role_history.status" in world.sources for world in worlds)
    assert any(list(world.loads) != sorted(world.loads, key=lambda load: load.loaded_at) for world in worlds)


def test_a_changed_row_is_seen() -> None:
    right = next(tables for tables in map(replay, map(random_world, range(100))) if tables["hr_events"])
    wrong = {**right, "hr_events": [{**row, "event_type": "none"} for row in right["hr_events"]]}
    assert table_differences(right, right) == []
    assert table_differences(right, wrong) != []


def test_two_processes_find_what_one_finds() -> None:
    assert list(differences_of_seeds([26, 27, 28], jobs=2)) == [(26, []), (27, []), (28, [])]


def test_a_group_of_a_crowd_fares_alone_as_in_the_crowd() -> None:
    whole = crowd(3, groups=4)
    rows = replay(whole)["requirement_periods"]
    alone = [row for group in range(4) for row in replay(only_group(whole, group))["requirement_periods"]]
    assert len(rows) > 4
    assert table_differences({"requirement_periods": rows}, {"requirement_periods": alone}) == []
