"""The canonical feeds: which columns each has, of what kind, and what identifies a row (contract, section 2).

Owns the one list that loaders (mapping, conversion, rejects), the landing zone, staging and the documentation
share. Decides nothing about meaning: that is in ``queries/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a column's text is read. The landed type is in ``LANDED``."""

    TEXT = "text"  # trimmed; "" is NULL; leading zeros kept
    INSTANT = "instant"  # *_at: UTC; a naive time or bare date is in the source's zone
    EXPIRY = "expiry"  # as INSTANT, but a bare date names the last day covered
    END = "end"  # as INSTANT, sentinels (9999-12-31, 4712-12-31, 2147483647, 0, -1) mean open
    DATE = "date"  # *_on: a calendar date
    END_DATE = "end_date"  # as DATE, sentinels mean open
    EFFECTIVE = "effective"  # a local date, a local time or an instant: the site's zone is known only later
    EFFECTIVE_END = "effective_end"  # as EFFECTIVE, sentinels mean open, inclusive ends moved by one day
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"  # one of Column.choices


@dataclass(frozen=True)
class Column:
    """One canonical column."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str | None = None

    @property
    def landed(self) -> tuple[tuple[str, str], ...]:
        """(name, DuckDB type) of the columns this one becomes in the landing zone.

        An effective date lands as three: ``<name>_on`` (DATE, when the source gave a bare date),
        ``<name>_local`` (TIMESTAMP as written, NULL when written with an offset) and ``<name>_at`` (TIMESTAMP
        UTC, NULL for a bare date, whose zone is the site's).
        """
        if self.kind in (Kind.EFFECTIVE, Kind.EFFECTIVE_END):
            return (
                (f"{self.name}_on", "DATE"),
                (f"{self.name}_local", "TIMESTAMP"),
                (f"{self.name}_at", "TIMESTAMP"),
            )
        return ((self.name, LANDED[self.kind]),)


LANDED: Final[dict[Kind, str]] = {
    Kind.TEXT: "VARCHAR",
    Kind.INSTANT: "TIMESTAMP",
    Kind.EXPIRY: "TIMESTAMP",
    Kind.END: "TIMESTAMP",
    Kind.DATE: "DATE",
    Kind.END_DATE: "DATE",
    Kind.INTEGER: "BIGINT",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.CHOICE: "VARCHAR",
}


@dataclass(frozen=True)
class Feed:
    """One canonical feed. ``key`` columns identify a row within a source (empty: a file may repeat a row).

    ``row_key`` columns say which row a later load replaces or deletes: the key, where there is one.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    row_key: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns by which rows of several loads are the same row."""
        return self.key or self.row_key

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def landed(self) -> tuple[tuple[str, str], ...]:
        """(name, DuckDB type) of every landed column, in order, without the loader's own columns."""
        return tuple(pair for column in self.columns for pair in column.landed)


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _required(name: str, kind: Kind = Kind.TEXT, choices: tuple[str, ...] = ()) -> Column:
    return Column(name, kind, required=True, choices=choices)


FEEDS: Final[dict[str, Feed]] = {
    feed.name: feed
    for feed in (
        Feed(
            "workers",
            (
                _required("worker_id"),
                *_text("person_id", "full_name", "email", "username"),
                Column("hired_on", Kind.DATE),
                *_text("worker_type"),
            ),
            key=("worker_id",),
        ),
        Feed(
            "role_history",
            (
                _required("worker_id"),
                Column("assignment_key", default="primary"),
                _required("effective_from", Kind.EFFECTIVE),
                Column("sequence", Kind.INTEGER, default="0"),
                Column("effective_to", Kind.EFFECTIVE_END),
                Column("recorded_at", Kind.INSTANT),
                _required("status", Kind.CHOICE, ("active", "leave", "suspended", "terminated", "prehire")),
                Column(
                    "employment_type",
                    Kind.CHOICE,
                    choices=("employee", "contractor", "temporary", "agency"),
                ),
                *_text("job_code", "job_title", "department", "cost_center", "site", "manager_id"),
                *_text("agency", "sponsor_id"),
                Column("contract_end_on", Kind.END_DATE),
                *_text("task_scope", "event_reason"),
            ),
            row_key=("worker_id", "assignment_key", "effective_from", "sequence"),
        ),
        Feed(
            "sites",
            (
                _required("site"),
                *_text("name", "timezone", "facility_type"),
                Column(
                    "integration_method",
                    Kind.CHOICE,
                    choices=("sftp", "rest", "scim", "middleware", "manual"),
                ),
            ),
            key=("site",),
        ),
        Feed("jobs", (_required("job_code"), *_text("job_title", "training_profile")), key=("job_code",)),
        Feed(
            "lms_accounts",
            (
                _required("account_id"),
                *_text("worker_ref", "username", "email", "full_name"),
                _required("status", Kind.CHOICE, ("active", "inactive", "deleted")),
                Column("created_at", Kind.INSTANT),
                Column("deactivated_at", Kind.END),
                Column("last_login_at", Kind.INSTANT),
            ),
            key=("account_id",),
        ),
        Feed(
            "lms_logins",
            (_required("account_id"), _required("logged_in_at", Kind.INSTANT)),
            row_key=("account_id", "logged_in_at"),
        ),
        Feed(
            "lms_courses",
            (_required("course_id"), *_text("title", "version"), Column("is_active", Kind.BOOLEAN)),
            key=("course_id", "version"),
        ),
        Feed(
            "lms_assignments",
            (
                _required("assignment_id"),
                _required("account_id"),
                _required("course_id"),
                _required("assigned_at", Kind.INSTANT),
                Column("due_at", Kind.END),
                Column("removed_at", Kind.END),
                Column("origin", Kind.CHOICE, choices=("rule", "manual", "self")),
                *_text("trigger_event_ref"),
            ),
            key=("assignment_id",),
        ),
        Feed(
            "lms_completions",
            (
                _required("completion_id"),
                _required("account_id"),
                _required("course_id"),
                _required("completed_at", Kind.INSTANT),
                _required("result", Kind.CHOICE, ("passed", "completed", "failed", "incomplete", "waived")),
                *_text("score"),
                Column("expires_at", Kind.EXPIRY),
                Column("recorded_at", Kind.INSTANT),
                *_text("site", "course_version", "evaluator", "verification_method"),
            ),
            key=("completion_id",),
        ),
        Feed(
            "sync_runs",
            (
                _required("run_id"),
                _required("integration"),
                *_text("method"),
                _required("started_at", Kind.INSTANT),
                Column("finished_at", Kind.END),
                _required("status", Kind.CHOICE, ("ok", "partial", "failed")),
                Column("records_in", Kind.INTEGER),
                Column("records_failed", Kind.INTEGER),
            ),
            key=("run_id",),
        ),
        Feed(
            "sync_errors",
            (
                _required("run_id"),
                _required("occurred_at", Kind.INSTANT),
                *_text("worker_ref", "error_type", "message"),
            ),
            row_key=("run_id", "occurred_at", "worker_ref", "error_type", "message"),
        ),
        Feed(
            "hris_training_records",
            (
                _required("worker_id"),
                _required("course_id"),
                _required("completed_at", Kind.INSTANT),
                *_text("result"),
                Column("recorded_at", Kind.INSTANT),
            ),
            row_key=("worker_id", "course_id", "completed_at"),
        ),
    )
}
