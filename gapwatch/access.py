"""What a viewer may see: a connection in which a generation's tables are replaced by the permitted rows of them.

The rules are ``queries/access/*.sql``, one file per table, whose header names the roles it is for. A table without
a file, or whose file does not name the viewer's role, is not there at all: asking for it fails. Owns building that
connection, and refusing statements that would reach around it. Called by ``gapwatch.reads`` alone.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from functools import lru_cache
from pathlib import Path
from typing import Final

import duckdb

from gapwatch.errors import NothingPublished, NotPermitted
from gapwatch.shipped import query_folder
from gapwatch.viewers import Role, Viewer

OPEN: Final = frozenset(
    {
        "course_keys",
        "credit_windows",
        "check_texts",
        "feed_health",
        "gap_causes",
        "hr_event_types",
        "identity_matching",
        "known_loads",
        "loads",
        "model_columns",
        "models",
        "policy_attestations",
        "policy_course_credits",
        "policy_event_slas",
        "policy_requirement_rules",
        "policy_requirements",
        "policy_retrain_orders",
        "requirement_keys",
        "run_parameters",
        "site_keys",
        "sources",
        "staged_jobs",
        "staged_lms_courses",
        "staged_sites",
        "staged_sync_runs",
        "stopped_sources",
        "timeline_states",
    }
)
"""Tables that tell of nobody and of no site's people: every viewer sees them whole."""
_STEPS: Final = ("own_stays", "own_workers", "own_accounts", "own_events")
_SEEN_BY: Final = re.compile(r"^-- Seen by:\s+(.+)$", flags=re.MULTILINE)


def tables_seen_by(role: Role) -> frozenset[str]:
    """The published tables of which that role sees rows (an officer: all, and more)."""
    return OPEN | {name for name, (roles, _) in _rules().items() if role in roles and name not in _STEPS}


def restricted(path: Path, viewer: Viewer) -> duckdb.DuckDBPyConnection:
    """A connection that finds, under the names of the published tables, what that viewer may see of them.

    Raises NotPermitted when the generation's as-of lies outside the viewer's period.
    """
    connection = duckdb.connect(":memory:", config={"temp_directory": ""})
    try:
        connection.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as published (read_only)")
        connection.execute("set enable_external_access = false")
        connection.execute("set timezone = 'UTC'")
        _describe(connection, viewer)
        there = {
            row[0]
            for row in connection.execute(
                "select table_name from duckdb_tables() where database_name = 'published'"
                " union all select view_name from duckdb_views() where database_name = 'published'"
            ).fetchall()
        }
        rules = _rules()
        for name in _STEPS:
            text = f"create table {name} as select * from ({rules[name][1]}) as step"
            connection.execute(f"{text} where (select sees_people from viewer)")
        for name in sorted(OPEN & there):
            connection.execute(f'create view "{name}" as select * from published."{name}"')
        for name, (roles, sql) in rules.items():
            if name not in _STEPS and name in there and viewer.role in roles:
                connection.execute(f'create view "{name}" as {sql}')
        connection.execute("set lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


@lru_cache(maxsize=512)
def check_statement(text: str) -> None:
    """Raise NotPermitted unless that is one query over unqualified tables: nothing else is needed to read what a
    viewer may see, and anything else could reach what they may not.
    """
    import sqlglot
    from sqlglot import exp

    statements = sqlglot.parse(text, dialect="duckdb")
    tree = statements[0] if len(statements) == 1 else None
    if not isinstance(tree, exp.Query):
        raise NotPermitted("only a query may be asked here", do="ask for rows with select")
    for table in tree.find_all(exp.Table):
        if table.db or table.catalog or not isinstance(table.this, exp.Identifier):
            raise NotPermitted(
                "a query of somebody with a role names tables alone", do="leave out schemas, files and functions"
            )


def _describe(connection: duckdb.DuckDBPyConnection, viewer: Viewer) -> None:
    """The tables ``viewer`` (one row) and ``viewer_sites`` that the rules read."""
    row = connection.execute("select as_of, organisation_timezone from published.run_parameters").fetchone()
    if row is None:
        raise NothingPublished("the generation has no run_parameters row", do="run: gapwatch run")
    zone = zoneinfo.ZoneInfo(row[1])
    starts_at = _midnight(viewer.period_from, zone)
    ends_at = _midnight(viewer.period_to + dt.timedelta(days=1), zone) if viewer.period_to else None
    if (starts_at and row[0] < starts_at) or (ends_at and row[0] > ends_at):
        raise NotPermitted(
            "this report speaks of a day outside the period that was opened for you",
            where=f"{viewer.period_from} to {viewer.period_to}",
            do="choose a day in that period",
        )
    connection.execute(
        "create table viewer as select cast($all_sites as boolean) as sees_all_sites,"
        " cast($people as boolean) as sees_people,"
        " coalesce(cast($starts_at as timestamp), timestamp '-infinity') as starts_at,"
        " coalesce(cast($ends_at as timestamp), timestamp 'infinity') as ends_at",
        {"all_sites": not viewer.sites, "people": viewer.sees_people, "starts_at": starts_at, "ends_at": ends_at},
    )
    connection.execute(
        "create table viewer_sites as select unnest(cast($sites as varchar[])) as site", {"sites": list(viewer.sites)}
    )


def _midnight(day: dt.date | None, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    if day is None:
        return None
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC).replace(tzinfo=None)


@lru_cache(maxsize=1)
def _rules() -> dict[str, tuple[frozenset[str], str]]:
    """(roles, SQL) of each file, by table."""
    found: dict[str, tuple[frozenset[str], str]] = {}
    for path in sorted((query_folder() / "access").glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        told = _SEEN_BY.search(sql)
        roles = frozenset(role.strip() for role in told[1].split(",")) if told else frozenset()
        found[path.stem] = roles, sql
    return found
