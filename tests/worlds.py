"""Small worlds as tests write them: feeds, policy and settings as text, before anybody has read them.

Owns the ``World`` value and its form on disk, that of the worked cases. Decides no rule. Used by the worked cases,
the replay and the generator of random worlds.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gapwatch.feeds import FEEDS

Row = Mapping[str, str]
Table = tuple[Row, ...]

POLICY_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "requirements": (
        "requirement_id",
        "title",
        "citation",
        "authority",
        "severity",
        "validity_months",
        "grace_days",
        "is_site_specific",
        "retrain_on",
        "required_evidence",
        "retention_basis",
        "retention_years",
    ),
    "requirement_rules": (
        "rule_id",
        "requirement_id",
        "job_code",
        "training_profile",
        "department",
        "site",
        "facility_type",
        "employment_type",
        "task_scope",
        "effective_from",
        "effective_to",
        "citation",
    ),
    "course_credits": ("course_id", "requirement_id", "site", "valid_from", "valid_to"),
    "exceptions": (
        "exception_id",
        "worker_id",
        "requirement_id",
        "kind",
        "starts_on",
        "ends_on",
        "reason",
        "requested_by",
        "approved_by",
        "approved_at",
    ),
    "retrain_orders": ("requirement_id", "site", "effective_on", "reason"),
    "event_slas": ("event_type", "action", "facility_type", "max_hours"),
    "identity_overrides": ("account_id", "worker_id", "decided_by", "decided_at", "reason"),
}


@dataclass(frozen=True, kw_only=True)
class SourceSettings:
    """What gapwatch.toml says of a source; ``covers_from`` as text, a date or an instant. ``is_undated``: its files
    have no column effective_from.
    """

    timezone: str | None = None
    end_dates: str = "exclusive"
    termination_dates: str = "first_day"
    covers_from: str | None = None
    mode: str = "full"
    carries: str | None = None
    emptied_by: str | None = None
    is_undated: bool = False

    @property
    def carries_changes(self) -> bool:
        """Whether rows state only what changed."""
        return (self.carries or ("changes" if self.mode == "event" else "whole")) == "changes"

    @property
    def adds(self) -> bool:
        """Whether loads add to each other."""
        return self.mode in ("delta", "event")


def feed_of(source: str) -> str:
    """The feed of a source: its name up to the first dot."""
    return source.partition(".")[0]


@dataclass(frozen=True)
class Load:
    """One load command: when, and what every source said, named as its feed, a second one of a feed with something
    after a dot. Instants are text such as 2026-01-05T06:00:00Z.
    """

    loaded_at: str
    feeds: Mapping[str, Table]


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything one run reads. ``known_at`` None: the newest load."""

    timezone: str
    loads: tuple[Load, ...]
    policy: Mapping[str, Table]
    as_of: str
    known_at: str | None = None
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)

    def settings(self, feed: str) -> SourceSettings:
        """The settings of that feed's source."""
        return self.sources.get(feed, SourceSettings())

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds that any load delivers, sorted."""
        return tuple(sorted({feed for load in self.loads for feed in load.feeds}))


def feed_columns(feed: str) -> tuple[str, ...]:
    """The canonical columns of a feed, in order."""
    return tuple(column.name for column in FEEDS[feed].columns)


def source_columns(world: World, source: str) -> tuple[str, ...]:
    """The columns of a source's files: the canonical ones, and is_deleted where a row has it."""
    columns = [name for name in feed_columns(feed_of(source)) if name != "effective_from"]
    if not world.settings(source).is_undated:
        columns = list(feed_columns(feed_of(source)))
    if any("is_deleted" in row for load in world.loads for row in load.feeds.get(source, ())):
        columns.append("is_deleted")
    return tuple(columns)


def read_table(path: Path) -> Table:
    """The rows of a CSV file as text."""
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(dict(row) for row in csv.DictReader(file))


def write_table(path: Path, rows: Iterable[Row], *, columns: Iterable[str]) -> None:
    """Write rows as CSV; a column that a row lacks is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(columns), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_world(folder: Path) -> World:
    """The world of a case folder: gapwatch.toml, run.json, feeds and policy; all sources CSV, mode full."""
    settings = tomllib.loads((folder / "gapwatch.toml").read_text(encoding="utf-8"))
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    sources: list[dict[str, Any]] = settings.get("sources", [])
    loads = []
    for load in run["loads"]:
        delivered = {}
        for source in sources:
            path = folder / source["path"].replace("feeds/", f"{load['feeds']}/", 1)
            if path.is_file():
                delivered[source["feed"]] = read_table(path)
        loads.append(Load(load["loaded_at"], delivered))
    return World(
        timezone=settings["organisation"]["timezone"],
        loads=tuple(loads),
        policy={path.stem: read_table(path) for path in sorted((folder / "policy").glob("*.csv"))},
        sources={
            source["feed"]: SourceSettings(
                timezone=source.get("timezone"),
                end_dates=source.get("end_dates", "exclusive"),
                termination_dates=source.get("termination_dates", "first_day"),
                covers_from=str(source["covers_from"]) if "covers_from" in source else None,
            )
            for source in sources
        },
        as_of=run["as_of"],
        known_at=run["known_at"],
    )


def write_world(world: World, folder: Path) -> None:
    """Write the world as a case folder: feeds-1, feeds-2, … one per load, policy, gapwatch.toml and run.json.

    Before a load, ``feeds`` must become a copy of that load's folder: ``place_feeds`` does it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, load in enumerate(world.loads, start=1):
        for feed, rows in load.feeds.items():
            write_table(folder / f"feeds-{number}" / f"{feed}.csv", rows, columns=source_columns(world, feed))
    (folder / "policy").mkdir(exist_ok=True)
    for table, rows in world.policy.items():
        write_table(folder / "policy" / f"{table}.csv", rows, columns=POLICY_COLUMNS[table])
    (folder / "gapwatch.toml").write_text(_settings_text(world), encoding="utf-8")
    loads = [
        {"loaded_at": load.loaded_at, "feeds": f"feeds-{number}"} for number, load in enumerate(world.loads, start=1)
    ]
    run = {"as_of": world.as_of, "known_at": world.known_at, "loads": loads}
    (folder / "run.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")


def place_feeds(folder: Path, name: str) -> None:
    """Make ``feeds`` in a case folder a copy of its folder ``name``."""
    if name == "feeds":
        return
    feeds = folder / "feeds"
    feeds.mkdir(exist_ok=True)
    for old in feeds.iterdir():
        old.unlink()
    for new in (folder / name).iterdir():
        (feeds / new.name).write_bytes(new.read_bytes())


def _settings_text(world: World) -> str:
    lines = [
        "[organisation]",
        'name = "Meridian Industries"',
        f'timezone = "{world.timezone}"',
        "[warehouse]",
        'path = "warehouse"',
        "[policy]",
        'path = "policy"',
        "[guard]",  # a world is taken as it is: nothing in it is held
        "max_shrink_pct = 0",
        "max_ended_pct = 0",
    ]
    for feed in world.feeds:
        settings = world.settings(feed)
        lines += ["[[sources]]", f'name = "{feed}"', f'feed = "{feed_of(feed)}"', f'path = "feeds/{feed}.csv"']
        if settings.timezone:
            lines.append(f'timezone = "{settings.timezone}"')
        if settings.end_dates != "exclusive":
            lines.append(f'end_dates = "{settings.end_dates}"')
        if settings.termination_dates != "first_day":
            lines.append(f'termination_dates = "{settings.termination_dates}"')
        if settings.covers_from:
            lines.append(f"covers_from = {settings.covers_from}")
        for key, value in (("mode", settings.mode), ("carries", settings.carries), ("emptied_by", settings.emptied_by)):
            if value not in (None, "full"):
                lines.append(f'{key} = "{value}"')
    return "\n".join(lines) + "\n"
