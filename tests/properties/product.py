"""The product's answer to a world: written to a folder, loaded and built for real, and read back.

Owns the way from a ``World`` to the published rows in the replay's form. Judges nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import duckdb
from properties.replay import Tables
from worlds import World, place_feeds, write_world

from gapwatch.config import load_settings
from gapwatch.inputs import create_inputs
from gapwatch.loaders import load_all
from gapwatch.loaders.policy import read_policy
from gapwatch.modelling import Model, all_models
from gapwatch.modelling.graph import build_order

_EVENTS: Final = "left join hr_events using (event_id)"
PUBLISHED: Final[dict[str, str]] = {
    "account_links": "select account_id, worker_id, person_id, status, method from account_links",
    "role_states": (
        "select worker_id, assignment_key, valid_from, valid_to, status, employment_type, job_code,"
        " job_title, training_profile, department, cost_center, site, facility_type, manager_id, agency,"
        " sponsor_id, contract_end_on, task_scope, recorded_at from role_states"
    ),
    "hr_events": (
        "select worker_id, assignment_key, event_type, effective_at, recorded_at, job_code,"
        " previous_job_code, site, previous_site from hr_events"
    ),
    "requirement_periods": (
        "select worker_id, requirement_id, site, valid_from, valid_to, rule_ids from requirement_periods"
    ),
    "credential_periods": (
        "select worker_id, requirement_id, site, valid_from, valid_to, kind, completion_id, ended_by"
        " from credential_periods"
    ),
    "compliance_timeline": (
        "select worker_id, requirement_id, site, valid_from, valid_to, state, cause, owner from compliance_timeline"
    ),
    "gaps": (
        "select gaps.worker_id, person_id, requirement_id, gaps.site, opened_at, closed_at, closed_by,"
        " exposure_days, first_cause, cause, owner, days_not_recorded, days_no_account, days_never_assigned,"
        " days_assignment_removed, days_expired_unassigned, days_expired, days_not_completed, severity,"
        " citation, gaps.job_code, department, role_site, event_type,"
        " assignment_key as event_assignment_key, effective_at as event_at"
        f" from gaps {_EVENTS}"
    ),
    "event_responses": (
        "select one.worker_id, assignment_key, one.event_type, one.effective_at, action, requirement_id,"
        " one.site, clock_at, due_at, responded_at, latency_hours, verdict"
        f" from event_responses as one {_EVENTS}"
    ),
    "unsynced_events": (
        "select one.worker_id, assignment_key, one.event_type, one.effective_at, actions_missing,"
        f" actions_late, hours_overdue from unsynced_events as one {_EVENTS}"
    ),
    "stale_accounts": (
        "select kind, account_id, worker_id, ended_at, ended_by, active_until, days_active, logins_after,"
        " open_assignments, is_open, is_within_sla from stale_accounts"
    ),
    "compliance": (
        "select site, trained, gap, waived, on_leave, in_grace, not_evaluable, requirement_compliance_pct,"
        " people, people_without_gap, person_compliance_pct from compliance"
    ),
    "inflation": (
        "select site, lms_assigned, lms_completed, lms_pct, true_pct, inflation_pct, lms_pct_without_stale"
        " from inflation"
    ),
}


def product_tables(world: World, folder: Path, *, arrange: Callable[[Path], None] | None = None) -> Tables:
    """The published rows for a world, loaded and built for real in an empty folder.

    ``arrange`` may rearrange the world's files there before they are loaded. Neither checked nor published: a blocking
    check would keep a strange world from being compared. Raises what the product raises.
    """
    write_world(world, folder)
    if arrange is not None:
        arrange(folder)
    load_world(world, folder)
    return build_world(world, folder)


def load_world(world: World, folder: Path) -> None:
    """Load the files of a written world, load by load; a second time it finds them unchanged."""
    settings = load_settings(folder / "gapwatch.toml")
    for number, load in enumerate(world.loads, start=1):
        place_feeds(folder, f"feeds-{number}")
        load_all(settings, loaded_at=dt.datetime.fromisoformat(load.loaded_at))


def build_world(world: World, folder: Path) -> Tables:
    """The published rows, built from what is loaded in that folder."""
    settings = load_settings(folder / "gapwatch.toml")
    models = all_models()
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        create_inputs(
            connection,
            settings,
            run_id="compared",
            as_of=dt.datetime.fromisoformat(world.as_of),
            known_at=dt.datetime.fromisoformat(world.known_at or max(load.loaded_at for load in world.loads)),
            policy=read_policy(settings.policy.path, organisation_timezone=world.timezone),
        )
        needed = _needed(models)
        for model in build_order(models):
            if model.name in needed:
                connection.execute(f'create table "{model.name}" as {model.sql}')
        return read_tables(connection)


def _needed(models: Mapping[str, Model]) -> set[str]:
    """The models that a published table is made of."""
    needed: set[str] = set()
    waiting = [name for name in PUBLISHED if name in models]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [source for source in models[name].reads if source in models]
    return needed


def read_tables(connection: duckdb.DuckDBPyConnection) -> Tables:
    """The published rows on a connection, in the form of the replay."""
    tables: Tables = {}
    for table, select in PUBLISHED.items():
        cursor = connection.execute(select)
        names = [column[0] for column in cursor.description or ()]
        tables[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return tables
