"""Worlds made from a world that must, or must not, be answered differently.

Owns the changes: other orders, knowledge that came too late, further completions. Every draw comes from the dice given.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from properties.random_palette import written
from worlds import Load, Row, Table, World, read_table, write_table

from gapwatch.feeds import FEEDS

_POLICY_KEYS: Final[Mapping[str, tuple[str, ...]]] = {"identity_overrides": ("account_id",)}


def shuffled(world: World, dice: random.Random) -> World:
    """The rows of every feed and policy table in another order.

    The contract lets the later of two rows hold where they are equal in all that comes before, so rows that may be so
    keep their order among themselves.
    """
    return replace(
        world,
        loads=tuple(
            Load(load.loaded_at, {feed: _shuffled(feed, rows, dice) for feed, rows in load.feeds.items()})
            for load in world.loads
        ),
        policy={table: _shuffled(table, rows, dice) for table, rows in world.policy.items()},
    )


def _shuffled(name: str, rows: Table, dice: random.Random) -> Table:
    ties = [_tie(name, row) for row in rows]
    dice.shuffle(ties)
    waiting: dict[object, list[Row]] = {}
    for row in rows:
        waiting.setdefault(_tie(name, row), []).append(row)
    return tuple(waiting[tie].pop(0) for tie in ties)


def _tie(name: str, row: Row) -> object:
    """Equal for rows between which their order may decide."""
    if name == "role_history":
        return row["worker_id"], row["assignment_key"] or "primary", row["sequence"] or "0"
    key = FEEDS[name].key if name in FEEDS else _POLICY_KEYS.get(name, ())
    return tuple(row.get(column) for column in key) if key else tuple(sorted(row.items()))


def backwards(world: World) -> World:
    """The newer loads taken in before the older ones, each with its own ``loaded_at``."""
    newest = max(load.loaded_at for load in world.loads)
    return replace(world, loads=world.loads[::-1], known_at=world.known_at or newest)


def rearranged(dice: random.Random) -> Callable[[Path], None]:
    """Splits every feed of a written world over two files and names the sources in another order."""

    def arrange(folder: Path) -> None:
        for path in sorted(folder.glob("feeds-*/*.csv")):
            rows, feed = read_table(path), path.stem
            columns = path.read_text(encoding="utf-8").partition("\n")[0].split(",")
            first = {tie for tie in {_tie(feed, row) for row in rows} if dice.random() < 0.5}
            for number, is_first in enumerate(dice.sample((True, False), 2)):
                part = [row for row in rows if (_tie(feed, row) in first) == is_first]
                write_table(path.with_name(f"{feed}-{number}.csv"), part, columns=columns)
            path.unlink()
        settings = folder / "gapwatch.toml"
        head, *sources = settings.read_text(encoding="utf-8").split("[[sources]]")
        dice.shuffle(sources)
        text = "[[sources]]".join([head, *sources])
        settings.write_text(re.sub(r'path = "feeds/(\w+)\.csv"', r'path = "feeds/\1-*.csv"', text), encoding="utf-8")

    return arrange


def known_by_its_newest_load(world: World) -> World:
    """The world with its ``known_at`` written down, so that later loads don't move it."""
    return replace(world, known_at=world.known_at or max(load.loaded_at for load in world.loads))


def with_later_knowledge(world: World, other: World, dice: random.Random) -> World:
    """The world and what was learnt after its ``known_at``.

    All that another world's last load says, loaded later, and in its own loads rows recorded, exceptions approved and
    links decided later.
    """
    known_at = dt.datetime.fromisoformat(world.known_at or "")
    later = [written(known_at + dt.timedelta(seconds=seconds)) for seconds in (1, 3600, 86_400 * 40)]
    loads = [
        Load(
            load.loaded_at,
            {
                **load.feeds,
                "role_history": (
                    *load.feeds["role_history"],
                    *_copies(
                        load.feeds["role_history"],
                        dice,
                        lambda number, row: {
                            "sequence": str(100 + number),
                            "recorded_at": dice.choice(later),
                            "status": dice.choice(("active", "leave", "terminated")),
                            "job_code": dice.choice(("OP", "OP2", row["job_code"])),
                        },
                    ),
                ),
                "lms_completions": (
                    *load.feeds["lms_completions"],
                    *_copies(
                        load.feeds["lms_completions"],
                        dice,
                        lambda number, _: {
                            "completion_id": f"later-{number}",
                            "recorded_at": dice.choice(later),
                            "result": "passed",
                        },
                    ),
                ),
            },
        )
        for load in world.loads
    ]
    exceptions = world.policy["exceptions"]
    overrides = world.policy["identity_overrides"]
    workers = sorted({row["worker_id"] for load in world.loads for row in load.feeds["role_history"]})
    policy = {
        **world.policy,
        "exceptions": (
            *exceptions,
            *_copies(
                exceptions,
                dice,
                lambda number, _: {"exception_id": f"later-{number}", "approved_at": dice.choice(later)},
            ),
        ),
        "identity_overrides": (
            *overrides,
            *_copies(
                overrides, dice, lambda _, __: {"worker_id": dice.choice(workers), "decided_at": dice.choice(later)}
            ),
        ),
    }
    last = Load(dice.choice(later), other.loads[-1].feeds)
    return replace(world, loads=(*loads, last), policy=policy)


def _copies(rows: Table, dice: random.Random, change: Callable[[int, Row], Row]) -> Table:
    """Some of the rows once more, changed."""
    chosen = dice.sample(range(len(rows)), min(len(rows), 12))
    return tuple({**rows[place], **change(number, rows[place])} for number, place in enumerate(chosen))


def with_completions(world: World, dice: random.Random, *, count: int = 12) -> World:
    """The world with further passing completions, in every load and recorded from the start.

    They are of its accounts and courses, at instants at which something happens in it, or just beside.
    """
    feeds = world.loads[-1].feeds
    accounts = sorted({row["account_id"] for row in feeds["lms_accounts"]})
    courses = sorted({row["course_id"] for row in world.policy["course_credits"]} | {"C"})
    instants = [
        dt.datetime.fromisoformat(value)
        for table in ("lms_assignments", "lms_completions", "lms_accounts")
        for row in feeds[table]
        for value in row.values()
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value or "")
    ]
    beside = [dt.timedelta(), dt.timedelta(), dt.timedelta(seconds=1), dt.timedelta(seconds=-1), dt.timedelta(days=3)]
    rows = []
    for number in range(count):
        moment = dice.choice(instants) + dice.choice(beside)
        expires = dice.choice(instants) if dice.random() < 0.3 else None
        rows.append(
            {
                "completion_id": f"further-{number}",
                "account_id": dice.choice(accounts),
                "course_id": dice.choice(courses),
                "completed_at": written(moment),
                "result": dice.choice(("passed", "completed")),
                "expires_at": written(expires) if expires else "",
                "recorded_at": written(dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
                "site": dice.choice(("", "", "BAY1", "NYC")),
            }
        )
    return replace(
        world,
        loads=tuple(
            Load(load.loaded_at, {**load.feeds, "lms_completions": (*load.feeds["lms_completions"], *rows)})
            for load in world.loads
        ),
    )
