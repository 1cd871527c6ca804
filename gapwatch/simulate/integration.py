"""How an HR change reaches the LMS at each site: runs, delays, and the failures that delay or swallow it.

Owns channels, their runs and errors. A channel answers when a change arrives, or that it never does, and why.
"""

from __future__ import annotations

import bisect
import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from gapwatch.simulate.clock import DAY, END, END_ON, HOUR, days, local_day, midnight
from gapwatch.simulate.company import NEW_JOBS, SITES
from gapwatch.simulate.world import SyncError, SyncRun, World

_LEAD_DAYS: Final = {"sftp": 4, "rest": 6, "scim": 3, "middleware": 3, "manual": 5}
_RUN_HOURS: Final = {
    "sftp": (2.5,),
    "rest": (0, 6, 12, 18),
    "scim": (3,),
    "middleware": (1, 5, 9, 13, 17, 21),
    "manual": (15,),
}
_FAULTS: Final = {"sftp": 0.05, "rest": 0.035, "scim": 0.04, "middleware": 0.045, "manual": 0.11}
_MESSAGES: Final = {
    "timeout": "no answer from the LMS within 30 s",
    "format_mismatch": "effective date is not in the agreed format",
    "missing_job_code": "job code has no learning profile",
    "not_keyed": "request form was not keyed",
}


@dataclass(slots=True)
class Channel:
    """The way from HR to the LMS at one site."""

    world: World
    site: str
    method: str
    runs: list[SyncRun] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    mapped: int = 0

    def arrives(
        self,
        worker: str,
        job: str,
        recorded: int,
        effective: int,
        *,
        is_account: bool,
        may_lead: bool = True,
    ) -> int | None:
        """When the LMS acts on a change; None when it never hears of it before the end.

        Starts and changes are sent some days ahead, ends (``may_lead`` False) are not.
        """
        rng = self.world.rng
        ready = max(recorded, effective - (_LEAD_DAYS[self.method] * DAY if may_lead else 0))
        if self.method == "rest" or (self.method == "scim" and is_account):
            at = ready + rng.randint(20, 900)
            if self._in_outage(at):
                at = self._next(at)
        elif self.method == "manual":
            at = self._next(ready + rng.choice((0, 0, 1, 1, 2, 4, 7)) * DAY)
            at += rng.randint(0, 2 * HOUR) if at < END else 0
        else:
            at = self._next(ready)
            at += rng.randint(30, 1500) if at < END else 0
        if at >= END:
            return None
        run = self.runs[max(0, bisect.bisect_right(self.starts, at) - 1)]
        run.read += 1
        if not is_account and job in NEW_JOBS and at < self.mapped:
            self._fail(run, at, worker, effective, "missing_job_code")
            self.world.note("missing_job_codes", worker_id=worker, job_code=job, site=self.site)
            return self.mapped + rng.randint(HOUR, DAY) if rng.random() < 0.7 else None
        if rng.random() < _FAULTS[self.method]:
            kind = "not_keyed" if self.method == "manual" else rng.choice(("timeout", "format_mismatch"))
            self._fail(run, at, worker, effective, kind)
            if rng.random() < 0.45:
                return None
            at += rng.randint(DAY, 12 * DAY)
            return at if at < END else None
        return at

    def _fail(self, run: SyncRun, at: int, worker: str, effective: int, kind: str) -> None:
        run.failed += 1
        if run.status == "ok":
            run.status = "partial"
        message = f"change of {local_day(effective, SITES[self.site].zone)}: {_MESSAGES[kind]}"
        self.world.errors.append(SyncError(run.code, max(at, run.started), worker, kind, message, effective))

    def _next(self, ready: int) -> int:
        """The start of the first run from ``ready`` on that does not fail as a whole."""
        index = bisect.bisect_left(self.starts, ready)
        while index < len(self.runs) and self.runs[index].status == "failed":
            index += 1
        return self.starts[index] if index < len(self.runs) else END

    def _in_outage(self, at: int) -> bool:
        index = bisect.bisect_right(self.starts, at) - 1
        return index >= 0 and (self.runs[index].status == "failed" or at - self.starts[index] > DAY)


def open_channels(world: World) -> dict[str, Channel]:
    """One channel a site, with all its runs; runs that did not happen are noted as silent days."""
    channels: dict[str, Channel] = {}
    total = (END_ON - world.start).days
    for site in SITES.values():
        rng = world.rng
        channel = Channel(world, site.code, site.method)
        silent = {
            days(world.start, first + extra)
            for first in (rng.randrange(total // 5, total) for _ in range(1 + total // 200))
            for extra in range(rng.randint(1, 3))
        }
        channel.mapped = midnight(days(world.start, rng.randint(total // 2, max(total // 2, total - 20))), site.zone)
        for offset in range(-10, total + 1):
            day = days(world.start, offset)
            is_expected = site.method != "manual" or day.weekday() < 5
            if day in silent:
                if is_expected and day < END_ON:  # the last day is not over at the end
                    world.note("silent_days", site=site.code, day=day.isoformat())
            elif is_expected:
                _run_day(world, channel, site.zone, day)
        channels[site.code] = channel
    return channels


def _run_day(world: World, channel: Channel, zone: str, day: dt.date) -> None:
    rng = world.rng
    fails = rng.random() < 0.025
    for hour in _RUN_HOURS[channel.method]:
        started = midnight(day, zone) + int(hour * HOUR) + rng.randint(0, 240)
        if started >= END - HOUR:
            return
        run = SyncRun(
            code=f"{channel.site}-{world.serial('run'):06}",
            integration=f"{channel.site}-{channel.method}",
            method=channel.method,
            started=started,
            finished=started + rng.randint(20, 1700),
            status="failed" if fails and channel.method != "manual" else "ok",
        )
        channel.runs.append(run)
        channel.starts.append(started)
        world.runs.append(run)
