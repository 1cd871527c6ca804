"""What must hold in every world, whatever the rules say of it: of the replay on many, of the product on crowds.

Knows no rule but the ones named here. Each statement is also shown to notice its breach.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.compare import table_differences
from properties.crowds import crowd
from properties.invariants import broken_invariants, opened_by_a_completion, states_before_and_after
from properties.product import build_world, load_world, product_tables
from properties.random_worlds import random_world
from properties.replay import Tables, replay
from properties.variations import (
    backwards,
    known_by_its_newest_load,
    rearranged,
    shuffled,
    with_completions,
    with_later_knowledge,
)
from worlds import World, write_world

CROWDS: Final = (36, 3)  # two loads; one load
SEEDS: Final = st.integers(min_value=0, max_value=1_000_000)
MANY: Final = settings(max_examples=100, deadline=None)


def _as_of(world: World) -> dt.datetime:
    return dt.datetime.fromisoformat(world.as_of)


def product(world: World, *, arrange: Callable[[Path], None] | None = None) -> Tables:
    """The product's rows, from a folder that is gone again."""
    with tempfile.TemporaryDirectory() as folder:
        return product_tables(world, Path(folder), arrange=arrange)


def replayed(world: World) -> Tables:
    """The replay's rows, each with every column of its table: those of orphan accounts lack some."""
    tables = replay(world)
    columns = {table: {name for row in rows for name in row} for table, rows in tables.items()}
    return {table: [dict.fromkeys(columns[table]) | row for row in rows] for table, rows in tables.items()}


@cache
def _world(seed: int) -> World:
    return known_by_its_newest_load(crowd(seed))


@cache
def _answer(seed: int) -> Tables:
    return product(_world(seed))


def test_crowds_have_what_the_invariants_speak_of() -> None:
    assert [len(_world(seed).loads) for seed in CROWDS] == [2, 1]
    states = {row["state"] for seed in CROWDS for row in _answer(seed)["compliance_timeline"]}
    assert {"trained", "gap", "waived", "on_leave"} <= states
    assert sum(len(_answer(seed)["gaps"]) for seed in CROWDS) > 60


@pytest.mark.parametrize("seed", CROWDS)
def test_product_keeps_the_invariants(seed: int) -> None:
    assert broken_invariants(_answer(seed), as_of=_as_of(_world(seed))) == []


@given(SEEDS)
@MANY
def test_replay_keeps_the_invariants(seed: int) -> None:
    world = random_world(seed)
    assert broken_invariants(replayed(world), as_of=_as_of(world)) == []


@pytest.mark.parametrize("seed", CROWDS)
def test_order_of_rows_changes_nothing(seed: int) -> None:
    other = shuffled(_world(seed), random.Random(seed))
    assert other != _world(seed)
    assert table_differences(_answer(seed), product(other)) == []


@given(SEEDS)
@MANY
def test_order_of_rows_changes_nothing_in_the_replay(seed: int) -> None:
    world = random_world(seed)
    assert table_differences(replayed(world), replayed(shuffled(world, random.Random(seed)))) == []


@pytest.mark.parametrize("seed", CROWDS)
def test_order_and_number_of_files_change_nothing(seed: int) -> None:
    assert table_differences(_answer(seed), product(_world(seed), arrange=rearranged(random.Random(seed)))) == []


@pytest.mark.parametrize("known", [0, 1])
def test_order_of_loads_changes_nothing(known: int) -> None:
    world = crowd(32, groups=9)
    assert len(world.loads) == 2
    assert all(len(rows) < 100 for load in world.loads for rows in load.feeds.values())  # the guard holds large ones
    world = dataclasses.replace(world, known_at=world.loads[known].loaded_at)
    assert table_differences(replay(world), product(backwards(world))) == []


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    world = _world(CROWDS[0])
    write_world(world, tmp_path)
    load_world(world, tmp_path)
    first = build_world(world, tmp_path)
    load_world(world, tmp_path)
    assert table_differences(first, build_world(world, tmp_path)) == []
    assert table_differences(_answer(CROWDS[0]), first) == []


@pytest.mark.parametrize("seed", CROWDS)
def test_knowledge_after_known_at_changes_nothing(seed: int) -> None:
    other = with_later_knowledge(_world(seed), crowd(seed + 1), random.Random(seed))
    assert table_differences(_answer(seed), product(other)) == []


@given(SEEDS)
@MANY
def test_knowledge_after_known_at_changes_nothing_in_the_replay(seed: int) -> None:
    world = known_by_its_newest_load(random_world(seed))
    other = with_later_knowledge(world, random_world(seed + 1), random.Random(seed))
    assert table_differences(replayed(world), replayed(other)) == []


def test_later_knowledge_is_knowledge_once_it_is_known() -> None:
    world = _world(CROWDS[1])
    other = with_later_knowledge(world, crowd(CROWDS[1] + 1), random.Random(1))
    later = dataclasses.replace(other, known_at=max(load.loaded_at for load in other.loads))
    assert table_differences(replayed(world), replayed(later)) != []


@pytest.mark.parametrize("seed", CROWDS)
def test_a_completion_never_opens_a_gap(seed: int) -> None:
    after = product(with_completions(_world(seed), random.Random(seed), count=40))
    assert opened_by_a_completion(_answer(seed), after) == []
    assert len(after["credential_periods"]) > len(_answer(seed)["credential_periods"])


@given(SEEDS)
@MANY
def test_a_completion_never_opens_a_gap_in_the_replay(seed: int) -> None:
    world = random_world(seed)
    after = replayed(with_completions(world, random.Random(seed)))
    assert opened_by_a_completion(replayed(world), after) == []


def test_grace_is_what_a_completion_may_take() -> None:
    def takes_grace(seed: int) -> bool:
        world = random_world(seed)
        after = replayed(with_completions(world, random.Random(seed)))
        steps = states_before_and_after(replayed(world), after)
        return any((old, new) == ("in_grace", "gap") for _, _, old, new in steps)

    assert any(map(takes_grace, range(30_200, 31_000)))


# Each statement notices its breach.


def _rows_of_replay() -> tuple[Tables, dt.datetime]:
    world = _world(CROWDS[1])
    return replayed(world), _as_of(world)


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("compliance_timeline", lambda rows: rows[1:], "tiling"),
        ("compliance_timeline", lambda rows: [*rows, rows[0]], "tiling"),
        ("compliance_timeline", lambda rows: [{**row, "cause": None} for row in rows], "states"),
        ("compliance_timeline", lambda rows: [{**rows[0], "state": "fine"}, *rows[1:]], "states"),
        ("gaps", lambda rows: rows[1:], "gaps"),
        ("gaps", lambda rows: [{**row, "exposure_days": row["exposure_days"] + 0.001} for row in rows], "gaps"),
        ("gaps", lambda rows: [{**row, "days_expired": row["days_expired"] + 0.001} for row in rows], "gaps"),
        ("compliance", lambda rows: [{**row, "trained": row["trained"] + 1} for row in rows], "compliance"),
    ],
)
def test_a_breach_is_noticed(table: str, change: Callable[..., list[dict[str, object]]], said: str) -> None:
    tables, as_of = _rows_of_replay()
    assert broken_invariants(tables, as_of=as_of) == []
    broken = broken_invariants({**tables, table: change(tables[table])}, as_of=as_of)
    assert any(line.startswith(f"{said}:") for line in broken)


def test_a_gap_that_a_completion_opened_is_noticed() -> None:
    tables, _ = _rows_of_replay()
    timeline = tables["compliance_timeline"]
    worse = [{**row, "state": "gap"} if row["state"] == "trained" else row for row in timeline]
    assert opened_by_a_completion(tables, {**tables, "compliance_timeline": worse}) != []
    assert opened_by_a_completion(tables, {**tables, "credential_periods": []}) != []
