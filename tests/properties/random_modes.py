"""Random worlds whose sources deliver in every mode: several loads, some late, some twice, with knowledge between them.

``random_mode_world(seed)`` starts from the rows of a random world and lets every source tell them bit by bit: additions
and deletions, rosters with and without dates, changes alone, and roles on two timelines. Owns no rule.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from properties.random_palette import ZONES, written
from properties.random_worlds import WorldMaker
from worlds import Load, Row, SourceSettings, Table, World, feed_of

from gapwatch.feeds import FEEDS

_TOLD: Final = ("workers", "role_history", "lms_accounts", "lms_assignments", "lms_completions", "lms_logins")
_EMPTY: Final = "(none)"
_STATUS: Final = ("status", "employment_type", "contract_end_on")
_MODES: Final = ("full", "delta", "snapshot", "event")


def random_mode_world(seed: int) -> World:
    """The world of that seed."""
    return _ModeMaker(random.Random(seed)).mode_world()


class _ModeMaker(WorldMaker):
    def mode_world(self) -> World:
        feeds = self.feeds()
        sources = {name: self.mode_settings(name) for name in feeds}
        if sources["role_history"].mode != "snapshot" and self.maybe(0.4):
            sources["role_history"] = self.mode_settings("role_history", carries="changes")
            sources["role_history.status"] = self.mode_settings("role_history", carries="changes")
        moments = self.moments()
        loads: list[dict[str, Table]] = [{} for _ in moments]
        for name, settings in sources.items():
            rows = feeds[feed_of(name)]
            if feed_of(name) == "role_history" and "role_history.status" in sources:
                rows = tuple(self.timeline(row, is_status=name != "role_history") for row in rows)
            for load, table in zip(loads, self.told(name, settings, rows, len(moments)), strict=True):
                load[name] = table
        made = [Load(written(moment), load) for moment, load in zip(moments, loads, strict=True)]
        if self.maybe(0.3):
            self.pick.shuffle(made)
        known_at = written(moments[-1])
        if self.maybe(0.6):
            known_at = written(self.one([moment for moment in [*moments, *self.instants] if moment >= moments[0]]))
        return World(
            timezone=self.zone,
            loads=tuple(made),
            policy=self.policy(),
            sources=sources,
            as_of=written(self.as_of),
            known_at=known_at,
        )

    def moments(self) -> list[dt.datetime]:
        count = self.one((2, 3, 3, 4))
        latest = self.as_of if self.maybe(0.6) else self.one(self.instants)
        before = [moment for moment in self.instants if moment < latest]
        found = {latest, *self.pick.sample(before, min(count - 1, len(before)))}
        while len(found) < count:
            found.add(min(found) - dt.timedelta(days=1))
        return sorted(found)

    def mode_settings(self, name: str, *, carries: str | None = None) -> SourceSettings:
        told = name in _TOLD
        mode = self.one(_MODES if carries is None else ("full", "delta", "event")) if told else "full"
        if told and carries is None and mode == "delta" and FEEDS[name].key and self.maybe(0.2):
            carries = "changes"
        is_role = name == "role_history"
        changes = mode == "event" or carries == "changes"
        return SourceSettings(
            timezone=self.one(ZONES) if self.maybe(0.2) else None,
            end_dates=self.one(("exclusive", "exclusive", "inclusive")) if is_role else "exclusive",
            termination_dates=self.one(("first_day", "first_day", "last_day")) if is_role else "first_day",
            covers_from=self.day() if name.startswith("lms") and self.maybe(0.05) else None,
            mode=mode,
            carries=carries,
            emptied_by=_EMPTY if changes and self.maybe(0.7) else None,
            is_undated=is_role and mode == "snapshot" and self.maybe(0.5),
        )

    def timeline(self, row: Row, *, is_status: bool) -> Row:
        """The row as one of two timelines knows it."""
        kept = {*FEEDS["role_history"].identity, "recorded_at", "effective_to"}
        return {
            name: value if name in kept or (name in _STATUS) == is_status or self.maybe(0.05) else ""
            for name, value in row.items()
        }

    def told(self, name: str, settings: SourceSettings, rows: Table, count: int) -> list[Table]:
        """What each load says; the last of a full source says ``rows``."""
        if feed_of(name) not in _TOLD:
            return [rows] * count
        is_changes = settings.carries_changes
        tables: list[Table] = []
        for number in range(count):
            if tables and self.maybe(0.12):
                tables.append(self.one(tables))
            elif settings.mode == "full" and number == count - 1 and not is_changes:
                tables.append(rows)
            else:
                share = 0.85 if settings.mode in ("full", "snapshot") or number == 0 else 0.5
                said = [self.variant(name, row, rows, calm=number == 0) for row in rows if self.maybe(share)]
                if is_changes:
                    said = [self.change(name, row, settings, share=0.3 if number == 0 else 0.6) for row in said]
                said += [self.deletion(name, row) for row in rows if self.maybe(0.02 if number == 0 else 0.1)]
                self.pick.shuffle(said)
                if settings.is_undated:
                    said = [
                        {column: value for column, value in row.items() if column != "effective_from"} for row in said
                    ]
                tables.append(tuple(said))
        return tables

    def variant(self, name: str, row: Row, rows: Table, *, calm: bool) -> Row:
        """The row, or one in which a cell is as in another row; now and then of another day."""
        feed = feed_of(name)
        if calm and self.maybe(0.6):
            return row
        changed = dict(row)
        for _ in range(self.one((0, 1, 1, 2))):
            column = self.one([column for column in row if column not in FEEDS[feed].identity] or list(row))
            changed[column] = self.one(rows).get(column, "")
        if feed == "role_history" and self.maybe(0.25):
            changed["effective_from"] = self.effective()
        if feed == "lms_accounts" and self.maybe(0.4):
            changed["status"] = self.one(("active", "inactive"))
            changed["deactivated_at"] = self.one(("", "", row["deactivated_at"]))
        return changed

    def change(self, name: str, row: Row, settings: SourceSettings, *, share: float) -> Row:
        """The row with cells left out, or said to be empty."""
        feed = feed_of(name)
        changed = dict(row)
        for column in row:
            if column in FEEDS[feed].identity:
                continue
            if self.maybe(share):
                changed[column] = ""
            elif settings.emptied_by and self.maybe(0.08):
                changed[column] = settings.emptied_by
            elif column in ("contract_end_on", "deactivated_at", "removed_at", "expires_at") and self.maybe(0.08):
                changed[column] = "9999-12-31"
        return changed

    def deletion(self, name: str, row: Row) -> Row:
        """A row that says that its key is deleted."""
        key = FEEDS[feed_of(name)].identity
        return {
            **{column: row.get(column, "") if column in key or self.maybe(0.2) else "" for column in row},
            "is_deleted": "true",
        }
