"""The palette of a random world: a handful of dates and instants, drawn again and again so that they collide.

Owns every small choice. Knows no feed and no rule.
"""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from collections.abc import Sequence
from typing import Final, TypeVar

_T = TypeVar("_T")

ZONES: Final = ("America/Chicago", "America/New_York", "Africa/Cairo", "America/Havana", "UTC")
SITES: Final = ("BAY1", "NYC", "CAI", "HAV", "NOZ")
_CENTRES: Final = (
    dt.date(2024, 2, 29),
    dt.date(2025, 1, 31),
    dt.date(2025, 2, 28),
    dt.date(2026, 3, 8),
    dt.date(2026, 4, 24),
    dt.date(2026, 11, 1),
)
_OFFSETS: Final = (
    -730,
    -366,
    -365,
    -60,
    -31,
    -30,
    -29,
    -28,
    -14,
    -7,
    -2,
    -1,
    0,
    1,
    2,
    7,
    28,
    30,
    31,
    59,
    365,
    366,
)


def written(moment: dt.datetime) -> str:
    """An instant as feeds write it: 2026-01-05T06:00:00Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Palette:
    """One world's dates, instants and names, and the dice."""

    def __init__(self, pick: random.Random) -> None:
        self.pick = pick
        centre = pick.choice(_CENTRES)
        offsets = sorted(pick.sample(_OFFSETS, pick.randint(4, 7)))
        self.dates = sorted({centre, *(centre + dt.timedelta(days=offset) for offset in offsets)})
        self.zone = pick.choice(ZONES[:4])
        zones = [self.zone, pick.choice(ZONES)]
        self.instants = sorted(
            {
                dt.datetime.combine(day, dt.time(), zoneinfo.ZoneInfo(zone)).astimezone(dt.UTC) + offset
                for day in self.dates
                for zone in zones
                for offset in (dt.timedelta(), pick.choice((dt.timedelta(hours=1), dt.timedelta(hours=24))))
            }
        )
        self.as_of = pick.choice(self.instants[len(self.instants) // 2 :])
        self.sites = [pick.choice(SITES) for _ in range(2)]
        self.workers = pick.sample(("W1", "W2", "007", "7"), pick.choice((1, 1, 2, 2, 3, 4)))
        self.courses = ("C", "C", "C", "C2", "C3")
        self.requirements: list[str] = pick.sample(("R", "S", "T"), pick.choice((1, 1, 2, 2, 3)))
        self.accounts: list[str] = []
        self.is_calm = self.maybe(0.5)  # accounts and records in time, so that training alone goes wrong
        self.is_moving = self.is_calm and self.maybe(0.4)  # jobs change, each with training of its own

    def maybe(self, chance: float) -> bool:
        return self.pick.random() < chance

    def one(self, choices: Sequence[_T]) -> _T:
        return self.pick.choice(choices)

    def day(self, blank: float = 0.0) -> str:
        return "" if self.maybe(blank) else self.one(self.dates).isoformat()

    def at(self, blank: float = 0.0) -> str:
        """An instant of the palette; now and then a bare date or a clock time without offset."""
        if self.maybe(blank):
            return ""
        form = self.pick.random()
        if form < 0.04:
            return self.one(self.dates).isoformat()
        if form < 0.07:
            return f"{self.one(self.dates).isoformat()}T08:00:00"
        return written(self.one(self.instants))

    def early(self) -> str:
        return written(self.dates_start())

    def dates_start(self) -> dt.datetime:
        return self.instants[0] - dt.timedelta(days=3)

    def site(self, blank: float = 0.1) -> str:
        if self.maybe(blank):
            return ""
        return "XX" if self.maybe(0.03) else self.one(self.sites)
