"""Make a failing world small: drop loads, tables, rows and cells as long as it still fails.

Owns the greedy search and the text form of a world. Knows neither the replay nor the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from worlds import Load, Row, SourceSettings, Table, World, feed_of

from gapwatch.feeds import FEEDS

_KEPT_CELLS: Final[dict[str, frozenset[str]]] = {
    "requirements": frozenset({"requirement_id", "title"}),
    "requirement_rules": frozenset({"rule_id", "requirement_id"}),
    "course_credits": frozenset({"course_id", "requirement_id"}),
    "exceptions": frozenset({"exception_id", "worker_id", "requirement_id", "kind", "starts_on", "ends_on"}),
    "retrain_orders": frozenset({"requirement_id", "effective_on"}),
    "event_slas": frozenset({"event_type", "action", "max_hours"}),
    "identity_overrides": frozenset({"account_id", "decided_by", "decided_at"}),
}


def shrink(world: World, fails: Callable[[World], bool], *, budget: int = 300) -> World:
    """The smallest world found that still fails, asking ``fails`` at most ``budget`` times."""
    asked = 0
    improved = True
    while improved:
        improved = False
        for step in (_fewer_loads, _fewer_tables, _fewer_rows, _fewer_settings, _fewer_cells):
            tried_all = False
            while not tried_all:
                tried_all = True
                for smaller in step(world):
                    if asked >= budget:
                        return world
                    asked += 1
                    if fails(smaller):
                        world, improved, tried_all = smaller, True, step is _fewer_loads
                        break
    return world


def _fewer_loads(world: World) -> Iterator[World]:
    for place in range(len(world.loads) - 1):
        loads = world.loads[:place] + world.loads[place + 1 :]
        yield replace(world, loads=loads, known_at=None)
    if world.known_at is not None:
        yield replace(world, known_at=None)


def _fewer_tables(world: World) -> Iterator[World]:
    for feed in world.feeds:
        if any(load.feeds.get(feed) for load in world.loads):
            yield _with_feed(world, feed, lambda _: ())
    for table, rows in world.policy.items():
        if rows and table != "requirements":
            yield replace(world, policy={**world.policy, table: ()})


def _fewer_rows(world: World) -> Iterator[World]:
    for feed in world.feeds:
        for gone in {_identity(feed, row): row for load in world.loads for row in load.feeds.get(feed, ())}:

            def without(rows: Table, feed: str = feed, gone: object = gone) -> Table:
                return tuple(row for row in rows if _identity(feed, row) != gone)

            yield _with_feed(world, feed, without)
    for table, rows in world.policy.items():
        for place in range(len(rows)):
            policy = {**world.policy, table: rows[:place] + rows[place + 1 :]}
            if _is_whole(policy):
                yield replace(world, policy=policy)


def _fewer_settings(world: World) -> Iterator[World]:
    for feed, settings in world.sources.items():
        if settings != SourceSettings():
            yield replace(world, sources={**world.sources, feed: SourceSettings()})


def _fewer_cells(world: World) -> Iterator[World]:
    for feed in world.feeds:
        optional = {column.name for column in FEEDS[feed_of(feed)].columns if not column.required}
        for identity in {_identity(feed, row): row for load in world.loads for row in load.feeds.get(feed, ())}:
            for column in sorted(optional):

                def blanked(rows: Table, feed: str = feed, identity: object = identity, name: str = column) -> Table:
                    return tuple(
                        {**row, name: ""} if _identity(feed, row) == identity and row.get(name) else row for row in rows
                    )

                smaller = _with_feed(world, feed, blanked)
                if smaller != world:
                    yield smaller
    for table, rows in world.policy.items():
        for place, row in enumerate(rows):
            for column, value in row.items():
                if value and column not in _KEPT_CELLS[table]:
                    fewer = (*rows[:place], {**row, column: ""}, *rows[place + 1 :])
                    yield replace(world, policy={**world.policy, table: fewer})


def _identity(feed: str, row: Row) -> object:
    key = FEEDS[feed_of(feed)].key
    return tuple(row.get(name) or "" for name in key) if key else tuple(sorted(row.items()))


def _with_feed(world: World, feed: str, change: Callable[[Table], Table]) -> World:
    loads = tuple(
        Load(load.loaded_at, {**load.feeds, feed: change(load.feeds[feed])}) if feed in load.feeds else load
        for load in world.loads
    )
    return replace(world, loads=loads)


def _is_whole(policy: Mapping[str, Table]) -> bool:
    """Whether every row names a requirement that is there; one that does not is a configuration error."""
    names = {row["requirement_id"] for row in policy.get("requirements", ())}
    return all(row["requirement_id"] in names for rows in policy.values() for row in rows if "requirement_id" in row)


def world_text(world: World) -> str:
    """The world for a reader: settings, then every table that has rows, without its empty columns."""
    lines = [f"timezone={world.timezone} as_of={world.as_of} known_at={world.known_at}"]
    lines += [f"[{feed}] {settings}" for feed, settings in world.sources.items() if settings != SourceSettings()]
    for number, load in enumerate(world.loads, start=1):
        lines.append(f"load {number} at {load.loaded_at}")
        for feed, rows in load.feeds.items():
            lines += _table_text(feed, rows)
    for table, rows in world.policy.items():
        lines += _table_text(table, rows)
    return "\n".join(lines)


def _table_text(name: str, rows: Table) -> list[str]:
    return [f"  {name}: " + " ".join(f"{column}={value}" for column, value in row.items() if value) for row in rows]
