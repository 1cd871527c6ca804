"""What the loads of a replayed world leave in force: modes full, delta, snapshot and event, row by row.

Owns which rows count and what a row means that states only what changed. Reads cells only as far as that needs; what
the rows mean together is for others. Written from the contract alone: a book of rows, turned page by page.

Choices: where loads add to each other, a file that came again unchanged says nothing. A deletion ends what its own
source said before, of that key alone. Roles are recorded by the first load that had the key with the same status,
type, job, tasks and site. A roster without effective_from speaks of the day of its load, local to the source, and only
where it differs from the last one that named the assignment; one with dates replaces what earlier ones said from its
earliest row on.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from properties import replay_text as cell
from properties.replay_text import RejectedRowError
from worlds import Row, SourceSettings, Table, World, feed_of

from gapwatch.feeds import FEEDS, Column, Kind

_ENDS: Final = (Kind.END, Kind.END_DATE, Kind.EXPIRY, Kind.EFFECTIVE_END)
_Assignment = tuple[str | None, str]

_EMPLOYED: Final = ("active", "leave", "suspended")
_OWN: Final = ("effective_to", "recorded_at", "event_reason", "sequence")  # of the row alone, never carried on
_SAME_STATE: Final = ("status", "employment_type", "job_code", "task_scope", "site")
_READERS: Final[dict[Kind, Callable[[str | None], object]]] = {
    Kind.INSTANT: lambda value: cell.instant(value, "UTC"),
    Kind.EXPIRY: lambda value: cell.expiry(value, "UTC"),
    Kind.END: lambda value: cell.end_instant(value, "UTC"),
    Kind.DATE: cell.date,
    Kind.END_DATE: lambda value: None if cell.is_open_end(value) else cell.date(value),
    Kind.EFFECTIVE: lambda value: cell.instant(value, "UTC"),
    Kind.EFFECTIVE_END: lambda value: cell.end_instant(value, "UTC"),
    Kind.INTEGER: cell.number,
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """A row as one load said it. ``place`` orders rows by loading. The rest is for roles: when gapwatch first had it,
    whether a first snapshot showed it, whether its day is the last one, and the day of an undated roster.
    """

    source: str
    loaded_at: dt.datetime
    place: tuple[dt.datetime, int, str, int]
    row: Row
    is_deleted: bool = False
    is_change: bool = False
    observed_at: dt.datetime | None = None
    is_from_first_snapshot: bool = False
    is_last_day: bool = False
    roster_on: dt.date | None = None


@dataclass(frozen=True)
class Heard:
    """One source: its settings, its zone, and what each known load of it said, oldest first."""

    name: str
    settings: SourceSettings
    zone: str
    loads: tuple[tuple[dt.datetime, tuple[Said, ...]], ...]


def heard(world: World, feed: str, known_at: dt.datetime) -> list[Heard]:
    """The sources of a feed with the loads known at ``known_at``."""
    loads = sorted(
        (
            (moment, number, load)
            for number, load in enumerate(world.loads)
            if (moment := cell.instant(load.loaded_at, world.timezone)) is not None and moment <= known_at
        ),
        key=lambda one: one[:2],
    )
    found = []
    for name in sorted({name for load in world.loads for name in load.feeds if feed_of(name) == feed}):
        settings = world.settings(name)
        zone = settings.timezone or world.timezone
        said: list[tuple[dt.datetime, tuple[Said, ...]]] = []
        previous: Table | None = None
        for moment, number, load in loads:
            if name not in load.feeds:
                continue
            table = load.feeds[name]
            if not (settings.adds and table == previous):
                rows = _accepted(feed, settings, table)
                said.append(
                    (
                        moment,
                        tuple(
                            _said(name, settings, row, (moment, number, name, place))
                            for place, row in rows
                            if _is_known(_recorded_at(row, settings, zone), known_at)
                        ),
                    )
                )
            previous = table
        if said:
            found.append(Heard(name, settings, zone, tuple(said)))
    return found


def rows_in_force(sources: list[Heard], feed: str) -> list[Said]:
    """The rows of a feed in force, roles apart: of a feed with a key one per key, the one loaded last."""
    rows: list[Said] = []
    for source in sources:
        if source.settings.mode == "full" and not FEEDS[feed].key:
            rows += [said for said in source.loads[-1][1] if not said.is_deleted]
        else:
            loads = source.loads[-1:] if source.settings.mode == "full" else source.loads
            *_, (_, book) = pages(replace(source, loads=loads), feed)
            rows += book.values()
    if not FEEDS[feed].key:
        return rows
    newest: dict[object, Said] = {}
    for said in sorted(rows, key=lambda one: one.place):
        if all(cell.text(said.row.get(column.name)) for column in FEEDS[feed].columns if column.required):
            newest[_key(feed, said.row, "UTC")] = said
    return list(newest.values())


def pages(source: Heard, feed: str) -> Iterator[tuple[tuple[Said, ...], dict[object, Said]]]:
    """After each load: what it said, each row with what is known by then, and the rows that stand."""
    book: dict[object, Said] = {}
    for _, load in source.loads:
        if source.settings.mode == "full":
            book = {}
        said_now = []
        for said in load:
            key = _key(feed, said.row, source.zone)
            if said.is_deleted:
                book.pop(key, None)
                continue
            if said.is_change and key in book:
                said = replace(said, row=_carried(feed, book[key].row, said.row, source.settings))
            elif said.is_change:
                said = replace(said, row=_carried(feed, {}, said.row, source.settings))
            book[key] = said
            said_now.append(said)
        yield tuple(said_now), book


def role_rows(sources: list[Heard]) -> list[Said]:
    """The rows of role_history in force, with what they leave as it was filled in; NULL status: not yet one."""
    rows: list[Said] = []
    for source in sources:
        if source.settings.mode == "full" and not source.settings.carries_changes:
            rows += [said for said in source.loads[-1][1] if not said.is_deleted]
        elif source.settings.mode == "full":
            rows += [replace(said, observed_at=None) for said in _additions(replace(source, loads=source.loads[-1:]))]
        elif source.settings.mode == "snapshot":
            rows += _told_by_rosters(source)
        else:
            rows += _additions(source)
    if not any(source.settings.carries_changes for source in sources):
        return rows
    zones = {source.name: source.zone for source in sources}
    settings = {source.name: source.settings for source in sources}
    earliest = dt.datetime.min.replace(tzinfo=dt.UTC)

    def order(said: Said) -> tuple[object, ...]:
        recorded_at = _recorded_at(said.row, settings[said.source], zones[said.source])
        return (
            _written(said, zones[said.source]),
            int(cell.text(said.row.get("sequence")) or "0"),
            recorded_at is not None,
            recorded_at or earliest,
            said.place,
        )

    filled: list[Said] = []
    known: dict[tuple[str, str], Row] = {}
    for said in sorted(rows, key=order):
        worker = str(cell.text(said.row["worker_id"])), cell.text(said.row.get("assignment_key")) or "primary"
        row = said.row
        if said.is_change:
            row = _carried("role_history", known.get(worker, {}), row, settings[said.source])
        known[worker] = row
        if cell.text(row.get("status")):
            filled.append(replace(said, row=row))
    return filled


def _additions(source: Heard) -> list[Said]:
    first: dict[object, dt.datetime] = {}
    standing: dict[object, list[Said]] = {}
    for moment, load in source.loads:
        for said in load:
            key = _key("role_history", said.row, source.zone)
            if said.is_deleted:
                standing[key] = []
                continue
            first.setdefault(_sameness(key, said, source.settings), moment)
            standing[key] = [*standing.get(key, []), said] if said.is_change else [said]
    return [
        replace(said, observed_at=first[_sameness(key, said, source.settings)])
        for key, group in standing.items()
        for said in group
    ]


def _told_by_rosters(source: Heard) -> list[Said]:
    first: dict[object, dt.datetime] = {}
    began: set[object] = set()
    told: dict[_Assignment, list[Said]] = {}
    last_word: dict[_Assignment, Row] = {}
    for number, (moment, load) in enumerate(source.loads):
        roster: dict[_Assignment, list[Said]] = {}
        for said in load:
            if not said.is_deleted:
                assignment = cell.text(said.row["worker_id"]), cell.text(said.row.get("assignment_key")) or "primary"
                if source.settings.is_undated:
                    said = replace(said, roster_on=moment.astimezone(zoneinfo.ZoneInfo(source.zone)).date())
                roster.setdefault(assignment, []).append(said)
        for assignment, group in roster.items():
            if source.settings.is_undated:
                word = max(group, key=lambda one: (int(cell.text(one.row.get("sequence")) or "0"), one.place))
                shown = {name: value for name, value in word.row.items() if name != "recorded_at"}
                is_news = last_word.get(assignment) != shown
                last_word[assignment] = shown
                group = [word] if is_news else []
                seen = [word]
            else:
                seen = group
            for said in seen:
                key = assignment, _start(said), _sequence(said)
                first.setdefault((key, _state(said, source.settings)), moment)
                if number == 0 and cell.text(said.row.get("status")) in _EMPLOYED:
                    began.add(key[:2])
            if group:
                since = min(_written(said, source.zone) for said in group)
                told[assignment] = [
                    *(said for said in told.get(assignment, []) if _written(said, source.zone) < since),
                    *group,
                ]
    return [
        replace(
            said,
            observed_at=first[(assignment, _start(said), _sequence(said)), _state(said, source.settings)],
            is_from_first_snapshot=(assignment, _start(said)) in began,
        )
        for assignment, group in told.items()
        for said in group
    ]


def _sameness(key: object, said: Said, settings: SourceSettings) -> object:
    return key, _state(said, settings)


def _state(said: Said, settings: SourceSettings) -> tuple[str | None, ...]:
    stated = {name: cell.text(said.row.get(name)) for name in _SAME_STATE}
    return tuple(None if said.is_change and value == settings.emptied_by else value for value in stated.values())


def _sequence(said: Said) -> int:
    return int(cell.text(said.row.get("sequence")) or "0")


def _start(said: Said) -> object:
    return said.roster_on if said.roster_on is not None else _effective_key(said.row)


def _written(said: Said, zone: str) -> dt.datetime:
    """The effective time as written; of one with an offset the local time of the source."""
    if said.roster_on is not None:
        return dt.datetime.combine(said.roster_on, dt.time())
    stated = str(cell.text(said.row["effective_from"]))
    day = cell.bare_date(stated)
    if day is not None:
        return dt.datetime.combine(day + cell.DAY if said.is_last_day else day, dt.time())
    moment = cell.clock(stated)
    return moment if moment.tzinfo is None else moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)


def _effective_key(row: Row) -> object:
    stated = str(cell.text(row["effective_from"]))
    day = cell.bare_date(stated)
    if day is not None:
        return day
    moment = cell.clock(stated)
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _key(feed: str, row: Row, zone: str) -> object:
    parts: list[object] = []
    for name in FEEDS[feed].identity:
        column = FEEDS[feed].column(name)
        value = cell.text(row.get(name)) or (column.default if column else None)
        if name == "effective_from":
            parts.append(_effective_key(row))
        elif column and column.kind is Kind.INSTANT:
            parts.append(cell.instant(value, zone))
        elif column and column.kind is Kind.INTEGER:
            parts.append(int(value or "0"))
        else:
            parts.append(value)
    return tuple(parts)


def _carried(feed: str, before: Row, change: Row, settings: SourceSettings) -> Row:
    """The row with all that it leaves as it was; what it says to be empty is."""
    row = dict(change)
    for column in FEEDS[feed].columns:
        if column.name in FEEDS[feed].identity:
            continue
        stated = cell.text(change.get(column.name))
        if stated is None and feed == "role_history" and column.name in _OWN:
            row[column.name] = ""
        elif stated is None:
            row[column.name] = before.get(column.name) or ""
        elif stated == settings.emptied_by or (column.kind in _ENDS and cell.is_open_end(stated)):
            row[column.name] = ""
    return row


def _recorded_at(row: Row, settings: SourceSettings, zone: str) -> dt.datetime | None:
    stated = row.get("recorded_at")
    return None if cell.text(stated) == settings.emptied_by else cell.instant(stated, zone)


def _is_known(recorded_at: dt.datetime | None, known_at: dt.datetime) -> bool:
    return recorded_at is None or recorded_at <= known_at


def _said(source: str, settings: SourceSettings, row: Row, place: tuple[dt.datetime, int, str, int]) -> Said:
    return Said(
        source=source,
        loaded_at=place[0],
        place=place,
        row=row,
        is_deleted=cell.text(row.get("is_deleted")) == "true",
        is_change=settings.carries_changes,
        is_last_day=settings.termination_dates == "last_day"
        and cell.text(row.get("status")) == "terminated"
        and not settings.is_undated,
    )


def _accepted(feed: str, settings: SourceSettings, table: Table) -> list[tuple[int, Row]]:
    """The rows that can be read, with their number in the file (the header is row 1); of one key the last."""
    accepted: dict[object, tuple[int, Row]] = {}
    for number, row in enumerate(table, start=2):
        try:
            for column in FEEDS[feed].columns:
                _read(feed, column, row, settings)
        except RejectedRowError:
            continue
        key: object = number
        if FEEDS[feed].key and not settings.carries_changes:
            key = tuple(cell.text(row.get(name)) for name in FEEDS[feed].key)
            accepted.pop(key, None)
        accepted[key] = number, row
    return list(accepted.values())


def _read(feed: str, column: Column, row: Row, settings: SourceSettings) -> None:
    """Raises RejectedRowError where the loader would reject the row for this column."""
    in_key = column.name in FEEDS[feed].identity
    if cell.text(row.get("is_deleted")) == "true" and not in_key:
        return
    value = cell.text(row.get(column.name))
    if settings.carries_changes and not in_key:
        if value is None or value == settings.emptied_by:
            return
    elif value is None and column.required and not (settings.is_undated and column.name == "effective_from"):
        raise RejectedRowError(column.name)
    if value is not None and column.choices and value not in column.choices:
        raise RejectedRowError(column.name)
    _READERS.get(column.kind, cell.text)(value)
