"""Crowds: random worlds of many small groups of people under one policy, one calendar and one set of loads.

A build of a crowd costs little more than that of one group, and shows far more people. Owns how groups are
brought together; what a group may hold is ``properties.random_worlds``'s matter. The invariants and the mutants use it.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Mapping
from dataclasses import replace

from properties.random_palette import written
from properties.random_worlds import WorldMaker
from worlds import Load, Row, Table, World

_NAMES = ("worker_id", "person_id", "account_id", "assignment_id", "completion_id", "exception_id")


def crowd(seed: int, *, groups: int = 24) -> World:
    """The crowd of that seed, every group with names of its own."""
    return _CrowdMaker(random.Random(seed)).crowd(groups)


def only_group(world: World, group: int) -> World:
    """A crowd's policy, calendar and loads with the people of one group."""

    def kept(rows: Table) -> Table:
        return tuple(
            row for row in rows if {_group_of(row[name]) for name in _NAMES if row.get(name)} <= {str(group), None}
        )

    loads = tuple(Load(load.loaded_at, {feed: kept(rows) for feed, rows in load.feeds.items()}) for load in world.loads)
    return replace(world, loads=loads, policy={table: kept(rows) for table, rows in world.policy.items()})


def _group_of(name: str) -> str | None:
    """The group in a name such as W1-3; None where it has none."""
    found = re.fullmatch(r".+-(\d+)", name)
    return found[1] if found else None


class _CrowdMaker(WorldMaker):
    def crowd(self, groups: int) -> World:
        calm, moving = self.is_calm, self.is_moving
        self.requirements = self.pick.sample(("R", "S", "T"), self.one((1, 2, 3, 3)))
        feeds: dict[str, Table] = {}
        exceptions: list[Row] = []
        overrides: list[Row] = []
        for group in range(groups):
            self.is_calm = self.maybe(0.5)
            self.is_moving = self.is_calm and self.maybe(0.4)
            self.workers = self.pick.sample(("W1", "W2", "007", "7"), self.one((1, 1, 2, 2, 3)))
            self.accounts = []
            made = self.feeds()
            made["lms_completions"] += tuple(_again(row, "completion_id") for row in self.completion_rows())
            made["lms_assignments"] += tuple(_again(row, "assignment_id") for row in self.assignment_rows()[1:])
            for feed, rows in made.items():
                own = rows if feed in ("sites", "jobs", "lms_courses") else tuple(_renamed(row, group) for row in rows)
                feeds[feed] = own if own is rows else (*feeds.get(feed, ()), *(row for row in own if row))
            for number in range(self.one((0, 0, 1, 2))):
                exceptions.append(_renamed(self.exception(number), group) or {})
            for _ in range(self.one((0, 0, 1))):
                overrides.append(_renamed(self.override(), group) or {})
        self.is_calm, self.is_moving = calm, moving
        loads = self.loads(feeds)
        policy = {
            "requirements": tuple(self.requirement(name) for name in self.requirements),
            "requirement_rules": tuple(self.rule(number) for number in range(1, self.one((3, 5, 8)))),
            "course_credits": self.credits(),
            "exceptions": tuple(exceptions),
            "retrain_orders": tuple(self.order() for _ in range(self.one((0, 1, 2, 3)))),
            "event_slas": tuple(self.sla() for _ in range(self.one((0, 4, 9)))),
            "identity_overrides": tuple(overrides),
        }
        known_at = self.known_at(loads) if len(loads) > 1 and self.maybe(0.4) else None
        return World(
            timezone=self.zone,
            loads=loads,
            policy=policy,
            sources=self.settings(),
            as_of=written(self.as_of - dt.timedelta(seconds=self.one((0, 0, 0, 1)))),
            known_at=known_at,
        )

    def credits(self) -> Table:
        """As random policies have them, and for most requirements one that asks nothing."""
        plain: list[Row] = [
            {"course_id": self.one(self.courses), "requirement_id": name}
            for name in self.requirements
            if self.maybe(0.7)
        ]
        return (*(self.credit(place) for place in range(self.one((1, 3, 5)))), *plain)


def _again(row: Row, name: str) -> Row:
    return {**row, name: f"{row[name]}x"}


def _renamed(row: Row, group: int) -> Row:
    """The row with the group's names; empty for what only the first group has (the account that opens the feeds)."""
    if row.get("account_id") == "A0":
        return row if group == 0 else {}
    mark = f"-{group}"
    names: Mapping[str, str] = {name: f"{row[name]}{mark}" for name in _NAMES if row.get(name)}
    more = dict(names)
    if row.get("worker_ref"):
        more["worker_ref"] = f"{row['worker_ref']}{mark}"
    if row.get("username"):
        more["username"] = f"{row['username']}{mark}"
    if row.get("email"):
        more["email"] = row["email"].replace("@", f"{mark}@")
    approver = row.get("approved_by", "")
    if approver and approver not in ("ann", "bob"):
        more["approved_by"] = f"{approver}{mark}"
    return {**row, **more}
