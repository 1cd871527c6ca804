"""Which unsynced events the integration swallowed or delayed, by the failures that were played.

Owns that part of the answer key. A failed record belongs to the HR event it told of, which the simulation knows and no
log says; an outage of a site's integration lasts from the last run that worked to the next, and what began in it and
was answered late or never counts (README, Readings).
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from gapwatch.simulate.clock import iso, midnight
from gapwatch.simulate.company import SITES
from gapwatch.simulate.world import Event, SyncError, SyncRun, Worker, World


@dataclass(slots=True)
class _Log:
    """Runs of one site's integration, in order of their start, and the instants at which silent days began."""

    worked: list[SyncRun] = field(default_factory=list)
    failed: list[SyncRun] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)

    def outage_at(self, instant: int) -> tuple[str, int, str] | None:
        """Kind, instant and run of the outage then: the first run that failed, else the last one that worked."""
        place = bisect.bisect_right([run.started for run in self.worked], instant)
        if not place:
            return None
        start = self.worked[place - 1].started
        end = self.worked[place].started if place < len(self.worked) else None
        for run in self.failed:
            if run.started > start and (end is None or run.started < end):
                return "failed_run", run.started, run.code
        if any(day >= start and (end is None or day < end) for day in self.silent):
            return "silence", start, ""
        return None


class Failures:
    """The failures of a world, asked event by event."""

    def __init__(self, world: World) -> None:
        self._errors: dict[tuple[str, int], list[SyncError]] = {}
        for error in world.errors:
            self._errors.setdefault((error.worker_ref, error.change_at), []).append(error)
        self._logs = {site: _Log() for site in SITES}
        for run in sorted(world.runs, key=lambda run: run.started):
            log = self._logs[run.integration.partition("-")[0]]
            (log.failed if run.status == "failed" else log.worked).append(run)
        for fact in world.facts.get("silent_days", ()):
            site = fact["site"]
            self._logs[site].silent.append(midnight(dt.date.fromisoformat(fact["day"]), SITES[site].zone))

    def behind(self, event: Event, worker: Worker, *, clock: int, waited_until: int) -> Iterator[dict[str, object]]:
        """What explains that an event was answered late or never; the last bad answer came at ``waited_until``."""
        found = {
            ("record", error.at, error.run)
            for error in self._errors.get((event.worker, event.at), ())
            if error.at <= waited_until
        }
        outage = self._logs[_site_of(event, worker)].outage_at(clock)
        if outage is not None:
            found.add(outage)
        for failure, at, run in sorted(found):
            yield {
                "worker_id": event.worker,
                "event_type": event.kind,
                "effective_at": iso(event.at),
                "failure": failure,
                "failed_at": iso(at),
                "run_id": run,
            }


def _site_of(event: Event, worker: Worker) -> str:
    """Where the event happened: the end of one of several assignments, at the site of that one."""
    if event.site:
        return event.site
    return next(s.role.site for s in worker.spans if (s.assignment, s.end) == (event.assignment, event.at))
