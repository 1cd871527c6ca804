"""What must hold of the published rows of any world, whoever made them: the product or the replay.

Owns these statements, each as the list of lines that break it. Knows neither feeds nor policy.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from properties.replay import Tables

Key = tuple[object, ...]  # worker, requirement, site

STATES: Final = ("trained", "waived", "on_leave", "in_grace", "not_evaluable", "gap")
_DAY: Final = dt.timedelta(days=1)
_ALMOST_NOTHING: Final = 2e-6  # days


@dataclass(frozen=True)
class Interval:
    """A segment or period; both ends naive UTC, ``end`` None: running at as_of or open."""

    start: dt.datetime
    end: dt.datetime | None
    row: Mapping[str, Any]

    def holds(self, moment: dt.datetime) -> bool:
        """Whether the instant lies in it."""
        return self.start <= moment and (self.end is None or moment < self.end)


def broken_invariants(tables: Tables, *, as_of: dt.datetime) -> list[str]:
    """One line per breach; empty when all hold. ``as_of`` is aware."""
    now = naive(as_of)
    segments = intervals(tables["compliance_timeline"])
    periods = intervals(tables["requirement_periods"])
    return [
        *_not_tiled(segments, periods, now),
        *_not_one_state(segments),
        *_gaps_unlike_timeline(tables["gaps"], segments, now),
        *_counts_unlike_timeline(tables["compliance"], segments, periods, now),
    ]


def naive(moment: dt.datetime) -> dt.datetime:
    """The instant as naive UTC: the product's rows have it so, the replay's are aware."""
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def intervals(rows: Iterable[Mapping[str, Any]]) -> dict[Key, list[Interval]]:
    """The rows by worker, requirement and site, each in order of start."""
    found: dict[Key, list[Interval]] = {}
    for row in rows:
        end = None if row["valid_to"] is None else naive(row["valid_to"])
        key = (row["worker_id"], row["requirement_id"], row["site"])
        found.setdefault(key, []).append(Interval(naive(row["valid_from"]), end, row))
    for same in found.values():
        same.sort(key=lambda one: one.start)
    return found


def _not_tiled(
    segments: Mapping[Key, list[Interval]], periods: Mapping[Key, list[Interval]], as_of: dt.datetime
) -> Iterator[str]:
    """Segments of one worker and requirement tile its required time up to as_of: no hole, no overlap, nothing more."""
    for key in segments.keys() | periods.keys():
        required = [
            (one.start, one.end if one.end is not None and one.end <= as_of else None)
            for one in periods.get(key, [])
            if one.start <= as_of
        ]
        covered: list[tuple[dt.datetime, dt.datetime | None]] = []
        for segment in segments.get(key, []):
            if segment.end is not None and segment.end <= segment.start:
                yield f"tiling: {key} has an empty segment at {segment.start}"
            if covered and (covered[-1][1] is None or covered[-1][1] > segment.start):
                yield f"tiling: {key} has two segments at {segment.start}"
            if covered and covered[-1][1] == segment.start:
                covered[-1] = (covered[-1][0], segment.end)
            else:
                covered.append((segment.start, segment.end))
        if covered != required:
            yield f"tiling: {key} is required {_written(required)} and covered {_written(covered)}"


def _written(stretches: Iterable[tuple[dt.datetime, dt.datetime | None]]) -> str:
    return ", ".join(f"{start:%Y-%m-%d %H:%M}..{end or ''}" for start, end in stretches) or "never"


def _not_one_state(segments: Mapping[Key, list[Interval]]) -> Iterator[str]:
    """Every segment has one state that exists; a gap, and nothing else, has a cause and an owner."""
    for key, same in segments.items():
        for row in (segment.row for segment in same):
            is_gap = row["state"] == "gap"
            if (
                row["state"] not in STATES
                or (row["cause"] is not None) != is_gap
                or (row["owner"] is not None) != is_gap
            ):
                yield f"states: {key} is {row['state']} with cause {row['cause']} and owner {row['owner']}"


def _gaps_unlike_timeline(
    gaps: Iterable[Mapping[str, Any]], segments: Mapping[Key, list[Interval]], as_of: dt.datetime
) -> Iterator[str]:
    """Gaps are the unbroken runs of gap segments; their days by cause are those of the segments, and add up."""
    runs = {(key, run[0].start): run for key, same in segments.items() for run in _runs(same)}
    for row in gaps:
        key: Key = (row["worker_id"], row["requirement_id"], row["site"])
        run = runs.pop((key, naive(row["opened_at"])), None)
        closed_at = None if row["closed_at"] is None else naive(row["closed_at"])
        if run is None or run[-1].end != closed_at:
            yield f"gaps: {key} from {row['opened_at']} to {closed_at} is no run of the timeline"
            continue
        days: defaultdict[str, float] = defaultdict(float)
        for segment in run:
            until = as_of if segment.end is None else min(segment.end, as_of)
            days[segment.row["cause"]] += (until - segment.start) / _DAY
        stated = {name.removeprefix("days_"): float(value) for name, value in row.items() if name.startswith("days_")}
        if any(abs(value - days[cause]) > _ALMOST_NOTHING for cause, value in stated.items()):
            yield f"gaps: {key} from {row['opened_at']} has days {stated}, its segments {dict(days)}"
        if abs(sum(stated.values()) - row["exposure_days"]) > _ALMOST_NOTHING:
            yield f"gaps: {key} from {row['opened_at']}: {sum(stated.values())} days by cause of {row['exposure_days']}"
    for missing, opened_at in runs:
        yield f"gaps: {missing} from {opened_at} is missing"


def _runs(same: list[Interval]) -> Iterator[list[Interval]]:
    run: list[Interval] = []
    for segment in same:
        if run and (segment.row["state"] != "gap" or run[-1].end != segment.start):
            yield run
            run = []
        if segment.row["state"] == "gap":
            run.append(segment)
    if run:
        yield run


def _counts_unlike_timeline(
    compliance: Iterable[Mapping[str, Any]],
    segments: Mapping[Key, list[Interval]],
    periods: Mapping[Key, list[Interval]],
    as_of: dt.datetime,
) -> Iterator[str]:
    """The organisation's row counts each worker-requirement in force at as_of once, in its state there."""
    states = Counter(one.row["state"] for same in segments.values() for one in same if one.end is None)
    in_force = sum(one.holds(as_of) for same in periods.values() for one in same)
    for row in compliance:
        if row["site"] is None:
            counted = {state: int(row[state]) for state in STATES}
            if counted != {state: states[state] for state in STATES} or sum(counted.values()) != in_force:
                yield f"compliance: counts {counted}, the timeline {dict(states)}, {in_force} are in force"


def states_before_and_after(before: Tables, after: Tables) -> Iterator[tuple[Key, dt.datetime, str, str]]:
    """Each instant at which either timeline may change, with both states there; None for what is not required."""
    old, new = intervals(before["compliance_timeline"]), intervals(after["compliance_timeline"])
    for key in old.keys() | new.keys():
        for moment in sorted({one.start for one in (*old.get(key, []), *new.get(key, []))}):
            yield key, moment, _state_at(old.get(key, []), moment), _state_at(new.get(key, []), moment)


def _state_at(segments: list[Interval], moment: dt.datetime) -> str:
    return next((str(one.row["state"]) for one in segments if one.holds(moment)), "not required")


def opened_by_a_completion(before: Tables, after: Tables) -> list[str]:
    """Where adding passing completions made things worse, or other than they were or ``trained``; empty when nowhere.

    The one thing they may take is grace, which ends for good once a credential has held: only what was ``in_grace`` may
    become ``gap`` (or ``not_evaluable``), and only after a credential that came with them has ended.
    """
    had = {_text(row) for row in before["credential_periods"]}
    got = {_text(row) for row in after["credential_periods"]}
    lines = [f"a credential is gone: {row}" for row in sorted(had - got)]
    earned = intervals(row for row in after["credential_periods"] if _text(row) not in had)
    for key, moment, old, new in states_before_and_after(before, after):
        ended = any(one.end is not None and one.end <= moment for one in earned.get(key, []))
        if new not in (old, "trained") and not (old == "in_grace" and new in ("gap", "not_evaluable") and ended):
            lines.append(f"{key} was {old} at {moment} and is {new}")
    return lines


def _text(row: Mapping[str, object]) -> str:
    return repr(sorted((name, str(value)) for name, value in row.items()))
